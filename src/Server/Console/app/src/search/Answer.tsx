import type { Hit, SearchResponse } from '../api/types';
import { go } from '../state/route';
import { count, microseconds } from '../ui/format';
import { change, form } from './form';
import { Hits } from './Hits';
import { Stages } from './Stages';

/** An answer: how it was found, its hits and its stages. */
export function Answer({ answer, fields }: { answer: SearchResponse; fields: string[] }) {
    return (
        <>
            <Facts answer={answer} />
            {answer.hits.length === 0 ? (
                <p>
                    No item passes
                    {answer.filter === undefined || answer.filter === '' ? '' : ` the filter ${answer.filter}`}.
                </p>
            ) : (
                <Hits label="Hits" hits={answer.hits} fields={fields} actions={actions} />
            )}
            <h3>Stages</h3>
            <Stages stages={answer.stages} />
            {answer.filter === undefined || answer.filter === '' ? null : (
                <p>
                    The filter as it was understood: <code>{answer.filter}</code>
                </p>
            )}
        </>
    );
}

/** What an answer says besides its hits. */
export function Facts({ answer }: { answer: SearchResponse }) {
    return (
        <>
            <dl class="facts">
                <div>
                    <dt>Answer</dt>
                    <dd>{answer.exact ? 'exact' : 'approximate'}</dd>
                </div>
                {answer.recall === undefined ? null : (
                    <div>
                        <dt>Recall</dt>
                        <dd>{(answer.recall * 100).toFixed(1)} %</dd>
                    </div>
                )}
                <div>
                    <dt>Time</dt>
                    <dd>{microseconds(totalOf(answer))}</dd>
                </div>
                <div>
                    <dt>Passed</dt>
                    <dd>
                        {count(answer.rows_passed)} of {count(answer.rows_scanned)}
                    </dd>
                </div>
                {answer.rows_rescored === undefined ? null : (
                    <div>
                        <dt>Rescored</dt>
                        <dd>{count(answer.rows_rescored)}</dd>
                    </div>
                )}
                {answer.rows_ranked === undefined ? null : (
                    <div>
                        <dt>Ranked</dt>
                        <dd>{count(answer.rows_ranked)}</dd>
                    </div>
                )}
                <div>
                    <dt>Answered by</dt>
                    <dd>
                        {answer.model}@{answer.version}
                    </dd>
                </div>
                {answer.mode === undefined ? null : (
                    <div>
                        <dt>Scores</dt>
                        <dd>{answer.mode}</dd>
                    </div>
                )}
            </dl>
            {answer.unknown_ids.length === 0 ? null : (
                <p class="problem">The model does not know {answer.unknown_ids.join(', ')}.</p>
            )}
        </>
    );
}

/** How long the server took, in microseconds. */
export function totalOf(answer: SearchResponse): number {
    return answer.stages.reduce((sum, stage) => sum + stage.microseconds, 0);
}

function actions(hit: Hit) {
    return (
        <div class="row">
            <button
                type="button"
                aria-label={`Similar to ${hit.id}`}
                onClick={() => {
                    change({ kind: 'items', items: [hit.id] });
                    document.querySelector<HTMLFormElement>('#search')?.requestSubmit();
                }}
            >
                Similar
            </button>
            <button
                type="button"
                aria-label={`+ history: ${hit.id}`}
                onClick={() => {
                    change({ kind: 'history', history: [...form.value.history, hit.id] });
                    go('search');
                }}
            >
                + history
            </button>
        </div>
    );
}

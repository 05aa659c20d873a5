import { useEffect, useRef, useState } from 'preact/hooks';
import { call, linesOf, modelPath } from '../api/client';
import type { SearchRequest, SearchResponse } from '../api/types';
import { chosen, chosenName, schema } from '../state/models';
import { ModelChoice } from '../ui/ModelChoice';
import { Problems } from '../ui/Problems';
import { Answer } from './Answer';
import { Code } from './Code';
import { Comparison } from './Comparison';
import { FilterInput } from './FilterInput';
import { change, emptyForm, form } from './form';
import { MoreInput } from './MoreInput';
import { QueryInput } from './QueryInput';
import { approximationOf, requestOf } from './request';

interface Found {
    model: string;
    request: SearchRequest;
    answer: SearchResponse;
    approximate?: SearchResponse;
}

/** The query workbench. */
export function SearchPage() {
    const [found, setFound] = useState<Found | null>(null);
    const [problems, setProblems] = useState<string[]>([]);
    const running = useRef<AbortController | null>(null);
    useForgetting(() => setFound(null));

    async function search(event: Event): Promise<void> {
        event.preventDefault();
        running.current?.abort();
        const abort = new AbortController();
        running.current = abort;
        const model = chosenName.value;
        const { request, problems: wrong } = requestOf(form.value, schema.value);
        const approximation = form.value.compares ? approximationOf(form.value, wrong) : undefined;
        setProblems(wrong);
        if (wrong.length > 0) {
            return;
        }

        const explain = (asked: SearchRequest): Promise<SearchResponse> =>
            call<SearchResponse>('POST', modelPath(model, '/explain'), asked, abort.signal);
        try {
            const answer = await explain(request);
            if (approximation === undefined) {
                setFound({ model, request, answer });
            } else {
                // Once for its time, and once for its recall, which takes an exact search besides.
                const approximate = await explain({ ...request, approximation });
                const checked = { ...request, approximation, check_exact: true };
                const { recall } = await explain(checked);
                setFound({
                    model,
                    request: checked,
                    answer,
                    approximate: { ...approximate, ...(recall === undefined ? {} : { recall }) },
                });
            }
        } catch (error) {
            if (!abort.signal.aborted) {
                setFound(null);
                setProblems(linesOf(error));
            }
        }
    }

    const fields = found?.request.fields ?? [];
    return (
        <div class="workbench">
            <form id="search" class="card stack" aria-label="Search" onSubmit={event => void search(event)}>
                <ModelChoice />
                <QueryInput />
                <FilterInput
                    label="Filter"
                    model={chosenName.value}
                    schema={schema.value}
                    value={form.value.filter}
                    onChange={filter => change({ filter })}
                />
                <MoreInput />
                <Problems lines={problems} />
                <div class="row end">
                    <button
                        type="button"
                        onClick={() => {
                            form.value = emptyForm;
                            setFound(null);
                            setProblems([]);
                        }}
                    >
                        Clear
                    </button>
                    <button type="submit" class="primary">
                        Search
                    </button>
                </div>
            </form>
            <div class="results">
                <section class="card" aria-labelledby="answer">
                    <h2 id="answer">Answer</h2>
                    <p class="hidden" role="status">
                        {found === null ? '' : `${found.answer.hits.length} hits`}
                    </p>
                    {found === null ? (
                        <p class="hint">Search, and the hits are here.</p>
                    ) : found.approximate === undefined ? (
                        <Answer answer={found.answer} fields={fields} />
                    ) : (
                        <Comparison exact={found.answer} approximate={found.approximate} fields={fields} />
                    )}
                </section>
                {found === null ? null : <Code model={found.model} request={found.request} />}
            </div>
        </div>
    );
}

// Ids, fields and similarities are those of a model: of another one they would be wrong.
function useForgetting(forget: () => void): void {
    const { model } = chosen.value;
    const before = useRef(model);
    useEffect(() => {
        if (before.current !== model && before.current !== '') {
            form.value = emptyForm;
            forget();
        }

        before.current = model;
    }, [model]);
}

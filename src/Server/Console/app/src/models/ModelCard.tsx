import type { ModelInfo, ModelList } from '../api/types';
import { milliseconds, count } from '../ui/format';
import { deleteAlias, deleteModel, endShare, load, rollback, setAlias } from './actions';
import { VersionRow } from './VersionRow';

/** A model: its versions, where searches go, and its aliases. */
export function ModelCard({ model, list }: { model: ModelInfo; list: ModelList }) {
    const heading = `model-${model.name}`;
    return (
        <section class="card" aria-labelledby={heading}>
            <div class="row spread">
                <h2 id={heading}>
                    {model.name} {model.writable ? null : <span class="badge">its items never change</span>}
                </h2>
                <div class="row">
                    {model.previous === undefined || model.previous === '' ? null : (
                        <button type="button" onClick={() => rollback(model)}>
                            Roll back to {model.previous}…
                        </button>
                    )}
                    <button type="button" onClick={() => load(model.name)}>
                        Load a version…
                    </button>
                    <button type="button" onClick={() => setAlias(list, model)}>
                        Alias…
                    </button>
                    {model.writable ? (
                        <button type="button" class="quiet danger" onClick={() => deleteModel(model)}>
                            Delete…
                        </button>
                    ) : null}
                </div>
            </div>
            {model.aliases.length === 0 ? null : (
                <ul class="chips" aria-label={`Aliases of ${model.name}`}>
                    {model.aliases.map(alias => (
                        <li key={alias}>
                            {alias}
                            <button
                                type="button"
                                class="quiet"
                                aria-label={`Delete the alias ${alias}`}
                                onClick={() => deleteAlias(alias, model)}
                            >
                                ×
                            </button>
                        </li>
                    ))}
                </ul>
            )}
            <div class="scroll" role="region" tabIndex={0} aria-label={`Versions of ${model.name}`}>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">Version</th>
                            <th scope="col">State</th>
                            <th scope="col" class="number">
                                Items
                            </th>
                            <th scope="col" class="number">
                                Memory
                            </th>
                            <th scope="col" class="number">
                                Lag
                            </th>
                            <th scope="col">Engine</th>
                            <th scope="col">Actions</th>
                        </tr>
                    </thead>
                    <tbody>
                        {model.versions.map(version => (
                            <VersionRow key={version.version} model={model} version={version} />
                        ))}
                    </tbody>
                </table>
            </div>
            <Rollout model={model} />
        </section>
    );
}

function Rollout({ model }: { model: ModelInfo }) {
    const { canary, shadow } = model;
    const compared = shadow?.comparison;
    return (
        <>
            {canary === undefined ? null : (
                <p class="row">
                    <span>
                        Canary: version {canary.version} answers {canary.percent} % of routing keys.
                    </span>
                    <button type="button" onClick={() => endShare(model, 'canary')}>
                        End the canary…
                    </button>
                </p>
            )}
            {shadow === undefined ? null : (
                <>
                    <p class="row">
                        <span>
                            Shadow: {shadow.percent} % of searches are made on version {shadow.version} too.
                        </span>
                        <button type="button" onClick={() => endShare(model, 'shadow')}>
                            End the shadow…
                        </button>
                    </p>
                    {compared === undefined ? null : (
                        <dl class="facts">
                            <div>
                                <dt>Compared</dt>
                                <dd>{count(compared.compared)}</dd>
                            </div>
                            <div>
                                <dt>Hits in both</dt>
                                <dd>{(compared.overlap * 100).toFixed(1)} %</dd>
                            </div>
                            <div>
                                <dt>Score difference</dt>
                                <dd>{compared.score_difference.toPrecision(3)}</dd>
                            </div>
                            <div>
                                <dt>Live</dt>
                                <dd>{milliseconds(compared.live_ms)}</dd>
                            </div>
                            <div>
                                <dt>Shadow</dt>
                                <dd>{milliseconds(compared.shadow_ms)}</dd>
                            </div>
                            <div>
                                <dt>Failed</dt>
                                <dd>{count(compared.failed)}</dd>
                            </div>
                            <div>
                                <dt>Dropped</dt>
                                <dd>{count(compared.dropped)}</dd>
                            </div>
                        </dl>
                    )}
                </>
            )}
        </>
    );
}

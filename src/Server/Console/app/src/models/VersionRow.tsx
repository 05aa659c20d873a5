import type { ModelInfo, VersionInfo } from '../api/types';
import { isLoading } from '../state/models';
import { stats } from '../state/stats';
import { Bar } from '../ui/Bar';
import { bytes, count } from '../ui/format';
import { promote, share, snapshot, unload } from './actions';

const states: Record<VersionInfo['state'], string> = {
    loading: 'loading',
    catching_up: 'catching up',
    ready: 'ready',
    failed: 'failed',
    unloaded: 'not in memory',
};

/** A version: how it is, what part it has in answering, and what can be done to it. */
export function VersionRow({ model, version }: { model: ModelInfo; version: VersionInfo }) {
    const name = version.version;
    const isLive = model.live === name;
    return (
        <tr>
            <th scope="row">
                <b>{name}</b>
                {isLive ? <span class="badge live">live</span> : null}
                {model.previous === name ? <span class="badge">previous</span> : null}
                {model.canary?.version === name ? <span class="badge">canary {model.canary.percent} %</span> : null}
                {model.shadow?.version === name ? <span class="badge">shadow {model.shadow.percent} %</span> : null}
                <Schema version={version} />
            </th>
            <td>
                <span class={`state ${version.state}`}>{states[version.state] ?? version.state}</span>
                {isLoading(version) ? (
                    <progress
                        value={version.progress}
                        max={1}
                        aria-label={`Version ${name} of ${model.name} is ${states[version.state]}`}
                    />
                ) : null}
                {version.problem === undefined ? null : <p class="problem">{version.problem}</p>}
            </td>
            <td class="number">{count(version.items)}</td>
            <td class="number">
                <Owners model={model.name} version={version} />
            </td>
            <td class="number">{count(version.lag)}</td>
            <td>{version.engine ?? ''}</td>
            <td>
                <Actions model={model} version={version} isLive={isLive} />
            </td>
        </tr>
    );
}

function Actions({ model, version, isLive }: { model: ModelInfo; version: VersionInfo; isLive: boolean }) {
    const name = version.version;
    const isReady = version.state === 'ready';
    const of = `version ${name} of ${model.name}`;
    return (
        <div class="row">
            {isReady && !isLive ? (
                <>
                    <button type="button" aria-label={`Promote ${of}`} onClick={() => promote(model, name)}>
                        Promote…
                    </button>
                    <button type="button" aria-label={`Canary: ${of}`} onClick={() => share(model, 'canary', name)}>
                        Canary…
                    </button>
                    <button type="button" aria-label={`Shadow: ${of}`} onClick={() => share(model, 'shadow', name)}>
                        Shadow…
                    </button>
                </>
            ) : null}
            {isReady && model.writable ? (
                <button type="button" aria-label={`Snapshot of ${of}`} onClick={() => snapshot(model, name)}>
                    Snapshot…
                </button>
            ) : null}
            {!isLive && !isLoading(version) ? (
                <button
                    type="button"
                    class="quiet danger"
                    aria-label={`Unload ${of}`}
                    onClick={() => unload(model, name)}
                >
                    Unload…
                </button>
            ) : null}
        </div>
    );
}

/** The memory of a version, and by owner where it is opened. */
function Owners({ model, version }: { model: string; version: VersionInfo }) {
    const owners =
        stats.value?.models.find(one => one.name === model)?.versions.find(one => one.version === version.version)
            ?.memory ?? [];
    if (owners.length === 0) {
        return <>{bytes(version.memory_bytes)}</>;
    }

    const parts = owners
        .flatMap(owner => [
            { name: owner.owner, amount: owner.host_bytes },
            { name: `${owner.owner}, mapped`, amount: owner.mapped_bytes },
            { name: `${owner.owner}, on the device`, amount: owner.device_bytes },
        ])
        .filter(part => part.amount > 0)
        .map(part => ({ ...part, text: bytes(part.amount) }));
    return (
        <details>
            <summary>{bytes(version.memory_bytes)}</summary>
            <Bar
                label={`Memory of version ${version.version} by owner`}
                parts={parts}
                whole={parts.reduce((sum, part) => sum + part.amount, 0)}
            />
        </details>
    );
}

function Schema({ version }: { version: VersionInfo }) {
    return (
        <details>
            <summary>Schema</summary>
            <dl class="small">
                <div>
                    <dt>Model file’s version</dt>
                    <dd>{version.model_version ?? '–'}</dd>
                </div>
                <div>
                    <dt>Query tower</dt>
                    <dd>{version.has_query_tower ? 'yes' : 'no'}</dd>
                </div>
                <div>
                    <dt>Similarities</dt>
                    <dd>{version.similarities.join(', ') || '–'}</dd>
                </div>
                <div>
                    <dt>Rankers</dt>
                    <dd>{version.rankers.join(', ') || '–'}</dd>
                </div>
            </dl>
            <pre tabIndex={0} aria-label={`Schema of version ${version.version}`}>
                {version.schema === undefined ? '' : JSON.stringify(version.schema, undefined, 2)}
            </pre>
        </details>
    );
}

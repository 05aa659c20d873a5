import { models } from '../state/models';
import { stats } from '../state/stats';
import { Bar } from '../ui/Bar';
import { bytes } from '../ui/format';
import { load } from './actions';
import { ModelCard } from './ModelCard';

/** Models and versions with what can be done to them, and the memory that they use. */
export function ModelsPage() {
    const list = models.value;
    if (list === null) {
        return <></>;
    }

    return (
        <>
            <div class="row spread">
                <p class="lead">
                    {list.models.length === 0
                        ? 'The server has no model yet.'
                        : `${list.models.length === 1 ? 'One model' : `${list.models.length} models`} on this server.`}
                </p>
                <button type="button" class="primary" onClick={() => load('')}>
                    Load a model…
                </button>
            </div>
            <Memory />
            {list.models.map(model => (
                <ModelCard key={model.name} model={model} list={list} />
            ))}
        </>
    );
}

function Memory() {
    const memory = models.value?.memory;
    if (memory === undefined) {
        return null;
    }

    const versions = (models.value?.models ?? []).flatMap(model =>
        model.versions
            .filter(version => version.memory_bytes > 0)
            .map(version => ({
                name: `${model.name}@${version.version}`,
                amount: version.memory_bytes,
                text: bytes(version.memory_bytes),
            })),
    );
    const used = `${bytes(memory.used_bytes)} of ${bytes(memory.budget_bytes)}`;
    const ofProcess = stats.value?.process;
    return (
        <section class="card" aria-labelledby="memory">
            <div class="row spread">
                <h2 id="memory">Memory</h2>
                <p>{memory.budget_bytes > 0 ? `${used} that versions may use` : bytes(memory.used_bytes)}</p>
            </div>
            <Bar label={`Versions use ${used}`} parts={versions} whole={memory.budget_bytes} />
            {ofProcess === undefined ? null : (
                <p class="hint">
                    The process has {bytes(ofProcess.rss_bytes)} in memory, {bytes(ofProcess.managed_bytes)} of them
                    managed by .NET, after {ofProcess.gen2} full collections.
                </p>
            )}
        </section>
    );
}

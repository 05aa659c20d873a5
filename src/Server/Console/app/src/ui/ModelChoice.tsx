import { chosen, chosenModel, models } from '../state/models';

/** Which model, and which version of it, a page is about. */
export function ModelChoice() {
    const model = chosenModel.value;
    return (
        <div class="row">
            <label class="field">
                <span>Model</span>
                <select
                    value={chosen.value.model}
                    onChange={event => {
                        chosen.value = { model: event.currentTarget.value, version: '' };
                    }}
                >
                    {(models.value?.models ?? []).map(one => (
                        <option key={one.name}>{one.name}</option>
                    ))}
                </select>
            </label>
            <label class="field">
                <span>Version</span>
                <select
                    value={chosen.value.version}
                    onChange={event => {
                        chosen.value = { ...chosen.value, version: event.currentTarget.value };
                    }}
                >
                    <option value="">As routed{model?.live === undefined ? '' : ` (live: ${model.live})`}</option>
                    {(model?.versions ?? [])
                        .filter(one => one.state === 'ready')
                        .map(one => (
                            <option key={one.version} value={one.version}>
                                {one.version}
                            </option>
                        ))}
                </select>
            </label>
        </div>
    );
}

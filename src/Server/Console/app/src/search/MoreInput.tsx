import { chosenVersion, schema } from '../state/models';
import { change, form, type SearchForm } from './form';
import { usualFields } from './request';

type TextName = 'k' | 'scoreMin' | 'cap' | 'lambda' | 'firstStage' | 'keepShare';

/** What a search may ask for besides its query and filter. */
export function MoreInput() {
    const groups = schema.value.fields.filter(
        field => field.type === 'keyword' && field.multiValued !== true && field.roles.includes('attribute'),
    );
    const version = chosenVersion.value;
    const embedding =
        schema.value.embeddings.find(one => one.name === form.value.embedding) ?? schema.value.embeddings[0];
    return (
        <>
            <div class="grid">
                <NumberInput name="k" label="Hits" />
                <NumberInput name="scoreMin" label="Lowest score" />
                <Choice
                    label="At most a few of each"
                    name="groupBy"
                    options={groups.map(field => field.name)}
                    none="no groups"
                />
                {form.value.groupBy === '' ? null : <NumberInput name="cap" label="Hits a group" placeholder="1" />}
                <NumberInput name="lambda" label="Diversity" placeholder="0 to 1: relevance" />
                {(version?.similarities.length ?? 0) === 0 ? null : (
                    <Choice
                        label="Similarity"
                        name="similarity"
                        options={version?.similarities ?? []}
                        none="the metric"
                    />
                )}
                {form.value.similarity === '' ? null : (
                    <NumberInput name="firstStage" label="First stage" placeholder="every item" />
                )}
                {(version?.rankers.length ?? 0) === 0 ? null : (
                    <Choice label="Ranker" name="ranker" options={version?.rankers ?? []} none="none" />
                )}
            </div>
            <Check name="includeSeen" label="Items of the query may be hits" />
            {embedding?.codes === undefined && embedding?.copy === undefined ? null : <Approximate />}
            <Fields />
        </>
    );
}

function Approximate() {
    const embedding =
        schema.value.embeddings.find(one => one.name === form.value.embedding) ?? schema.value.embeddings[0];
    return (
        <>
            <Check name="compares" label="Compare the exact answer with a quantized one" />
            {form.value.compares ? (
                <div class="grid">
                    <label class="field">
                        <span>By</span>
                        <select
                            value={form.value.approximateBy}
                            onChange={event =>
                                change({ approximateBy: event.currentTarget.value === 'copy' ? 'copy' : 'codes' })
                            }
                        >
                            {embedding?.codes === undefined ? null : (
                                <option value="codes">codes, {embedding.codes}</option>
                            )}
                            {embedding?.copy === undefined ? null : (
                                <option value="copy">copies, {embedding.copy}</option>
                            )}
                        </select>
                    </label>
                    <NumberInput name="keepShare" label="Share rescored" placeholder="as usual" />
                    <Check name="rescores" label="Rescore the best" />
                    <Check name="asymmetric" label="Query keeps 8 bits" />
                </div>
            ) : null}
        </>
    );
}

function Fields() {
    const chosen = form.value.fields ?? usualFields(schema.value);
    return (
        <details>
            <summary>Fields of the hits: {chosen.join(', ') || 'none'}</summary>
            <div class="row" role="group" aria-label="Fields of the hits">
                {schema.value.fields.map(field => (
                    <label key={field.name} class="check">
                        <input
                            type="checkbox"
                            checked={chosen.includes(field.name)}
                            onChange={event =>
                                change({
                                    fields: event.currentTarget.checked
                                        ? [...chosen, field.name]
                                        : chosen.filter(name => name !== field.name),
                                })
                            }
                        />
                        {field.name}
                    </label>
                ))}
            </div>
        </details>
    );
}

function NumberInput({ name, label, placeholder }: { name: TextName; label: string; placeholder?: string }) {
    return (
        <label class="field">
            <span>{label}</span>
            <input
                inputMode="decimal"
                autocomplete="off"
                value={form.value[name]}
                placeholder={placeholder ?? ''}
                onInput={event => change({ [name]: event.currentTarget.value } as Partial<SearchForm>)}
            />
        </label>
    );
}

function Choice({
    name,
    label,
    options,
    none,
}: {
    name: 'groupBy' | 'similarity' | 'ranker';
    label: string;
    options: string[];
    none: string;
}) {
    return (
        <label class="field">
            <span>{label}</span>
            <select
                value={form.value[name]}
                onChange={event => change({ [name]: event.currentTarget.value } as Partial<SearchForm>)}
            >
                <option value="">{none}</option>
                {options.map(option => (
                    <option key={option}>{option}</option>
                ))}
            </select>
        </label>
    );
}

function Check({ name, label }: { name: 'includeSeen' | 'compares' | 'rescores' | 'asymmetric'; label: string }) {
    return (
        <label class="check">
            <input
                type="checkbox"
                checked={form.value[name]}
                onChange={event => change({ [name]: event.currentTarget.checked } as Partial<SearchForm>)}
            />
            {label}
        </label>
    );
}

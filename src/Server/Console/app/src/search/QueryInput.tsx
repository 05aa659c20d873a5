import { call, linesOf, modelPath } from '../api/client';
import type { Item } from '../api/types';
import { chosenName, chosenVersion, schema } from '../state/models';
import { say } from '../state/say';
import { Field } from '../ui/Field';
import { change, form, type QueryKind } from './form';
import { IdList } from './IdList';

const kinds: [QueryKind, string][] = [
    ['items', 'Like these items'],
    ['history', 'A history'],
    ['vector', 'A vector'],
];

/** The query, in one of its three ways. */
export function QueryInput() {
    const { kind } = form.value;
    return (
        <fieldset>
            <legend>Query</legend>
            <div class="row choices">
                {kinds.map(([one, text]) => (
                    <label key={one} class="check">
                        <input type="radio" name="kind" checked={one === kind} onChange={() => change({ kind: one })} />
                        {text}
                    </label>
                ))}
            </div>
            {kind === 'vector' ? <Vector /> : kind === 'items' ? <Items /> : <History />}
        </fieldset>
    );
}

function Items() {
    return (
        <IdList
            label="Items"
            hint="Their mean embedding is the query."
            model={chosenName.value}
            schema={schema.value}
            ids={form.value.items}
            isOrdered={false}
            onChange={items => change({ items })}
        />
    );
}

function History() {
    const hasTower = chosenVersion.value?.has_query_tower === true;
    return (
        <>
            {hasTower ? null : <p class="problem">This version has no query tower: it cannot embed a history.</p>}
            <IdList
                label="History"
                hint="Items that the user came by, oldest first, for the query tower."
                model={chosenName.value}
                schema={schema.value}
                ids={form.value.history}
                isOrdered={true}
                onChange={history => change({ history })}
            />
            <Field
                label="Features, as JSON"
                hint={'Inputs of the query tower besides the history, such as {"country": ["de"]}; mostly none.'}
            >
                {names => (
                    <textarea
                        {...names}
                        rows={2}
                        value={form.value.features}
                        spellcheck={false}
                        onInput={event => change({ features: event.currentTarget.value })}
                    />
                )}
            </Field>
        </>
    );
}

function Vector() {
    const { embeddings } = schema.value;
    const embedding = embeddings.find(one => one.name === form.value.embedding) ?? embeddings[0];
    async function takeFrom(id: string): Promise<void> {
        try {
            const found = await call<{ items: Item[] }>('POST', modelPath(chosenName.value, '/items/get'), {
                ids: [id],
                fields: [],
                with_embeddings: true,
            });
            const vector = found.items[0]?.embeddings?.[embedding?.name ?? ''];
            if (vector === undefined) {
                say(`${id} is not there, or has no such embedding.`, true);
                return;
            }

            change({ vector: vector.join(' ') });
            say(`The vector is that of ${id}.`);
        } catch (error) {
            say(linesOf(error).join(' '), true);
        }
    }

    return (
        <>
            <div class="row">
                <label class="field">
                    <span>Embedding</span>
                    <select
                        value={embedding?.name}
                        onChange={event => change({ embedding: event.currentTarget.value })}
                    >
                        {embeddings.map(one => (
                            <option key={one.name} value={one.name}>
                                {one.name}, {one.dim} × {one.metric}
                            </option>
                        ))}
                    </select>
                </label>
                <label class="field">
                    <span>Take that of an item</span>
                    <input
                        autocomplete="off"
                        spellcheck={false}
                        placeholder="id, then Enter"
                        onKeyDown={event => {
                            if (event.key === 'Enter') {
                                event.preventDefault();
                                void takeFrom(event.currentTarget.value.trim());
                            }
                        }}
                    />
                </label>
            </div>
            <Field label="Vector" hint={`${embedding?.dim ?? ''} numbers, with commas, spaces or lines between them.`}>
                {names => (
                    <textarea
                        {...names}
                        rows={4}
                        value={form.value.vector}
                        spellcheck={false}
                        onInput={event => change({ vector: event.currentTarget.value })}
                    />
                )}
            </Field>
        </>
    );
}

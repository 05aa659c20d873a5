import { useState } from 'preact/hooks';
import { call, linesOf, modelPath } from '../api/client';
import type { Item, SearchResponse, WriteResponse } from '../api/types';
import { chosen, chosenModel, chosenName, refreshModels, schema } from '../state/models';
import { forgetSamples } from '../search/sampleValues';
import { usualFields } from '../search/request';
import { Hits } from '../search/Hits';
import { Field } from '../ui/Field';
import { Problems } from '../ui/Problems';
import { FieldInput } from './FieldInput';
import { changesOf, itemOf, itemOfJson, noTexts, textsOf, type ItemTexts } from './itemValues';

interface Written {
    id: string;
    ms: number;
    answer: SearchResponse | null;
}

/** Adds an item, or changes one, and searches for it at once. */
export function ItemForm({ edited, onDone }: { edited: Item | null; onDone: () => void }) {
    const before = edited === null ? noTexts : textsOf(edited);
    const [texts, setTexts] = useState<ItemTexts>(before);
    const [isJson, setJson] = useState(false);
    const [json, setJsonText] = useState('');
    const [problems, setProblems] = useState<string[]>([]);
    const [written, setWritten] = useState<Written | null>(null);
    const isNew = edited === null;

    async function submit(event: Event): Promise<void> {
        event.preventDefault();
        const wrong: string[] = [];
        const item =
            isNew && isJson
                ? itemOfJson(json, wrong)
                : isNew
                  ? itemOf(texts, schema.value, wrong)
                  : changesOf(before, texts, schema.value, wrong);
        setProblems(wrong);
        setWritten(null);
        if (wrong.length > 0) {
            return;
        }

        try {
            const from = performance.now();
            const change = isNew ? { upsert: item } : { update: item };
            const { state } = await call<WriteResponse>('POST', modelPath(chosen.value.model, '/items'), {
                changes: [change],
            });
            const answer = await find(item, state);
            setWritten({ id: String(item.id), ms: performance.now() - from, answer });
            forgetSamples();
            void refreshModels();
            onDone();
        } catch (error) {
            setProblems(linesOf(error));
        }
    }

    if (chosenModel.value?.writable !== true) {
        return <p>The items of this model never change: it is served from its file as it is.</p>;
    }

    return (
        <form
            class="stack"
            aria-label={isNew ? 'Add an item' : `Change ${edited.id}`}
            onSubmit={event => void submit(event)}
        >
            {isNew ? (
                <div class="row choices">
                    <label class="check">
                        <input type="radio" name="how" checked={!isJson} onChange={() => setJson(false)} /> Fields
                    </label>
                    <label class="check">
                        <input
                            type="radio"
                            name="how"
                            checked={isJson}
                            onChange={() => {
                                setJson(true);
                                setJsonText(JSON.stringify(itemOf(texts, schema.value, []), undefined, 2));
                            }}
                        />
                        JSON
                    </label>
                </div>
            ) : null}
            {isNew && isJson ? (
                <label class="field">
                    <span>Item, as JSON</span>
                    <textarea
                        rows={10}
                        value={json}
                        spellcheck={false}
                        onInput={event => setJsonText(event.currentTarget.value)}
                    />
                </label>
            ) : (
                <Texts texts={texts} isNew={isNew} onChange={setTexts} />
            )}
            <Problems lines={problems} />
            <div class="row end">
                <button type="submit" class="primary">
                    {isNew ? 'Add the item' : 'Change the item'}
                </button>
            </div>
            <div role="status">{written === null ? null : <Found written={written} />}</div>
        </form>
    );
}

function Texts({ texts, isNew, onChange }: { texts: ItemTexts; isNew: boolean; onChange: (texts: ItemTexts) => void }) {
    return (
        <>
            <label class="field">
                <span>Id{schema.value.id === 'text' ? '' : `, ${schema.value.id}`}</span>
                <input
                    value={texts.id}
                    readOnly={!isNew}
                    autocomplete="off"
                    spellcheck={false}
                    onInput={event => onChange({ ...texts, id: event.currentTarget.value })}
                />
            </label>
            <div class="grid">
                {schema.value.fields.map(field => (
                    <FieldInput
                        key={field.name}
                        field={field}
                        value={texts.fields[field.name] ?? ''}
                        onChange={value => onChange({ ...texts, fields: { ...texts.fields, [field.name]: value } })}
                    />
                ))}
            </div>
            {schema.value.embeddings.map(one => (
                <Field
                    key={one.name}
                    label={`Embedding ${one.name}`}
                    hint={`${one.dim} numbers. ${
                        isNew ? 'Empty: the model makes it, where it has a tower for it.' : 'Empty: it stays as it is.'
                    }`}
                >
                    {names => (
                        <textarea
                            {...names}
                            rows={2}
                            value={texts.embeddings[one.name] ?? ''}
                            spellcheck={false}
                            onInput={event =>
                                onChange({
                                    ...texts,
                                    embeddings: { ...texts.embeddings, [one.name]: event.currentTarget.value },
                                })
                            }
                        />
                    )}
                </Field>
            ))}
        </>
    );
}

function Found({ written }: { written: Written }) {
    const rank = written.answer?.hits.findIndex(hit => String(hit.id) === written.id) ?? -1;
    return (
        <>
            <p class="good">
                {written.id} is on the server’s disk
                {rank < 0 ? ', ' : ` and found: hit ${rank + 1} of a search for items like it, `}
                {written.ms.toFixed(0)} ms after it was sent.
            </p>
            {written.answer === null ? null : (
                <Hits
                    label={`Items like ${written.id}`}
                    hits={written.answer.hits}
                    fields={usualFields(schema.value)}
                />
            )}
        </>
    );
}

/** A search for items like the one that was written, in a state that has it. */
async function find(item: Item, state: string | undefined): Promise<SearchResponse | null> {
    if (schema.value.embeddings.length === 0) {
        return null;
    }

    return call<SearchResponse>('POST', modelPath(chosenName.value, '/search'), {
        items: [item.id],
        include_seen: true,
        k: 5,
        fields: usualFields(schema.value),
        ...(state === undefined ? {} : { after: state }),
    });
}

import { useEffect, useState } from 'preact/hooks';
import { call, linesOf, modelPath } from '../api/client';
import type { Item, ScrollResponse, WriteResponse } from '../api/types';
import { FilterInput } from '../search/FilterInput';
import { change } from '../search/form';
import { usualFields } from '../search/request';
import { chosenModel, chosenName, chosen, refreshModels, schema } from '../state/models';
import { go } from '../state/route';
import { say } from '../state/say';
import { ask } from '../ui/ask';
import { Dialog } from '../ui/Dialog';
import { ModelChoice } from '../ui/ModelChoice';
import { Problems } from '../ui/Problems';
import { ValueCell } from '../ui/ValueCell';
import { ItemForm } from './ItemForm';

const pageItems = 25;

/** Items: to look at, a page at a time, to add and to change. */
export function ItemsPage() {
    const [filter, setFilter] = useState('');
    const [asked, setAsked] = useState({ filter: '', pages: [''] });
    const [found, setFound] = useState<ScrollResponse | null>(null);
    const [problems, setProblems] = useState<string[]>([]);
    const [edited, setEdited] = useState<Item | null>(null);
    const [changes, setChanges] = useState(0);
    const model = chosenName.value;
    const page = asked.pages.at(-1) ?? '';
    useEffect(() => setAsked({ filter: '', pages: [''] }), [model]);
    useEffect(() => {
        if (model === '') {
            return;
        }

        const abort = new AbortController();
        const wanted = {
            limit: pageItems,
            fields: usualFields(schema.value),
            ...(asked.filter.trim() === '' ? {} : { filter: { text: asked.filter } }),
            ...(page === '' ? {} : { page }),
        };
        call<ScrollResponse>('POST', modelPath(model, '/items/scroll'), wanted, abort.signal).then(
            answer => {
                setFound(answer);
                setProblems([]);
            },
            (error: unknown) => {
                if (!abort.signal.aborted) {
                    setProblems(linesOf(error));
                }
            },
        );
        return () => abort.abort();
    }, [model, asked, page, changes, schema.value]);
    const onDone = (): void => setChanges(before => before + 1);
    return (
        <>
            <div class="beside">
                <form
                    class="card stack"
                    aria-label="Look at items"
                    onSubmit={event => {
                        event.preventDefault();
                        setAsked({ filter, pages: [''] });
                    }}
                >
                    <ModelChoice />
                    <FilterInput
                        label="Filter"
                        model={model}
                        schema={schema.value}
                        value={filter}
                        onChange={setFilter}
                    />
                    <div class="row end">
                        <button type="submit" class="primary">
                            Show
                        </button>
                    </div>
                </form>
                <section class="card" aria-labelledby="add">
                    <h2 id="add">Add an item</h2>
                    <ItemForm key={chosen.value.model} edited={null} onDone={onDone} />
                </section>
            </div>
            <section class="card" aria-labelledby="items">
                <h2 id="items">Items of {model}</h2>
                <Problems lines={problems} />
                {found === null ? null : <Table items={found.items} onEdit={setEdited} onDone={onDone} />}
                <div class="row end">
                    <button
                        type="button"
                        disabled={asked.pages.length === 1}
                        onClick={() => setAsked({ ...asked, pages: asked.pages.slice(0, -1) })}
                    >
                        Page before
                    </button>
                    <button
                        type="button"
                        disabled={found?.next === undefined || found.next === ''}
                        onClick={() => setAsked({ ...asked, pages: [...asked.pages, found?.next ?? ''] })}
                    >
                        Next page
                    </button>
                </div>
            </section>
            {edited === null ? null : (
                <Dialog title={`Change ${edited.id}`} onClose={() => setEdited(null)}>
                    <ItemForm edited={edited} onDone={onDone} />
                    <div class="row end">
                        <button type="button" onClick={() => setEdited(null)}>
                            Close
                        </button>
                    </div>
                </Dialog>
            )}
        </>
    );
}

function Table({ items, onEdit, onDone }: { items: Item[]; onEdit: (item: Item) => void; onDone: () => void }) {
    const fields = usualFields(schema.value);
    const isWritable = chosenModel.value?.writable === true;
    async function edit(id: Item['id']): Promise<void> {
        try {
            const whole = await call<{ items: Item[] }>('POST', modelPath(chosenName.value, '/items/get'), {
                ids: [id],
            });
            if (whole.items[0] !== undefined) {
                onEdit(whole.items[0]);
            }
        } catch (error) {
            say(linesOf(error).join(' '), true);
        }
    }

    return (
        <div class="scroll" role="region" tabIndex={0} aria-label="Items">
            <table>
                <thead>
                    <tr>
                        <th scope="col">Item</th>
                        {fields.map(field => (
                            <th key={field} scope="col">
                                {field}
                            </th>
                        ))}
                        <th scope="col">Actions</th>
                    </tr>
                </thead>
                <tbody>
                    {items.map(item => (
                        <tr key={item.id}>
                            <th scope="row">{item.id}</th>
                            {fields.map(field => (
                                <ValueCell key={field} list={item.fields?.[field]} />
                            ))}
                            <td>
                                <div class="row">
                                    <button
                                        type="button"
                                        aria-label={`Similar to ${item.id}`}
                                        onClick={() => {
                                            change({ kind: 'items', items: [item.id] });
                                            go('search');
                                        }}
                                    >
                                        Similar
                                    </button>
                                    {isWritable ? (
                                        <>
                                            <button
                                                type="button"
                                                aria-label={`Change ${item.id}`}
                                                onClick={() => void edit(item.id)}
                                            >
                                                Change…
                                            </button>
                                            <button
                                                type="button"
                                                class="quiet danger"
                                                aria-label={`Delete ${item.id}`}
                                                onClick={() => remove(item.id, onDone)}
                                            >
                                                Delete…
                                            </button>
                                        </>
                                    ) : null}
                                </div>
                            </td>
                        </tr>
                    ))}
                </tbody>
            </table>
        </div>
    );
}

function remove(id: Item['id'], onDone: () => void): void {
    ask({
        title: `Delete ${id}?`,
        what: () => [`No search finds it from then on, whatever version of ${chosen.value.model} answers.`],
        confirm: 'Delete',
        isDangerous: true,
        act: async () => {
            await call<WriteResponse>('POST', modelPath(chosen.value.model, '/items'), { changes: [{ delete: id }] });
            say(`${id} is deleted.`);
            onDone();
            await refreshModels();
        },
    });
}

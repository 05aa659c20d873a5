import { useEffect, useId, useState } from 'preact/hooks';
import { call, modelPath } from '../api/client';
import type { Id, Item, Schema, ScrollResponse } from '../api/types';
import { values } from '../ui/format';
import { titleField } from './titleField';

interface Props {
    label: string;
    hint: string;
    model: string;
    schema: Schema;
    ids: Id[];
    isOrdered: boolean;
    onChange: (ids: Id[]) => void;
}

/** Items by their ids: typed, pasted (with commas or lines between them), or chosen from the first of the model. */
export function IdList({ label, hint, model, schema, ids, isOrdered, onChange }: Props) {
    const id = useId();
    const [typed, setTyped] = useState('');
    const title = titleField(schema);
    const known = useTitles(model, title, ids);
    const first = useFirst(model, title);

    function add(): void {
        const more = typed
            .split(/[\n,]/)
            .map(one => one.trim())
            .filter(one => one !== '');
        onChange([...ids, ...more.filter(one => isOrdered || !ids.map(String).includes(one))]);
        setTyped('');
    }

    function move(from: number, to: number): void {
        const moved = [...ids];
        const [one] = moved.splice(from, 1);
        moved.splice(to, 0, one!);
        onChange(moved);
    }

    return (
        <div class="field">
            <label for={`${id}-text`}>{label}</label>
            <div class="row tight">
                <input
                    id={`${id}-text`}
                    list={`${id}-first`}
                    value={typed}
                    autocomplete="off"
                    spellcheck={false}
                    aria-describedby={`${id}-hint`}
                    onInput={event => setTyped(event.currentTarget.value)}
                    onKeyDown={event => {
                        if (event.key === 'Enter' && typed.trim() !== '') {
                            event.preventDefault();
                            add();
                        }
                    }}
                />
                <button type="button" onClick={add} disabled={typed.trim() === ''}>
                    Add
                </button>
            </div>
            <datalist id={`${id}-first`}>
                {first.map(item => (
                    <option key={item.id} value={String(item.id)} label={titleOf(item, title)} />
                ))}
            </datalist>
            <small id={`${id}-hint`}>{hint}</small>
            <ol class="chips" aria-label={label} aria-live="polite">
                {ids.map((one, i) => (
                    <li key={`${one} ${i}`}>
                        <span>
                            <b>{one}</b> {known.get(String(one)) ?? ''}
                        </span>
                        {isOrdered && i > 0 ? (
                            <button
                                type="button"
                                class="quiet"
                                aria-label={`Move ${one} before`}
                                onClick={() => move(i, i - 1)}
                            >
                                ↑
                            </button>
                        ) : null}
                        <button
                            type="button"
                            class="quiet"
                            aria-label={`Remove ${one}`}
                            onClick={() => onChange(ids.filter((_, at) => at !== i))}
                        >
                            ×
                        </button>
                    </li>
                ))}
            </ol>
        </div>
    );
}

function titleOf(item: Item, title: string | undefined): string {
    return title === undefined ? '' : values(item.fields?.[title]);
}

function useFirst(model: string, title: string | undefined): Item[] {
    const [items, setItems] = useState<Item[]>([]);
    useEffect(() => {
        setItems([]);
        if (model === '') {
            return;
        }

        const abort = new AbortController();
        const wanted = { limit: 100, fields: title === undefined ? [] : [title] };
        call<ScrollResponse>('POST', modelPath(model, '/items/scroll'), wanted, abort.signal).then(
            page => setItems(page.items),
            () => setItems([]),
        );
        return () => abort.abort();
    }, [model, title]);
    return items;
}

function useTitles(model: string, title: string | undefined, ids: Id[]): Map<string, string> {
    const [titles, setTitles] = useState(new Map<string, string>());
    const wanted = JSON.stringify(ids);
    useEffect(() => {
        if (title === undefined || ids.length === 0) {
            return;
        }

        const abort = new AbortController();
        call<{ items: Item[]; missing: Id[] }>(
            'POST',
            modelPath(model, '/items/get'),
            { ids: [...new Set(ids)], fields: [title] },
            abort.signal,
        ).then(
            found =>
                setTitles(
                    new Map([
                        ...found.items.map(item => [String(item.id), titleOf(item, title)] as const),
                        ...found.missing.map(id => [String(id), '(not there)'] as const),
                    ]),
                ),
            () => setTitles(new Map()),
        );
        return () => abort.abort();
    }, [model, title, wanted]);
    return titles;
}

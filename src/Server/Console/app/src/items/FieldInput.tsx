import { useId } from 'preact/hooks';
import type { FieldSchema } from '../api/types';

interface Props {
    field: FieldSchema;
    value: string;
    onChange: (value: string) => void;
}

const hints: Partial<Record<FieldSchema['type'], string>> = {
    date: 'ISO 8601, such as 2024-01-31T12:00:00Z',
    bytes: 'base 64',
    json: 'JSON',
};

/** The input of a field, as its type wants. */
export function FieldInput({ field, value, onChange }: Props) {
    const id = useId();
    const hint = [hints[field.type], field.multiValued === true ? 'a value a line' : undefined]
        .filter(one => one !== undefined)
        .join(', ');
    const shared = { id, value, 'aria-describedby': `${id}-hint` };
    return (
        <div class="field">
            <label for={id}>{field.name}</label>
            {field.type === 'boolean' ? (
                <select {...shared} onChange={event => onChange(event.currentTarget.value)}>
                    <option value="">none</option>
                    <option>true</option>
                    <option>false</option>
                </select>
            ) : field.multiValued === true || field.type === 'text' || field.type === 'json' ? (
                <textarea
                    {...shared}
                    rows={2}
                    spellcheck={field.type === 'text'}
                    onInput={event => onChange(event.currentTarget.value)}
                />
            ) : (
                <input
                    {...shared}
                    inputMode={field.type === 'integer' || field.type === 'float' ? 'decimal' : 'text'}
                    autocomplete="off"
                    spellcheck={false}
                    onInput={event => onChange(event.currentTarget.value)}
                />
            )}
            <small id={`${id}-hint`}>
                {field.type}
                {hint === '' ? '' : `: ${hint}`}
            </small>
        </div>
    );
}

import { readJson } from '../api/json';
import type { FieldSchema, Id, Item, Schema, Value } from '../api/types';
import { readVector } from '../search/request';

/** What a form of an item holds: its id, and each field and embedding as it was typed. */
export interface ItemTexts {
    id: string;
    fields: Record<string, string>;
    embeddings: Record<string, string>;
}

export const noTexts: ItemTexts = { id: '', fields: {}, embeddings: {} };

/** The texts of an item, as the form shows them: a value a line. */
export function textsOf(item: Item): ItemTexts {
    return {
        id: String(item.id),
        fields: Object.fromEntries(
            Object.entries(item.fields ?? {}).map(([name, values]) => [name, values.map(String).join('\n')]),
        ),
        embeddings: {},
    };
}

/** The item that the form describes. */
export function itemOf(texts: ItemTexts, schema: Schema, problems: string[]): Item {
    const fields: Record<string, Value[]> = {};
    for (const field of schema.fields) {
        const values = valuesOf(texts.fields[field.name] ?? '', field, problems);
        if (values.length > 0) {
            fields[field.name] = values;
        }
    }

    const embeddings: Record<string, number[]> = {};
    for (const { name, dim } of schema.embeddings) {
        const text = texts.embeddings[name] ?? '';
        if (text.trim() !== '') {
            embeddings[name] = readVector(text, dim, problems);
        }
    }

    return { id: idOf(texts.id, problems), fields, embeddings };
}

/** What the form has changed of an item: an empty list removes a field's values. */
export function changesOf(before: ItemTexts, after: ItemTexts, schema: Schema, problems: string[]): Item {
    const changed = schema.fields.filter(
        field => (before.fields[field.name] ?? '') !== (after.fields[field.name] ?? ''),
    );
    const item = itemOf(after, { ...schema, fields: changed }, problems);
    for (const field of changed) {
        item.fields = { [field.name]: [], ...item.fields };
    }

    return item;
}

/** An item as JSON. */
export function itemOfJson(text: string, problems: string[]): Item {
    try {
        const item = readJson<Item>(text);
        if (typeof item !== 'object' || item === null || !('id' in item)) {
            problems.push('Item: expected an object with an id.');
        }

        return item;
    } catch (error) {
        problems.push(`Item: expected JSON; ${error instanceof Error ? error.message : String(error)}`);
        return { id: '' };
    }
}

function idOf(text: string, problems: string[]): Id {
    if (text.trim() === '') {
        problems.push('Id: expected one; found none.');
    }

    // An integer may come as a text too.
    return text.trim();
}

function valuesOf(text: string, field: FieldSchema, problems: string[]): Value[] {
    const parts = field.multiValued === true ? text.split('\n').filter(part => part.trim() !== '') : [text];
    return parts.filter(part => part !== '').map(part => valueOf(part, field, problems));
}

function valueOf(text: string, field: FieldSchema, problems: string[]): Value {
    switch (field.type) {
        case 'integer':
            return wholeOf(text.trim(), field.name, problems);
        case 'float': {
            const number = Number(text);
            if (!Number.isFinite(number)) {
                problems.push(`${field.name}: expected a number; found ${text}.`);
            }

            return number;
        }
        case 'boolean':
            return text === 'true';
        default:
            return text;
    }
}

function wholeOf(text: string, name: string, problems: string[]): Value {
    const number = Number(text);
    if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(number)) {
        problems.push(`${name}: expected a whole number of at most ${Number.MAX_SAFE_INTEGER}; found ${text}.`);
    }

    return number;
}

import type { FieldSchema, FieldType, Schema } from '../api/types';
import { tokenise, type Token } from './filterTokens';

export interface Suggestion {
    text: string;
    detail: string;
}

export interface Completion {
    /** The part of the text that a suggestion takes the place of. */
    from: number;
    to: number;
    suggestions: Suggestion[];
    /** The attribute whose values are wanted; they are not in the schema. */
    valuesOf?: FieldSchema;
}

type Place =
    | 'clause'
    | 'test'
    | 'contains'
    | 'list'
    | 'list-value'
    | 'list-next'
    | 'between'
    | 'between-and'
    | 'value'
    | 'joined';

const reserved = new Set([
    'and',
    'or',
    'not',
    'in',
    'between',
    'contains',
    'exists',
    'missing',
    'true',
    'false',
    'id',
    'infinity',
]);

/** What may come at the caret. */
export function complete(text: string, caret: number, schema: Schema): Completion {
    const before = tokenise(text.slice(0, caret));
    const last = before.at(-1);
    // A word that the caret touches is being typed; a sign is not.
    const typed =
        last !== undefined && last.to === caret && last.kind !== 'sign' && last.kind !== 'number' && !isEnded(last)
            ? before.pop()
            : undefined;
    const attributes = schema.fields.filter(field => field.roles.includes('attribute'));
    const { place, attribute, depth } = walk(before);
    const field = attributes.find(one => one.name === attribute);
    const from = typed?.from ?? caret;
    // What follows the caret belongs to the same token, unless a space ends it.
    const to = caret + (typed === undefined ? 0 : restOf(text, typed, caret));
    const { all, wantsValues } = suggestionsAt(place, attributes, attribute === 'id', field, depth);
    const start = (typed?.text ?? '').toLowerCase();
    const suggestions = all.filter(one => startsWith(one.text, start) && one.text.toLowerCase() !== start);
    return { from, to, suggestions, ...(wantsValues && field !== undefined ? { valuesOf: field } : {}) };
}

/** Those of the values that go on from what is typed, as the filter's text has them. */
export function completeValues(text: string, completion: Completion, values: string[]): Suggestion[] {
    const field = completion.valuesOf;
    if (field === undefined) {
        return [];
    }

    const typed = text.slice(completion.from, completion.to).toLowerCase();
    return values
        .map(value => literal(value, field.type))
        .filter(value => startsWith(value, typed) && value.toLowerCase() !== typed)
        .map(value => ({ text: value, detail: `${field.name}, found in a sample` }));
}

/** An attribute's name, quoted where it needs to be. */
export function attributeText(name: string): string {
    return /^[\p{L}_][\p{L}\p{Nd}_.-]*$/u.test(name) && !reserved.has(name.toLowerCase())
        ? name
        : `"${name.replaceAll('"', '""')}"`;
}

/** A value as the filter's text has it. */
export function literal(value: string, type: FieldType): string {
    if (type === 'keyword') {
        return `'${value.replaceAll("'", "''")}'`;
    }

    return type === 'date' ? `date '${value}'` : value;
}

function startsWith(text: string, start: string): boolean {
    const lower = text.toLowerCase();
    // A keyword, or a quoted name, may be begun without its quote.
    return lower.startsWith(start) || (/^['"]/.test(lower) && lower.slice(1).startsWith(start) && start !== '');
}

function isEnded(token: Token): boolean {
    const quote = token.kind === 'keyword' ? "'" : token.kind === 'attribute' ? '"' : '';
    return quote !== '' && token.text.length > 1 && (token.text.split(quote).length - 1) % 2 === 0;
}

function restOf(text: string, typed: Token, caret: number): number {
    return typed.kind === 'word' ? (/^[\p{L}\p{Nd}_.-]*/u.exec(text.slice(caret))?.[0].length ?? 0) : 0;
}

function walk(tokens: Token[]): { place: Place; attribute: string; depth: number } {
    let place: Place = 'clause';
    let attribute = '';
    let depth = 0;
    for (const token of tokens) {
        const word = token.kind === 'word' || token.kind === 'sign' ? token.text.toLowerCase() : '';
        const isName = token.kind === 'attribute' || (token.kind === 'word' && (word === 'id' || !reserved.has(word)));
        if (place === 'clause' && isName) {
            attribute = token.kind === 'attribute' ? token.text.slice(1, -1).replaceAll('""', '"') : token.text;
        }

        if (place !== 'list' && word === '(') {
            depth++;
        } else if (place !== 'list-value' && place !== 'list-next' && word === ')') {
            depth--;
        }

        place = next(place, word, isName);
    }

    return { place, attribute, depth };
}

function next(place: Place, word: string, isName: boolean): Place {
    switch (place) {
        case 'clause':
            return isName ? 'test' : word === 'true' || word === 'false' ? 'joined' : 'clause';
        case 'test':
            return word === 'in'
                ? 'list'
                : word === 'contains'
                  ? 'contains'
                  : word === 'between'
                    ? 'between'
                    : word === 'exists' || word === 'missing'
                      ? 'joined'
                      : word === 'not'
                        ? 'test'
                        : 'value';
        case 'contains':
            return word === 'any' || word === 'all' ? 'list' : 'joined';
        case 'list':
            return word === '(' ? 'list-value' : 'joined';
        case 'list-value':
            return word === ')' ? 'joined' : word === 'date' ? 'list-value' : 'list-next';
        case 'list-next':
            return word === ')' ? 'joined' : 'list-value';
        case 'between':
            return word === 'date' || word === '-' ? 'between' : 'between-and';
        case 'between-and':
            return word === 'and' ? 'value' : 'between-and';
        case 'value':
            return word === 'date' || word === '-' ? 'value' : 'joined';
        case 'joined':
            return word === 'and' || word === 'or' ? 'clause' : 'joined';
    }
}

function suggestionsAt(
    place: Place,
    attributes: FieldSchema[],
    isId: boolean,
    field: FieldSchema | undefined,
    depth: number,
): { all: Suggestion[]; wantsValues: boolean } {
    const words = (...list: [string, string][]): Suggestion[] => list.map(([text, detail]) => ({ text, detail }));
    switch (place) {
        case 'clause':
            return {
                all: [
                    ...attributes.map(one => ({
                        text: attributeText(one.name),
                        detail: one.multiValued === true ? `${one.type}, several values` : one.type,
                    })),
                    ...words(['id', 'the item itself'], ['not', 'the opposite of what follows'], ['(', 'a group']),
                ],
                wantsValues: false,
            };
        case 'test':
            return { all: isId ? words(...idTests) : tests(field), wantsValues: false };
        case 'contains':
            return { all: words(['any', 'one of a list'], ['all', 'each of a list']), wantsValues: true };
        case 'list':
            return { all: words(['(', 'a list of values']), wantsValues: false };
        case 'list-value':
        case 'between':
        case 'value':
            return {
                all:
                    field?.type === 'boolean'
                        ? words(['true', ''], ['false', ''])
                        : field?.type === 'date'
                          ? words(['date', "as in date '2024-01-31'"])
                          : [],
                wantsValues: field !== undefined && field.type !== 'boolean',
            };
        case 'list-next':
            return { all: words([',', 'another value'], [')', 'the end of the list']), wantsValues: false };
        case 'between-and':
            return { all: words(['and', 'and the other end']), wantsValues: false };
        case 'joined':
            return {
                all: words(
                    ['and', 'both hold'],
                    ['or', 'one of the two holds'],
                    ...(depth > 0 ? [[')', 'the end of the group'] as [string, string]] : []),
                ),
                wantsValues: false,
            };
    }
}

const idTests: [string, string][] = [
    ['=', 'is this item'],
    ['!=', 'is not this item'],
    ['in', 'is one of a list'],
    ['not in', 'is none of a list'],
];

function tests(field: FieldSchema | undefined): Suggestion[] {
    const list: [string, string][] = [
        ['=', 'a value equals'],
        ['!=', 'no value equals'],
        ['in', 'a value is in a list'],
    ];
    if (field === undefined || !['keyword', 'boolean'].includes(field.type)) {
        list.push(
            ['<', 'below'],
            ['<=', 'at most'],
            ['>', 'above'],
            ['>=', 'at least'],
            ['between', 'between two, both included'],
        );
    }

    list.push(['not in', 'no value is in a list']);
    if (field === undefined || field.multiValued === true) {
        list.push(['contains all', 'each of a list is a value'], ['contains any', 'one of a list is a value']);
    }

    list.push(['exists', 'there is a value'], ['missing', 'there is none']);
    return list.map(([text, detail]) => ({ text, detail }));
}

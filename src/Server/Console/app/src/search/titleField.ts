import type { Schema } from '../api/types';

/** The field that says to people what an item is. */
export function titleField(schema: Schema): string | undefined {
    const texts = schema.fields.filter(field => field.type === 'text' || field.type === 'keyword');
    const named = ['title', 'description', 'name']
        .map(name => texts.find(field => field.name.toLowerCase() === name))
        .find(field => field !== undefined);
    return (named ?? texts.find(field => field.type === 'text'))?.name;
}

// Integers of 64 bits, such as ids, go beyond what a number of JavaScript keeps: they stay texts, as the server takes
// them too.
type Reviver = (this: unknown, key: string, value: unknown, context?: { source?: string }) => unknown;

const keepIntegers: Reviver = (_key, value, context) =>
    typeof value === 'number' &&
    Number.isInteger(value) &&
    !Number.isSafeInteger(value) &&
    context?.source !== undefined &&
    /^-?\d+$/.test(context.source)
        ? context.source
        : value;

/** Reads JSON; an integer that a number would change becomes a text. */
export function readJson<T>(text: string): T {
    return JSON.parse(text, keepIntegers as (key: string, value: unknown) => unknown) as T;
}

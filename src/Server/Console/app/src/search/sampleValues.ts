import { call, modelPath } from '../api/client';
import type { ScrollResponse } from '../api/types';

const sampleItems = 500;
const samples = new Map<string, Promise<string[]>>();

/** Values of an attribute in a sample of the items, the most frequent first. */
export function sampleValues(model: string, attribute: string): Promise<string[]> {
    const key = JSON.stringify([model, attribute]);
    let sample = samples.get(key);
    if (sample === undefined) {
        sample = read(model, attribute).catch(() => {
            // Without values there are still names and operators; the next time may be better.
            samples.delete(key);
            return [];
        });
        samples.set(key, sample);
    }

    return sample;
}

/** Forgets what was sampled, because items have changed. */
export function forgetSamples(): void {
    samples.clear();
}

async function read(model: string, attribute: string): Promise<string[]> {
    const page = await call<ScrollResponse>('POST', modelPath(model, '/items/scroll'), {
        limit: sampleItems,
        fields: [attribute],
    });
    const counts = new Map<string, number>();
    for (const value of page.items.flatMap(item => item.fields?.[attribute] ?? [])) {
        counts.set(String(value), (counts.get(String(value)) ?? 0) + 1);
    }

    return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([value]) => value);
}

import { signal } from '@preact/signals';
import { call } from '../api/client';
import type { Series, Stats } from '../api/types';

/** Seconds that the charts can go back: those that the page has seen, beyond the minute that the server keeps. */
export const secondsMax = 900;

/** What is drawn of a model in a second. */
export interface Point {
    rate: number;
    errors: number;
    p50: number;
    p95: number;
    p99: number;
    writes: number;
    writeErrors: number;
    writeP99: number;
    batch: number;
}

/** What is seen at a moment, because the server keeps no history of it. */
export interface Moment {
    rss: number;
    managed: number;
    gen2: number;
    lag: Map<string, number>;
    freshness: Map<string, number>;
}

/** The latest answer of the server. */
export const stats = signal<Stats | null>(null);

/** The points of each model by second. */
export const points = new Map<string, Map<number, Point>>();

/** The moments by second. */
export const moments = new Map<number, Moment>();

/** Asks for what is new. */
export async function refreshStats(): Promise<void> {
    try {
        keep(await call<Stats>('GET', '/v1/stats'));
    } catch {
        // The models' problem says that the server does not answer; the charts then have a gap.
    }
}

/** Adds an answer to what is known. */
export function keep(answer: Stats): void {
    const last = answer.seconds.at(-1) ?? 0;
    const moment: Moment = {
        rss: answer.process.rss_bytes,
        managed: answer.process.managed_bytes,
        gen2: answer.process.gen2,
        lag: new Map(),
        freshness: new Map((answer.ingest ?? []).map(one => [one.source, one.freshness_s])),
    };
    for (const model of answer.models) {
        const known = points.get(model.name) ?? new Map<number, Point>();
        points.set(model.name, known);
        answer.seconds.forEach((second, i) =>
            known.set(second, {
                ...latencies(model.search, i),
                rate: model.search.rate[i] ?? 0,
                errors: model.search.errors?.[i] ?? 0,
                writes: model.write.rate[i] ?? 0,
                writeErrors: model.write.errors?.[i] ?? 0,
                writeP99: model.write.p99_ms?.[i] ?? 0,
                batch: model.batch?.mean[i] ?? 0,
            }),
        );
        forget(known, last);
        for (const version of model.versions) {
            moment.lag.set(`${model.name}@${version.version}`, version.lag);
        }
    }

    moments.set(last, moment);
    forget(moments, last);
    stats.value = answer;
}

function latencies(series: Series, i: number): { p50: number; p95: number; p99: number } {
    return { p50: series.p50_ms?.[i] ?? 0, p95: series.p95_ms?.[i] ?? 0, p99: series.p99_ms?.[i] ?? 0 };
}

function forget(known: Map<number, unknown>, last: number): void {
    for (const second of known.keys()) {
        if (second <= last - secondsMax) {
            known.delete(second);
        }
    }
}

import { useState } from 'preact/hooks';
import { models } from '../state/models';
import { moments, points, stats, type Moment, type Point } from '../state/stats';
import { bytes } from '../ui/format';
import { LineChart, type Line } from './LineChart';

const windows = [60, 300, 900];

/** What the server does, second by second. */
export function TrafficPage() {
    const [name, setName] = useState('');
    const [window, setWindow] = useState(60);
    const names = (models.value?.models ?? []).map(model => model.name);
    const model = names.includes(name) ? name : (names[0] ?? '');
    const last = stats.value?.seconds.at(-1);
    if (last === undefined) {
        return <p>Asking the server…</p>;
    }

    const seconds = Array.from({ length: window }, (_, i) => last - window + 1 + i);
    const known = points.get(model);
    const of = (take: (point: Point) => number): (number | null)[] =>
        seconds.map(second => {
            const point = known?.get(second);
            return point === undefined ? null : take(point);
        });
    const at = (take: (moment: Moment) => number | undefined): (number | null)[] =>
        seconds.map(second => {
            const moment = moments.get(second);
            return moment === undefined ? null : (take(moment) ?? null);
        });
    return (
        <>
            <div class="row">
                <label class="field">
                    <span>Model</span>
                    <select value={model} onChange={event => setName(event.currentTarget.value)}>
                        {names.map(one => (
                            <option key={one}>{one}</option>
                        ))}
                    </select>
                </label>
                <label class="field">
                    <span>Time</span>
                    <select value={window} onChange={event => setWindow(Number(event.currentTarget.value))}>
                        {windows.map(one => (
                            <option key={one} value={one}>
                                {one === 60 ? 'the last minute' : `the last ${one / 60} minutes`}
                            </option>
                        ))}
                    </select>
                </label>
                <p class="hint">Beyond the last minute a chart has what this page has seen.</p>
            </div>
            <div class="charts">
                <LineChart
                    title="Rate"
                    unit="/s"
                    seconds={seconds}
                    lines={[
                        { name: 'searches', points: of(point => point.rate) },
                        { name: 'sets of changes', points: of(point => point.writes) },
                    ]}
                />
                <LineChart
                    title="Latency of searches"
                    unit="ms"
                    seconds={seconds}
                    lines={[
                        { name: 'p50', points: of(point => point.p50) },
                        { name: 'p95', points: of(point => point.p95) },
                        { name: 'p99', points: of(point => point.p99) },
                    ]}
                />
                <LineChart
                    title="Errors"
                    unit="/s"
                    seconds={seconds}
                    lines={[
                        { name: 'searches', points: of(point => point.errors) },
                        { name: 'sets of changes', points: of(point => point.writeErrors) },
                    ]}
                />
                <LineChart
                    title="Latency of changes"
                    unit="ms"
                    seconds={seconds}
                    lines={[{ name: 'p99', points: of(point => point.writeP99) }]}
                />
                <LineChart title="Lag" unit="changes" seconds={seconds} lines={lagOf(model, at)} />
                {stats.value?.models.some(one => one.batch !== undefined) === true ? (
                    <LineChart
                        title="Searches a scan"
                        unit=""
                        seconds={seconds}
                        lines={[{ name: 'mean', points: of(point => point.batch) }]}
                    />
                ) : null}
                {(stats.value?.ingest ?? []).length === 0 ? null : (
                    <LineChart
                        title="Freshness"
                        unit="s"
                        seconds={seconds}
                        lines={(stats.value?.ingest ?? []).map(one => ({
                            name: one.source,
                            points: at(moment => moment.freshness.get(one.source)),
                        }))}
                    />
                )}
                <LineChart
                    title="Memory of the process"
                    unit=""
                    seconds={seconds}
                    format={bytes}
                    lines={[
                        { name: 'resident', points: at(moment => moment.rss) },
                        { name: 'managed', points: at(moment => moment.managed) },
                    ]}
                />
            </div>
        </>
    );
}

function lagOf(model: string, at: (take: (moment: Moment) => number | undefined) => (number | null)[]): Line[] {
    const versions = stats.value?.models.find(one => one.name === model)?.versions ?? [];
    return versions.map(one => ({
        name: `version ${one.version}`,
        points: at(moment => moment.lag.get(`${model}@${one.version}`)),
    }));
}

import { useId, useState } from 'preact/hooks';
import { short } from '../ui/format';
import { niceMax, ticks } from './scale';

export interface Line {
    name: string;
    /** A number a second, the oldest first; null where nothing is known. */
    points: (number | null)[];
}

interface Props {
    title: string;
    unit: string;
    /** Seconds since 1970 of the points. */
    seconds: number[];
    lines: Line[];
    /** How a number is written; left out: shortly. */
    format?: (number: number) => string;
}

const width = 560;
const height = 170;
const left = 52;
const bottom = 22;
const top = 8;

/** Lines over time. What it shows is in words too: a summary, and the newest numbers as a table. */
export function LineChart({ title, unit, seconds, lines, format = short }: Props) {
    const heading = useId();
    const [at, setAt] = useState<number | null>(null);
    const max = niceMax(Math.max(...lines.flatMap(line => line.points.map(point => point ?? 0)), 0));
    const x = (i: number): number => left + (i / Math.max(seconds.length - 1, 1)) * (width - left - 8);
    const y = (number: number): number => height - bottom - (number / max) * (height - bottom - top);
    const shown = at === null ? seconds.length - 1 : Math.min(at, seconds.length - 1);
    const text = (point: number | null | undefined): string =>
        point === null || point === undefined ? '–' : `${format(point)} ${unit}`;
    const point = (event: PointerEvent & { currentTarget: SVGSVGElement }): void => {
        const box = event.currentTarget.getBoundingClientRect();
        const share = (((event.clientX - box.left) / box.width) * width - left) / (width - left - 8);
        setAt(Math.round(Math.min(Math.max(share, 0), 1) * (seconds.length - 1)));
    };
    return (
        <figure class="card chart" aria-labelledby={heading}>
            <figcaption>
                <h2 id={heading}>{title}</h2>
                <ul class="legend">
                    {lines.map((line, i) => (
                        <li key={line.name}>
                            <svg viewBox="0 0 16 10" aria-hidden="true">
                                <path d="M0 5h16" class={`line line-${i % 4}`} />
                            </svg>
                            {line.name} <b>{text(line.points[shown])}</b>
                        </li>
                    ))}
                </ul>
            </figcaption>
            <svg
                viewBox={`0 0 ${width} ${height}`}
                role="img"
                aria-label={`${title}, now: ${lines.map(line => `${line.name} ${text(line.points.at(-1))}`).join(', ')}`}
                onPointerMove={point}
                onPointerLeave={() => setAt(null)}
            >
                {ticks(max).map(tick => (
                    <g key={tick}>
                        <path d={`M${left} ${y(tick)}H${width - 8}`} class="rule" />
                        <text x={left - 6} y={y(tick) + 4} text-anchor="end">
                            {format(tick)}
                        </text>
                    </g>
                ))}
                {timeTicks(seconds).map(i => (
                    <text key={i} x={x(i)} y={height - 6} text-anchor={i === seconds.length - 1 ? 'end' : 'middle'}>
                        {clock(seconds[i] ?? 0)}
                    </text>
                ))}
                {at === null ? null : <path d={`M${x(shown)} ${top}V${height - bottom}`} class="cursor" />}
                {lines.map((line, i) => (
                    <path key={line.name} d={path(line.points, x, y)} class={`line line-${i % 4}`} />
                ))}
            </svg>
            <details>
                <summary>As a table</summary>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">Time</th>
                            {lines.map(line => (
                                <th key={line.name} scope="col" class="number">
                                    {line.name}, {unit}
                                </th>
                            ))}
                        </tr>
                    </thead>
                    <tbody>
                        {seconds.slice(-10).map((second, i) => (
                            <tr key={second}>
                                <th scope="row">{clock(second)}</th>
                                {lines.map(line => {
                                    const number = line.points[Math.max(seconds.length - 10, 0) + i];
                                    return (
                                        <td key={line.name} class="number">
                                            {number === null || number === undefined ? '–' : format(number)}
                                        </td>
                                    );
                                })}
                            </tr>
                        ))}
                    </tbody>
                </table>
            </details>
        </figure>
    );
}

function path(points: (number | null)[], x: (i: number) => number, y: (number: number) => number): string {
    let text = '';
    let isDown = false;
    points.forEach((point, i) => {
        if (point !== null) {
            text += `${isDown ? 'L' : 'M'}${x(i).toFixed(1)} ${y(point).toFixed(1)}`;
        }

        isDown = point !== null;
    });
    return text;
}

function timeTicks(seconds: number[]): number[] {
    const last = seconds.length - 1;
    return last < 3 ? [] : [Math.round(last / 4), Math.round(last / 2), Math.round((last * 3) / 4), last];
}

function clock(second: number): string {
    return new Date(second * 1000).toLocaleTimeString('en-GB');
}

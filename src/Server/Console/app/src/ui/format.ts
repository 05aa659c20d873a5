import type { Value } from '../api/types';

const whole = new Intl.NumberFormat('en-GB');
const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** 12,345 */
export function count(number: number): string {
    return whole.format(number);
}

/** 1.5 MiB */
export function bytes(number: number): string {
    let unit = 0;
    let rest = number;
    while (rest >= 1024 && unit < units.length - 1) {
        rest /= 1024;
        unit++;
    }

    return `${rest.toFixed(unit === 0 || rest >= 100 ? 0 : 1)} ${units[unit]}`;
}

/** A time, with the unit that suits it. */
export function microseconds(number: number): string {
    return number < 1000 ? `${number.toFixed(number < 10 ? 1 : 0)} µs` : milliseconds(number / 1000);
}

/** A time, with the unit that suits it. */
export function milliseconds(number: number): string {
    return number < 1000 ? `${number.toPrecision(3)} ms` : `${(number / 1000).toPrecision(3)} s`;
}

/** A number of a chart's axis. */
export function short(number: number): string {
    if (number === 0) {
        return '0';
    }

    const size = Math.abs(number);
    if (size >= 1e6) {
        return `${trim(number / 1e6)}M`;
    }

    return size >= 1e4 ? `${trim(number / 1e3)}k` : trim(number);
}

function trim(number: number): string {
    return String(Number(number.toPrecision(3)));
}

/** Values of a field in words. */
export function values(list: Value[] | undefined): string {
    return (list ?? []).map(String).join(', ');
}

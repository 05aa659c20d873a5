/** The end of an axis that holds a number: 1, 2 or 5 times a power of ten. */
export function niceMax(number: number): number {
    if (!(number > 0)) {
        return 1;
    }

    const power = 10 ** Math.floor(Math.log10(number));
    const step = [1, 2, 5, 10].find(one => one * power >= number) ?? 10;
    return step * power;
}

/** Where an axis has its lines. */
export function ticks(max: number): number[] {
    return [0, 0.25, 0.5, 0.75, 1].map(share => share * max);
}

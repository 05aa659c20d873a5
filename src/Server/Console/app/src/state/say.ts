import { signal } from '@preact/signals';

export interface Notice {
    number: number;
    text: string;
    isError: boolean;
}

/** What has happened, for a few seconds; a screen reader reads it. */
export const notices = signal<Notice[]>([]);

let last = 0;

/** Says that something has happened. Errors stay until they are closed. */
export function say(text: string, isError = false): void {
    const number = ++last;
    notices.value = [...notices.value, { number, text, isError }];
    if (!isError) {
        setTimeout(() => dismiss(number), 6000);
    }
}

export function dismiss(number: number): void {
    notices.value = notices.value.filter(notice => notice.number !== number);
}

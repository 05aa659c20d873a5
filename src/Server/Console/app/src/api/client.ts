import { signal } from '@preact/signals';
import { readJson } from './json';

/** What the server said of a call that failed: a problem of RFC 9457. */
export class ApiError extends Error {
    constructor(
        readonly status: number,
        readonly title: string,
        detail: string,
        readonly problems: { field: string; message: string }[],
    ) {
        super(detail);
    }

    /** Every problem in a line of its own, or what was said in all. */
    get lines(): string[] {
        return this.problems.length > 0 ? this.problems.map(one => `${one.field}: ${one.message}`) : [this.message];
    }
}

const storageKey = 'linr-key';

/** The key of the server that goes with every call; empty: none. It is kept until the tab is closed. */
export const apiKey = signal(sessionStorage.getItem(storageKey) ?? '');

/** Whether the server has refused a call for want of a (right) key. */
export const keyWanted = signal(false);

/** Whether the user would rather give none: then nothing asks again until he does. */
export const keyDeclined = signal(false);

/** Keeps a key for this tab; an empty one forgets it. */
export function setApiKey(key: string): void {
    if (key === '') {
        sessionStorage.removeItem(storageKey);
    } else {
        sessionStorage.setItem(storageKey, key);
    }

    keyWanted.value = false;
    keyDeclined.value = false;
    apiKey.value = key;
}

/** Makes a call. Throws ApiError where the server refuses it, and where there is no server. */
export async function call<T>(method: string, path: string, body?: unknown, abort?: AbortSignal): Promise<T> {
    const headers = new Headers();
    if (apiKey.value !== '') {
        headers.set('Authorization', `Bearer ${apiKey.value}`);
    }

    const init: RequestInit = { method, headers, cache: 'no-store', credentials: 'omit', signal: abort ?? null };
    if (body !== undefined) {
        headers.set('Content-Type', 'application/json');
        init.body = JSON.stringify(body);
    }

    let response: Response;
    let text: string;
    try {
        response = await fetch(path, init);
        text = await response.text();
    } catch (error) {
        if (error instanceof DOMException && error.name === 'AbortError') {
            throw error;
        }

        throw new ApiError(0, 'No answer', 'The server cannot be reached.', []);
    }

    if (!response.ok) {
        if (response.status === 401) {
            keyWanted.value = true;
        }

        throw problemOf(response, text);
    }

    return text === '' ? (undefined as T) : readJson<T>(text);
}

function problemOf(response: Response, text: string): ApiError {
    if (response.headers.get('Content-Type')?.startsWith('application/problem+json') === true) {
        const problem = readJson<{ title?: string; detail?: string; problems?: { field: string; message: string }[] }>(
            text,
        );
        return new ApiError(
            response.status,
            problem.title ?? '',
            problem.detail ?? `Status ${response.status}`,
            problem.problems ?? [],
        );
    }

    return new ApiError(
        response.status,
        response.statusText,
        `The server answered with status ${response.status}.`,
        [],
    );
}

/** The path of a model's call. */
export function modelPath(model: string, rest = ''): string {
    // A version is named after an @, which a path may hold as it is.
    return `/v1/models/${encodeURIComponent(model).replaceAll('%40', '@')}${rest}`;
}

/** What to show of any error. */
export function linesOf(error: unknown): string[] {
    return error instanceof ApiError ? error.lines : [error instanceof Error ? error.message : String(error)];
}

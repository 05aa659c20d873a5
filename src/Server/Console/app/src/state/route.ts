import { signal } from '@preact/signals';

export const pages = ['models', 'search', 'items', 'traffic'] as const;
export type Page = (typeof pages)[number];

function read(): Page {
    const name = location.hash.replace(/^#\/?/, '');
    return pages.find(page => page === name) ?? 'models';
}

/** The page that the address names. */
export const page = signal<Page>(read());

window.addEventListener('hashchange', () => {
    page.value = read();
});

/** Goes to a page; the browser's way back leads here again. */
export function go(to: Page): void {
    location.hash = `#/${to}`;
}

import { effect, signal } from '@preact/signals';

const storageKey = 'linr-theme';
export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

/** What the user wants; `system` follows the machine. */
export const theme = signal<Theme>(themes.find(one => one === localStorage.getItem(storageKey)) ?? 'system');

effect(() => {
    document.documentElement.dataset['theme'] = theme.value;
    localStorage.setItem(storageKey, theme.value);
});

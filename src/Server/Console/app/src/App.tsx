import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { apiKey } from './api/client';
import { ItemsPage } from './items/ItemsPage';
import { ModelsPage } from './models/ModelsPage';
import { SearchPage } from './search/SearchPage';
import { models, modelsIntervalMs, modelsProblem, refreshModels } from './state/models';
import { poll } from './state/poll';
import { page, pages, type Page } from './state/route';
import { refreshStats } from './state/stats';
import { theme, themes } from './state/theme';
import { TrafficPage } from './traffic/TrafficPage';
import { Asking } from './ui/ask';
import { KeyDialog, openKeyDialog } from './ui/KeyDialog';
import { Notices } from './ui/Notices';
import { Problems } from './ui/Problems';

const titles: Record<Page, string> = { models: 'Models', search: 'Search', items: 'Items', traffic: 'Traffic' };

const contents: Record<Page, () => JSX.Element> = {
    models: ModelsPage,
    search: SearchPage,
    items: ItemsPage,
    traffic: TrafficPage,
};

// Drawn here, a line each: a set of icons would be larger than the console.
const icons: Record<Page, string> = {
    models: 'M4 7l8-4 8 4-8 4zM4 12l8 4 8-4M4 17l8 4 8-4',
    search: 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5L21 21',
    items: 'M4 6h16M4 12h16M4 18h10',
    traffic: 'M3 17l5-6 4 4 5-9 4 5',
};

export function App() {
    useEffect(() => {
        const ends = [poll(refreshModels, modelsIntervalMs), poll(refreshStats, () => 1000)];
        return () => ends.forEach(end => end());
    }, []);
    const main = useRef<HTMLElement>(null);
    const name = page.value;
    const isFirst = useRef(true);
    useEffect(() => {
        document.title = `${titles[name]} · Linr`;
        // Who goes to another page by keyboard or ear starts at its top.
        if (!isFirst.current) {
            main.current?.focus();
        }

        isFirst.current = false;
    }, [name]);
    const Content = contents[name];
    return (
        <>
            <a
                class="skip"
                href="#main"
                onClick={event => {
                    event.preventDefault();
                    main.current?.focus();
                }}
            >
                Skip to the page
            </a>
            <Header />
            <nav aria-label="Pages">
                {pages.map(one => (
                    <a key={one} href={`#/${one}`} aria-current={one === name ? 'page' : undefined}>
                        <svg viewBox="0 0 24 24" aria-hidden="true">
                            <path d={icons[one]} />
                        </svg>
                        {titles[one]}
                    </a>
                ))}
                <a href="/reference" class="outside">
                    <svg viewBox="0 0 24 24" aria-hidden="true">
                        <path d="M8 4h12v12M20 4L9 15M15 20H4V9" />
                    </svg>
                    Reference
                </a>
            </nav>
            <main id="main" ref={main} tabIndex={-1}>
                <h1>{titles[name]}</h1>
                <Problems lines={modelsProblem.value} />
                {models.value === null && modelsProblem.value.length === 0 ? <p>Asking the server…</p> : <Content />}
            </main>
            <Notices />
            <Asking />
            <KeyDialog />
        </>
    );
}

function Header() {
    return (
        <header>
            <a class="brand" href="#/models">
                <svg viewBox="0 0 32 32" aria-hidden="true">
                    <rect width="32" height="32" rx="7" class="brand-ground" />
                    <path d="M9 7v18h9" class="brand-letter" />
                    <circle cx="17" cy="9" r="2.2" class="brand-dot" />
                    <circle cx="22" cy="14" r="2.2" class="brand-dot" />
                    <circle cx="16" cy="18" r="2.2" class="brand-hit" />
                </svg>
                Linr
            </a>
            <div class="row">
                <label class="inline">
                    <span class="hidden">Colours</span>
                    <select
                        value={theme.value}
                        onChange={event => {
                            theme.value = themes.find(one => one === event.currentTarget.value) ?? 'system';
                        }}
                    >
                        <option value="system">System colours</option>
                        <option value="light">Light</option>
                        <option value="dark">Dark</option>
                    </select>
                </label>
                <button type="button" onClick={openKeyDialog}>
                    {apiKey.value === '' ? 'Key' : 'Key is set'}
                </button>
            </div>
        </header>
    );
}

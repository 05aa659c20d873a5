import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { chromium } from 'playwright-core';

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const timeoutMs = 60_000;

/** A browser, a page in it, and all that went wrong there. */
export class Session {
    /** Errors of the page, breaches of its policy, and calls to other servers. */
    problems = [];

    /** Words of errors that a flow brings about on purpose. */
    expected = [];

    /** Starts the browser, which all flows share; each has a window of its own. */
    static launch() {
        return chromium.launch({
            executablePath: process.env.LINR_CHROMIUM,
            // Chromium has no sandbox for root.
            args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
        });
    }

    static async start(browser, outputs) {
        const session = new Session();
        session.browser = browser;
        session.outputs = outputs;
        session.address = process.env.LINR_CONSOLE;
        session.lockedAddress = process.env.LINR_CONSOLE_LOCKED;
        session.key = process.env.LINR_CONSOLE_KEY;
        await session.newPage({});
        return session;
    }

    /** Goes on in a page of its own, with other settings of the browser. */
    async newPage(settings) {
        await this.page?.context().close();
        const context = await this.browser.newContext({
            viewport: { width: 1280, height: 900 },
            colorScheme: 'light',
            reducedMotion: 'reduce',
            locale: 'en-GB',
            ...settings,
        });
        this.page = await context.newPage();
        this.page.setDefaultTimeout(timeoutMs);
        this.page.on('console', message => {
            if (message.type() === 'error' || message.type() === 'warning') {
                this.problems.push(`console: ${message.text()}`);
            }
        });
        this.page.on('pageerror', error => this.problems.push(`error: ${error.stack}`));
        this.page.on('request', request => {
            const url = new URL(request.url());
            const isOwn = [this.address, this.lockedAddress].some(own => url.origin === new URL(own).origin);
            if (!isOwn && !['data:', 'blob:'].includes(url.protocol)) {
                this.problems.push(`asked another server: ${request.url()}`);
            }
        });
        await this.page.addInitScript(() => {
            document.addEventListener('securitypolicyviolation', event =>
                console.error(
                    `policy: ${event.violatedDirective} forbids ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`,
                ),
            );
        });
    }

    /** Opens a page of the console. */
    async open(page, address = this.address) {
        await this.page.goto(`${address}#/${page}`);
        await this.page.getByRole('heading', { level: 1 }).waitFor();
    }

    /** Opens the workbench on a model. */
    async openSearch(model) {
        await this.open('search');
        await this.page.getByLabel('Model').selectOption(model);
    }

    /** What is wrong may come from here on, where its words have these. */
    expect(...words) {
        this.expected.push(...words);
    }

    expectNoProblem() {
        assert.deepEqual(
            this.problems.filter(one => !this.expected.some(words => one.includes(words))),
            [],
        );
    }

    /** Fails where axe finds something that keeps people out. */
    async expectAccessible() {
        await this.page.evaluate(await readFile(axePath, 'utf8'));
        const found = await this.page.evaluate(() =>
            globalThis.axe.run(document, {
                runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
            }),
        );
        assert.deepEqual(
            found.violations.map(
                one =>
                    `${one.id}: ${one.help}: ${one.nodes
                        .map(node => node.html)
                        .slice(0, 3)
                        .join(' | ')}`,
            ),
            [],
        );
    }

    /** Fails where the page is wider than the screen. */
    async expectNoSidewaysScroll() {
        const { wide, screen } = await this.page.evaluate(() => ({
            wide: document.documentElement.scrollWidth,
            screen: innerWidth,
        }));
        assert.ok(wide <= screen, `the page is ${wide} wide on a screen of ${screen}`);
    }

    /** Adds ids to a list of items. */
    async addIds(label, ...ids) {
        await this.page.getByRole('combobox', { name: label, exact: true }).fill(ids.join(', '));
        await this.page.getByRole('button', { name: 'Add', exact: true }).click();
    }

    /** Searches, and gives the rows of hits. */
    async search() {
        await this.page.getByRole('button', { name: 'Search', exact: true }).click();
        return this.hits('Hits');
    }

    /** The cells of a table of hits, without its head. */
    async hits(name) {
        const rows = this.page.getByRole('region', { name, exact: true }).locator('tbody tr');
        await rows.first().waitFor();
        return rows.evaluateAll(list =>
            list.map(row => [...row.cells].map(cell => (cell.querySelector('b') ?? cell).textContent)),
        );
    }

    /** The rows of a table of items. */
    row(region, id) {
        return this.page
            .getByRole('region', { name: region, exact: true })
            .getByRole('row')
            .filter({ has: this.page.getByRole('rowheader', { name: id, exact: true }) });
    }

    /** Waits for words on the page. */
    async sees(text) {
        await this.page.getByText(text).first().waitFor();
    }

    async end() {
        await this.page.context().close();
    }
}

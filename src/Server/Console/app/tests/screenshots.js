// node tests/screenshots.js ADDRESS FOLDER: pictures for docs/console.md, of a server that has the demo's model as `packages`
// with codes; LINR_CHROMIUM names the browser.
import { Session } from './session.js';

const [address, folder] = process.argv.slice(2);
process.env.LINR_CONSOLE = `${address}/`;
process.env.LINR_CONSOLE_LOCKED = `${address}/`;
const browser = await Session.launch();
const session = await Session.start(browser, folder);

const desktop = { viewport: { width: 1360, height: 850 } };
const shoot = name => session.page.screenshot({ path: `${folder}/console-${name}.png` });

await search(desktop);
await shoot('search');
await search({ ...desktop, colorScheme: 'dark' });
await shoot('search-dark');
await search({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
await session.page.getByRole('heading', { name: 'Answer' }).evaluate(heading => heading.scrollIntoView());
await shoot('phone');

await session.newPage(desktop);
await session.open('models');
await session.page.getByText('ready').first().waitFor();
await shoot('models');

await compare();
await shoot('compare');

await session.newPage(desktop);
await session.open('traffic');
const load = setInterval(() => void makeSearches(), 100);
await session.page.waitForTimeout(45_000);
clearInterval(load);
await shoot('traffic');
session.expectNoProblem();
await browser.close();

async function search(settings) {
    await session.newPage(settings);
    const { page } = session;
    await session.openSearch('packages');
    await page.getByLabel('A history').check();
    await session.addIds('History', 'python3-numpy', 'python3-scipy', 'python3-matplotlib');
    await page
        .getByRole('textbox', { name: 'Filter', exact: true })
        .fill("section = 'python' and installed_kib < 20_000");
    await page.keyboard.press('Escape');
    await page.waitForTimeout(1000);
    await page.getByText('Fields of the hits').click();
    for (const name of ['name', 'priority', 'tags', 'maintainer', 'source', 'version', 'dependents']) {
        const box = page.getByRole('checkbox', { name, exact: true });
        if ((await box.count()) > 0) {
            await box.uncheck();
        }
    }

    await page.getByRole('checkbox', { name: 'description', exact: true }).check();
    await page.getByText('Fields of the hits').click();
    await session.search();
    await session.search();
    await page.waitForTimeout(300);
    await page.evaluate(() => {
        document.activeElement.blur();
        scrollTo(0, 0);
    });
}

async function compare() {
    await session.newPage(desktop);
    const { page } = session;
    await session.openSearch('packages');
    await session.addIds('Items', 'kicad');
    await page.getByLabel('Compare the exact answer with a quantized one').check();
    await page.getByLabel('Rescore the best').uncheck();
    await page.getByRole('button', { name: 'Search', exact: true }).click();
    await session.hits('Exact hits');
    await page.getByRole('button', { name: 'Search', exact: true }).click();
    await page.waitForTimeout(1500);
    await page.evaluate(() => scrollTo(0, 0));
}

async function makeSearches() {
    const { items } = await post('items/scroll', { limit: 20 });
    await Promise.all(items.map(item => post('search', { items: [item.id], k: 50 })));
}

async function post(path, body) {
    const response = await fetch(`${address}/v1/models/packages/${path}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
    });
    return response.json();
}

import assert from 'node:assert/strict';

/** All by keyboard: to the page past the frame, between pages, a search, and a dialog that keeps and gives back the focus. */
export default async function (session) {
    const { page } = session;
    const focused = () =>
        page.evaluate(() => {
            const one = document.activeElement;
            return one.getAttribute('aria-label') ?? one.labels?.[0]?.textContent ?? one.textContent;
        });
    const tabTo = async name => {
        for (let i = 0; i < 80; i++) {
            if ((await focused()).trim().startsWith(name)) {
                return;
            }

            await page.keyboard.press('Tab');
        }

        assert.fail(`Tab never came to ${name}; it is at ${await focused()}`);
    };
    await session.open('models');
    await page.getByRole('button', { name: 'Load a model…' }).waitFor();

    // A window that has only just opened may still give keys to the browser: until the page has the focus, Tab goes nowhere.
    await page.bringToFront();
    for (let i = 0; i < 3 && (await page.evaluate(() => document.activeElement === document.body)); i++) {
        await page.keyboard.press('Tab');
    }

    assert.equal(await focused(), 'Skip to the page');
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'main');

    await tabTo('Load a model…');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    for (let i = 0; i < 8; i++) {
        await page.keyboard.press('Tab');
        // A modal dialog lets the focus go to the browser's own bar, and to nothing of the page behind it.
        assert.ok(
            await page.evaluate(
                () => document.activeElement === document.body || document.activeElement.closest('dialog') !== null,
            ),
        );
    }

    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    assert.equal(await focused(), 'Load a model…');

    await page.evaluate(() => document.activeElement.blur());
    await session.open('models');
    await page.getByRole('link', { name: 'Models' }).focus();
    await tabTo('Search');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Search' }).waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
    await tabTo('Model');
    await page.keyboard.type('films');
    await tabTo('Items');
    await page.keyboard.type('film-3');
    await page.keyboard.press('Enter');
    await tabTo('Filter');
    await page.keyboard.type('subtitled = true');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Enter');
    const hits = await session.hits('Hits');
    assert.ok(hits.length === 10 && hits.every(row => row[1] !== 'film-3'));
}

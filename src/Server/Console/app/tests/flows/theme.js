import assert from 'node:assert/strict';

/** Dark or light as the machine wants, or as the user does, who finds it so the next time. */
export default async function (session) {
    const ground = () => session.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await session.open('models');
    const light = await ground();
    await session.newPage({ colorScheme: 'dark' });
    await session.open('models');
    const dark = await ground();
    assert.notEqual(dark, light);
    for (const name of ['models', 'search', 'items', 'traffic']) {
        await session.open(name);
        await session.expectAccessible();
    }

    const { page } = session;
    await page.getByLabel('Colours').selectOption('light');
    assert.equal(await ground(), light);
    await page.reload();
    await page.getByRole('heading', { level: 1 }).waitFor();
    assert.equal(await ground(), light);
    await page.getByLabel('Colours').selectOption('dark');
    assert.equal(await ground(), dark);
}

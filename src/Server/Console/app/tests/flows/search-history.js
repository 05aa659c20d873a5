import assert from 'node:assert/strict';

/** A history through the query tower; ids that the model does not know are said. */
export default async function (session) {
    const { page } = session;
    await session.openSearch('films');
    await page.getByLabel('A history').check();
    await session.addIds('History', 'film-1', 'film-6', 'no-such-film');
    await session.sees('(not there)');
    const order = () => page.getByRole('list', { name: 'History' }).locator('b').allInnerTexts();
    await page.getByRole('button', { name: 'Move film-6 before' }).click();
    assert.deepEqual(await order(), ['film-6', 'film-1', 'no-such-film']);
    const hits = await session.search();
    assert.equal(hits.length, 10);
    assert.ok(
        hits.every(row => row[3].includes('Drama')),
        'films near those of the history',
    );
    await session.sees('The model does not know no-such-film.');
    await page.getByRole('row', { name: /^embed/ }).waitFor();

    await page.getByRole('button', { name: `+ history: ${hits[0][1]}` }).click();
    assert.deepEqual(await order(), ['film-6', 'film-1', 'no-such-film', hits[0][1]]);

    // Another model has other items.
    await page.getByLabel('Model').selectOption('ranked');
    await page.getByLabel('A history').check();
    assert.deepEqual(await order(), []);
}

import assert from 'node:assert/strict';

/** A vector: that of an item finds the item; one of another width is refused before it is sent. */
export default async function (session) {
    const { page } = session;
    await session.openSearch('films');
    await page.getByLabel('A vector').check();
    await page.getByLabel('Vector', { exact: true }).fill('1, 2, x');
    await page.getByRole('button', { name: 'Search', exact: true }).click();
    await session.sees('Vector: expected numbers; found x.');
    await page.getByLabel('Vector', { exact: true }).fill('[1, 2]');
    await page.getByRole('button', { name: 'Search', exact: true }).click();
    await session.sees('Vector: expected 16 numbers; found 2.');

    await page.getByLabel('Take that of an item').fill('film-17');
    await page.getByLabel('Take that of an item').press('Enter');
    await session.sees('The vector is that of film-17.');
    const hits = await session.search();
    assert.equal(hits[0][1], 'film-17');
    assert.equal(hits[0][2], '1.0000');
}

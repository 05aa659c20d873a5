import assert from 'node:assert/strict';

/** A learned similarity and a ranker, of a model that has both. */
export default async function (session) {
    const { page } = session;
    await session.openSearch('ranked');
    // The first items of the model are suggested.
    await page.locator('datalist option[value="0"]').waitFor({ state: 'attached' });
    await session.addIds('Items', '0');
    await page.getByLabel('Ranker').selectOption({ index: 1 });
    await session.search();
    await page.getByRole('columnheader', { name: 'click' }).waitFor();
    await page.getByRole('row', { name: /^rank/ }).waitFor();

    await page.getByLabel('Ranker').selectOption('');
    await page.getByLabel('Similarity').selectOption({ index: 1 });
    await page.getByRole('button', { name: 'Search', exact: true }).click();
    await page.getByRole('columnheader', { name: 'click' }).waitFor({ state: 'detached' });
    assert.ok((await session.hits('Hits')).length > 0);
}

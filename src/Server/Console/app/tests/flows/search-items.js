import assert from 'node:assert/strict';

/** Items like others, with scores, fields and stages; more like a hit; what is wrong is said. */
export default async function (session) {
    const { page } = session;
    await session.openSearch('films');
    await page.getByRole('button', { name: 'Search', exact: true }).click();
    await session.sees('Items: expected one at least; found none.');

    await session.addIds('Items', 'film-0', 'film-5');
    await session.sees('Silent Harbour 0');
    await page.getByRole('textbox', { name: 'Hits', exact: true }).fill('7');
    const hits = await session.search();
    assert.equal(hits.length, 7);
    const scores = hits.map(row => Number(row[2]));
    assert.deepEqual(
        scores,
        [...scores].sort((a, b) => b - a),
    );
    assert.ok(
        hits.every(row => !['film-0', 'film-5'].includes(row[1])),
        'the items of the query are no hits',
    );
    assert.ok(
        hits.every(row => row[3].includes('Comedy') || row[3].includes("Children's")),
        'films near them are of a kind',
    );
    await session.sees('exact');
    await page.getByRole('row', { name: /^scan/ }).waitFor();
    await session.expectAccessible();

    await page.getByRole('button', { name: `Similar to ${hits[0][1]}` }).click();
    await page.getByRole('list', { name: 'Items' }).getByText(hits[0][1], { exact: true }).waitFor();

    await page.getByRole('textbox', { name: 'Hits', exact: true }).fill('none');
    await page.getByRole('button', { name: 'Search', exact: true }).click();
    await session.sees('Hits: expected a whole number of 1 or more; found none.');

    await page.getByRole('textbox', { name: 'Hits', exact: true }).fill('5');
    await page.getByLabel('At most a few of each').selectOption('language');
    await page.getByLabel('Diversity').fill('0.5');
    await page.getByLabel('Items of the query may be hits').check();
    await page.getByRole('button', { name: 'Search', exact: true }).click();
    await page.getByRole('row', { name: /^diversify/ }).waitFor();
    assert.equal((await session.hits('Hits')).length, 2, 'one hit of each of two languages');
}

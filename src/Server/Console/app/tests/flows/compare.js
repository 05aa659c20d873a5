import assert from 'node:assert/strict';

/** The exact answer beside that of codes alone, with the recall of the second. */
export default async function (session) {
    const { page } = session;
    await session.openSearch('films');
    await session.addIds('Items', 'film-2');
    await page.getByLabel('Compare the exact answer with a quantized one').check();
    await page.getByLabel('Rescore the best').uncheck();
    await page.getByRole('button', { name: 'Search', exact: true }).click();
    const exact = await session.hits('Exact hits');
    const approximate = await session.hits('Approximate hits');
    assert.equal(exact.length, 10);
    assert.equal(approximate.length, 10);

    // What is marked, what is in both, and the recall say the same.
    const ids = rows => rows.map(row => row[1]);
    const shared = ids(exact).filter(id => ids(approximate).includes(id)).length;
    const marked = page.getByRole('region', { name: 'Exact hits', exact: true }).getByText('only here');
    assert.equal(await marked.count(), 10 - shared);
    await session.sees(`The approximate answer has ${(shared * 10).toFixed(1)} % of the exact hits.`);
    await session.expectAccessible();

    await page.getByLabel('Rescore the best').check();
    await page.getByLabel('Share rescored').fill('1');
    await page.getByRole('button', { name: 'Search', exact: true }).click();
    await session.sees('The approximate answer has 100.0 % of the exact hits.');
}

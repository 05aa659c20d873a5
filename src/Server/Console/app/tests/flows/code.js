import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';

/** A search is copied as a command, which answers alike, and as C#, which the test compiles. */
export default async function (session) {
    const { page } = session;
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await session.openSearch('films');
    const search = page.getByRole('button', { name: 'Search', exact: true });
    await session.addIds('Items', 'film-4', 'film-9');
    await page.getByRole('textbox', { name: 'Filter', exact: true }).fill("genres = 'Children''s' and year > 1960");
    await page.getByLabel('At most a few of each').selectOption('language');
    await page.getByLabel('Hits a group').fill('2');
    await page.getByLabel('Lowest score').fill('0.25');
    await page.getByLabel('Diversity').fill('0.5');
    await search.click();
    const hits = await session.hits('Hits');
    await page.getByText('This search as code').click();
    await page.getByRole('button', { name: 'Copy', exact: true }).click();
    await session.sees('The curl is copied.');
    const command = await page.evaluate(() => navigator.clipboard.readText());
    const answer = JSON.parse(execFileSync('bash', ['-c', command], { encoding: 'utf8' }));
    assert.deepEqual(
        answer.hits.map(hit => hit.id),
        hits.map(row => row[1]),
    );
    const save = async name => {
        await page.getByRole('button', { name: 'C#', exact: true }).click();
        await writeFile(`${session.outputs}/${name}.cs`, await page.getByLabel('This search as C#').innerText());
    };
    await save('items');

    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByLabel('A history').check();
    await session.addIds('History', 'film-1');
    await page.getByLabel('Compare the exact answer with a quantized one').check();
    await page.getByLabel('Share rescored').fill('0.5');
    await search.click();
    await session.hits('Exact hits');
    await page.getByText('This search as code').click();
    await save('history');

    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByLabel('A vector').check();
    await page.getByLabel('Take that of an item').fill('film-3');
    await page.getByLabel('Take that of an item').press('Enter');
    await session.sees('The vector is that of film-3.');
    await search.click();
    await session.hits('Hits');
    await page.getByText('This search as code').click();
    await save('vector');
}

import assert from 'node:assert/strict';

/** An item is added by its form, found at once, changed and deleted. */
export default async function (session) {
    const { page } = session;
    await session.open('items');
    await page.getByLabel('Model').selectOption('films');
    const form = page.getByRole('form', { name: 'Add an item' });
    await form.getByRole('button', { name: 'Add the item' }).click();
    await session.sees('Id: expected one; found none.');

    await form.getByLabel('Id', { exact: true }).fill('new-film');
    await form.getByLabel('title', { exact: true }).fill('Local Hero');
    await form.getByLabel('genres', { exact: true }).fill('Comedy\nDrama');
    await form.getByLabel('year', { exact: true }).fill('198x');
    await form.getByLabel('released', { exact: true }).fill('1983-02-17T00:00:00Z');
    await form.getByLabel('subtitled', { exact: true }).selectOption('true');
    await form.getByLabel('Embedding main').fill(Array.from({ length: 16 }, (_, i) => i - 7).join(' '));
    await form.getByRole('button', { name: 'Add the item' }).click();
    await session.sees(/^year: expected a whole number/);
    await form.getByLabel('year', { exact: true }).fill('1983');
    await form.getByRole('button', { name: 'Add the item' }).click();
    await session.sees(/new-film is on the server’s disk and found: hit 1 of a search for items like it/);
    const [found] = await session.hits('Items like new-film');
    assert.deepEqual(found.slice(1, 4), ['new-film', '1.0000', 'Comedy, Drama']);
    await session
        .row('Items like new-film', /^new-film/)
        .getByText('Local Hero')
        .waitFor();
    await session.expectAccessible();

    await page.getByRole('textbox', { name: 'Filter', exact: true }).fill("id = 'new-film'");
    await page.getByRole('button', { name: 'Show' }).click();
    const row = session.row('Items', 'new-film');
    await row.getByRole('button', { name: 'Change new-film' }).click();
    const dialog = page.getByRole('dialog', { name: 'Change new-film' });
    await dialog.getByLabel('year', { exact: true }).fill('1984');
    await dialog.getByLabel('genres', { exact: true }).fill('');
    await session.expectAccessible();
    await dialog.getByRole('button', { name: 'Change the item' }).click();
    await dialog.getByText(/is on the server’s disk and found/).waitFor();
    await dialog.getByRole('button', { name: 'Close' }).click();
    await row.getByRole('cell', { name: '1984', exact: true }).waitFor();
    assert.equal(await row.getByText('Comedy').count(), 0);

    await row.getByRole('button', { name: 'Delete new-film' }).click();
    await page.getByRole('dialog', { name: 'Delete new-film?' }).getByRole('button', { name: 'Delete' }).click();
    await session.sees('new-film is deleted.');
    await row.waitFor({ state: 'detached' });
}

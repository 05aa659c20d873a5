import assert from 'node:assert/strict';

/** An item as JSON; what is wrong with it is said; the pages of all items lead on and back. */
export default async function (session) {
    const { page } = session;
    await session.open('items');
    await page.getByLabel('Model').selectOption('films');
    const first = await session.hits('Items');
    assert.equal(first.length, 25);
    await page.getByRole('button', { name: 'Next page' }).click();
    await session.row('Items', first[0][0]).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Page before' }).click();
    await session.row('Items', first[0][0]).waitFor();

    const form = page.getByRole('form', { name: 'Add an item' });
    await form.getByLabel('JSON', { exact: true }).check();
    const json = form.getByLabel('Item, as JSON');
    const add = form.getByRole('button', { name: 'Add the item' });
    await json.fill('{"id": "a",');
    await add.click();
    await session.sees(/^Item: expected JSON/);
    session.expect('status of 400');
    await json.fill('{"id": "by-json", "fields": {"year": "long ago", "colour": ["red"]}}');
    await add.click();
    await page
        .getByRole('alert')
        .getByText(/colour/)
        .waitFor();
    await json.fill(
        JSON.stringify({
            id: 'by-json',
            fields: { title: 'By JSON', year: 2001, language: 'en' },
            embeddings: { main: Array.from({ length: 16 }, (_, i) => 7 - i) },
        }),
    );
    await add.click();
    await session.sees(/by-json is on the server’s disk and found: hit 1/);
}

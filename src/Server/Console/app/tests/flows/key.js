import assert from 'node:assert/strict';

/** A server that wants a key: the page opens, asks, says that one is wrong, and keeps the right one for the tab. */
export default async function (session) {
    const { page } = session;
    session.expect('status of 401');
    await session.open('models', session.lockedAddress);
    const dialog = page.getByRole('dialog', { name: 'Key' });
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    for (let i = 0; i < 2; i++) {
        await page.waitForResponse(response => response.status() === 401);
    }

    assert.equal(await dialog.count(), 0, 'who gives no key is not asked again and again');
    await page.getByRole('button', { name: 'Key', exact: true }).click();
    await dialog.getByLabel('API key or token').fill('wrong');
    await session.expectAccessible();
    await dialog.getByRole('button', { name: 'Use this key' }).click();
    await dialog.getByText(/The server has refused this key/).waitFor();
    await dialog.getByLabel('API key or token').fill(session.key);
    await dialog.getByRole('button', { name: 'Use this key' }).click();
    await session.sees('The server has no model yet.');
    assert.equal(await dialog.count(), 0);
    await page.reload();
    await session.sees('The server has no model yet.');
    assert.deepEqual(
        await page.evaluate(() => [Object.values(localStorage).join(), document.cookie, location.href.includes('key')]),
        ['system', '', false],
        'the key is in the tab alone',
    );

    await page.getByRole('button', { name: 'Key is set' }).click();
    await dialog.getByRole('button', { name: 'Forget the key' }).click();
    await dialog.getByText(/A server that knows its callers wants a key/).waitFor();
    assert.equal(await page.evaluate(() => sessionStorage.length), 0);
}

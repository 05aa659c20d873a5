import assert from 'node:assert/strict';

/** Models are there with their versions, memory and schema. */
export default async function (session) {
    const { page } = session;
    await session.open('models');
    const films = page.getByRole('region', { name: 'films', exact: true });
    const row = films.getByRole('row', { name: /^1/ });
    assert.match(await row.innerText(), /ready[\s\S]*6\d\d/);
    assert.equal(await films.getByText('live', { exact: true }).count(), 1);
    await page.getByRole('img', { name: /^Versions use .*B of .*B$/ }).waitFor();

    // By owner, once the server has told the first second.
    await row.locator('summary').filter({ hasText: /iB$/ }).click();
    await row.getByRole('img', { name: 'Memory of version 1 by owner' }).waitFor();
    await row.getByText('Schema', { exact: true }).click();
    assert.match(await row.getByLabel('Schema of version 1').innerText(), /"multiValued": true/);
    await session.expectAccessible();
}

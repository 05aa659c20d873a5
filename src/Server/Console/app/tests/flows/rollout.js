import assert from 'node:assert/strict';

/** Promote, roll back, canary, alias, snapshot, unload and load; each asks and says what will happen. */
export default async function (session) {
    const { page } = session;
    await session.open('models');
    const staged = page.getByRole('region', { name: 'staged', exact: true });
    const dialog = page.getByRole('dialog');
    const row = version => session.row('Versions of staged', new RegExp(`^${version}`));
    const live = async version => row(version).getByText('live', { exact: true }).waitFor();
    await live(1);

    const promote = page.getByRole('button', { name: 'Promote version 2 of staged' });
    await promote.click();
    await dialog.getByText('Version 2 answers every search of staged from now on, in place of version 1.').waitFor();
    await session.expectAccessible();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    assert.equal(await dialog.count(), 0);
    await live(1);

    await promote.click();
    await dialog.getByRole('button', { name: 'Promote' }).click();
    await session.sees('Version 2 of staged is live.');
    await live(2);
    await page.getByRole('button', { name: 'Roll back to 1…' }).click();
    await dialog.getByRole('button', { name: 'Roll back' }).click();
    await live(1);

    await page.getByRole('button', { name: 'Canary: version 2 of staged' }).click();
    await dialog.getByLabel('Per cent of routing keys').fill('25');
    await dialog.getByText(/answers the searches of 25 % of routing keys/).waitFor();
    await dialog.getByRole('button', { name: 'Set the canary' }).click();
    await row(2).getByText('canary 25 %').waitFor();
    await staged.getByRole('button', { name: 'End the canary…' }).click();
    await dialog.getByRole('button', { name: 'End the canary' }).click();
    await row(2).getByText('canary 25 %').waitFor({ state: 'detached' });

    await staged.getByRole('button', { name: 'Alias…' }).click();
    await dialog.getByLabel('Alias', { exact: true }).fill('trial');
    await dialog.getByRole('button', { name: 'Set the alias' }).click();
    await staged.getByRole('list', { name: 'Aliases of staged' }).getByText('trial').waitFor();
    await staged.getByRole('button', { name: 'Delete the alias trial' }).click();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await staged.getByRole('list', { name: 'Aliases of staged' }).waitFor({ state: 'detached' });

    await page.getByRole('button', { name: 'Snapshot of version 1 of staged' }).click();
    await dialog.getByRole('button', { name: 'Write' }).click();
    await session.sees(/is written, .* [KM]iB\./);

    // What the server refuses is said where it was asked.
    session.expect('status of 4');
    await staged.getByRole('button', { name: 'Load a version…' }).click();
    await dialog.getByLabel('Version', { exact: true }).fill('3');
    await dialog.getByLabel('File').fill('no-such-file.linr');
    await dialog.getByRole('button', { name: 'Load', exact: true }).click();
    await dialog.getByRole('alert').getByText('no-such-file.linr').waitFor();
    await page.keyboard.press('Escape');
    assert.equal(await dialog.count(), 0);

    await page.getByRole('button', { name: 'Unload version 2 of staged' }).click();
    await dialog.getByRole('button', { name: 'Unload' }).click();
    await row(2).getByText('not in memory').waitFor();
    await staged.getByRole('button', { name: 'Load a version…' }).click();
    await dialog.getByLabel('Version', { exact: true }).fill('2');
    await dialog.getByRole('button', { name: 'Load', exact: true }).click();
    await row(2).getByText('ready').waitFor();

    await page.getByRole('button', { name: 'Load a model…' }).click();
    await dialog.getByLabel('Model', { exact: true }).fill('short-lived');
    await dialog.getByLabel('Version', { exact: true }).fill('1');
    await dialog.getByLabel('File').fill('films-1.linr');
    await dialog.getByRole('button', { name: 'Load', exact: true }).click();
    const brief = page.getByRole('region', { name: 'short-lived', exact: true });
    await brief.getByText('ready').waitFor();
    await brief.getByRole('button', { name: 'Delete…' }).click();
    await dialog.getByLabel('Write short-lived to go on').fill('shortlived');
    await dialog.getByRole('button', { name: 'Delete the model' }).click();
    await dialog.getByRole('alert').getByText('Expected short-lived; found shortlived.').waitFor();
    await dialog.getByLabel('Write short-lived to go on').fill('short-lived');
    await dialog.getByRole('button', { name: 'Delete the model' }).click();
    await brief.waitFor({ state: 'detached' });
}

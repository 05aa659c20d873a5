/** A shadow is set, its comparison counts the searches that were made, and it ends. */
export default async function (session) {
    const { page } = session;
    await session.open('models');
    const staged = page.getByRole('region', { name: 'staged', exact: true });
    const dialog = page.getByRole('dialog');
    await page.getByRole('button', { name: 'Shadow: version 2 of staged' }).click();
    await dialog.getByLabel('Per cent of searches').fill('100');
    await dialog.getByText(/Its answers are never given\./).waitFor();
    await dialog.getByRole('button', { name: 'Set the shadow' }).click();
    await staged.getByText('Shadow: 100 % of searches are made on version 2 too.').waitFor();
    for (let film = 0; film < 5; film++) {
        await fetch(`${session.address}v1/models/staged/search`, {
            method: 'POST',
            headers: { 'Content-Type': 'application/json' },
            body: `{"items": ["film-${film}"]}`,
        });
    }

    await staged
        .locator('dl div')
        .filter({ hasText: /^Compared5$/ })
        .waitFor();
    await staged
        .locator('dl div')
        .filter({ hasText: /^Hits in both100\.0 %$/ })
        .waitFor();
    await session.expectAccessible();
    await staged.getByRole('button', { name: 'End the shadow…' }).click();
    await dialog.getByRole('button', { name: 'End the shadow' }).click();
    await staged.getByText('Shadow: 100 %').waitFor({ state: 'detached' });
}

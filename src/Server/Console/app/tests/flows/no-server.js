/** When the server cannot be reached the page says so, and goes on when it is there again. */
export default async function (session) {
    const { page } = session;
    await session.open('models');
    await page.getByRole('region', { name: 'films', exact: true }).waitFor();
    session.expect('net::ERR');
    await page.context().setOffline(true);
    await session.sees('The server cannot be reached.');
    await page.context().setOffline(false);
    await page.getByText('The server cannot be reached.').waitFor({ state: 'detached' });
}

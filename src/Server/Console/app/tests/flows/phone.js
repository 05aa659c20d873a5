/** On a phone every page fits its width, and a search works by touch. */
export default async function (session) {
    await session.newPage({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    const { page } = session;
    for (const name of ['Models', 'Items', 'Traffic', 'Search']) {
        if (name === 'Models') {
            await session.open('models');
        } else {
            await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name }).tap();
        }

        await page.getByRole('heading', { level: 1, name }).waitFor();
        await session.expectNoSidewaysScroll();
        await session.expectAccessible();
    }

    await page.getByLabel('Model').selectOption('films');
    await session.addIds('Items', 'film-0');
    await session.search();
    await session.expectNoSidewaysScroll();
    await session.expectAccessible();
}

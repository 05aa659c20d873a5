/** The page of OpenAPI runs under its own policy, and asks this server alone. */
export default async function (session) {
    const { page } = session;
    await page.goto(`${session.address}reference`);
    await page.getByText('/v1/models/{model}/explain').first().waitFor();
    await page.waitForLoadState('networkidle');
}

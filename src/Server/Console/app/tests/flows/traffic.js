import assert from 'node:assert/strict';

/** Searches that are made are in the charts a second or two later, errors among them. */
export default async function (session) {
    const { page } = session;
    await session.open('traffic');
    await page.getByLabel('Model').selectOption('films');
    const chart = name => page.getByRole('figure', { name, exact: true });
    await chart('Rate').waitFor();
    const post = body =>
        fetch(`${session.address}v1/models/films/search`, {
            method: 'POST',
            headers: { 'Content-Type': 'application/json' },
            body,
        });
    await Promise.all(Array.from({ length: 20 }, (_, i) => post(`{"items": ["film-${i}"]}`)));
    await Promise.all(Array.from({ length: 3 }, () => post('{"items": ["film-1"], "similarity": "none"}')));
    await chart('Rate').getByText('As a table').click();
    const cells = chart('Rate').locator('tbody td:nth-child(2)');
    await page.waitForFunction(() =>
        [...document.querySelectorAll('figure tbody td:nth-child(2)')].some(cell => Number(cell.textContent) >= 20),
    );
    assert.equal(await cells.count(), 10);
    await chart('Errors').getByText('As a table').click();
    await page.waitForFunction(
        () =>
            [...document.querySelectorAll('figure')]
                .find(figure => figure.querySelector('h2').textContent === 'Errors')
                .querySelectorAll('tbody td:nth-child(2)')
                .values()
                .reduce((sum, cell) => sum + (Number(cell.textContent) || 0), 0) >= 3,
    );
    await page.getByRole('img', { name: /^Latency of searches, now: p50 .* ms, p95 .* ms, p99 .* ms$/ }).waitFor();
    await page.getByRole('img', { name: /^Memory of the process, now: resident .* [MG]iB/ }).waitFor();
    await page.getByRole('combobox', { name: 'Time', exact: true }).selectOption('900');
    await chart('Lag').getByText('version 1').first().waitFor();
    await session.expectAccessible();
}

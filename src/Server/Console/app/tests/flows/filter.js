import assert from 'node:assert/strict';

/** A filter is completed from names to values, its error is underlined where it is, and it holds for every hit. */
export default async function (session) {
    const { page } = session;
    await session.openSearch('films');
    await session.addIds('Items', 'film-0');
    const filter = page.getByRole('textbox', { name: 'Filter', exact: true });
    const options = page.getByRole('listbox', { name: 'What may come here' }).getByRole('option');
    const texts = () => options.locator('code').allInnerTexts();

    // Half a filter is a wrong one.
    session.expect('status of 400');
    await filter.focus();
    await page.keyboard.type('gen');
    await options.first().waitFor();
    assert.deepEqual(await texts(), ['genres']);
    await page.keyboard.press('ArrowDown');
    assert.equal(await options.and(page.getByRole('option', { selected: true })).count(), 1);
    const active = await filter.getAttribute('aria-activedescendant');
    assert.equal(await page.locator(`[id="${active}"] code`).innerText(), 'genres');
    await session.expectAccessible();
    await page.keyboard.press('Enter');
    assert.equal(await filter.inputValue(), 'genres ');
    assert.ok((await texts()).includes('contains all'), 'an attribute of several values');
    assert.ok(!(await texts()).includes('<'), 'keywords have no order');

    await page.keyboard.type('contains all (');
    await page.getByRole('option', { name: "'Children''s'" }).waitFor();
    await page.keyboard.type('Com');
    await page.getByRole('option', { name: "'Comedy'" }).click();
    assert.equal(await filter.inputValue(), "genres contains all ('Comedy' ");
    await page.keyboard.type(') and ye');
    await page.getByRole('option', { name: /^year/ }).waitFor();
    await page.keyboard.press('Escape');
    assert.equal(await options.count(), 0);

    // A wrong value: the server says where.
    await page.keyboard.type("ar >= 'new'");
    const mark = page.locator('mark');
    await mark.waitFor();
    assert.equal(await mark.innerText(), "'new'");
    assert.equal(await filter.getAttribute('aria-invalid'), 'true');
    await session.expectAccessible();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Enter');
    await page
        .getByRole('alert')
        .getByText(/filter: line 1, column \d+/)
        .waitFor();

    await filter.fill("genres contains all ('Comedy') and year >= 1990");
    await mark.waitFor({ state: 'detached' });
    assert.equal(await filter.getAttribute('aria-invalid'), 'false');
    await filter.press('Escape');
    const hits = await session.search();
    assert.equal(hits.length, 10);
    assert.ok(hits.every(row => row[3].includes('Comedy') && Number(row[5]) >= 1990));
    await session.sees(/The filter as it was understood/);
}

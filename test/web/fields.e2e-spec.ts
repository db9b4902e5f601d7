import type { Page } from 'playwright-core';
import { describeWithChromium } from '../support/browser.js';
import { serious } from './accessibility.js';
import { Stage } from './stage.js';

describeWithChromium('fields and their values in the page', () => {
  let stage: Stage;
  const now = Date.now();

  beforeAll(async () => {
    stage = await Stage.open();
    await stage.send(
      Array.from({ length: 12 }, (_, n) => ({
        at: now - n * 1_000,
        log: `paid ${n}`,
        level: 'info',
        service: 'pay',
        currency: n < 9 ? 'KRW' : 'EUR of old',
      })),
    );
  }, 60_000);
  afterEach(() => stage.check());
  afterAll(() => stage.close());

  const facetsOf = (page: Page) => page.getByRole('complementary', { name: 'Values' });
  const chosen = (page: Page): string | null => new URL(page.url()).searchParams.get('facets');

  it('are counted beside the list for any field that is picked, and the address says for which', async () => {
    const page = await stage.page();
    const facets = facetsOf(page);
    await facets.getByText('service.name').waitFor();
    await facets.getByLabel('Add a field').click();
    const service = page.getByRole('option', { name: 'service.name' });
    await service.waitFor();
    // It has as many values as there are records: nothing to pick from.
    expect(await page.getByRole('option', { name: 'message' }).count()).toBe(0);
    await page.keyboard.type('CURR');
    await service.waitFor({ state: 'detached' });
    expect(await page.getByRole('option').allInnerTexts()).toEqual([expect.stringMatching(/^attributes\.currency\s+keyword$/)]);
    await page.getByRole('option').click();
    await facets.getByRole('button', { name: 'KRW 9' }).waitFor();
    expect(chosen(page)).toMatch(/,attributes\.currency$/);
    expect((await facets.getByLabel('Add a field').innerText()).trim()).toBe('Add a field …');

    await facets.getByRole('button', { name: 'No longer count service.name' }).click();
    await facets.getByText('service.name').waitFor({ state: 'detached' });
    await page.reload();
    await facets.getByRole('button', { name: 'EUR of old 3' }).click();
    await page.getByText('3 records', { exact: true }).waitFor();
    expect(await facets.getByText('service.name').count()).toBe(0);
    await page.close();
  });

  it('say so where no record has the field, and where its values cannot be counted', async () => {
    const page = await stage.page('/?facets=attributes.nobody,log.level');
    const facets = facetsOf(page);
    await facets.getByText('No record has it.').waitFor();
    await facets.getByRole('button', { name: 'info 12' }).waitFor();
    await facets.getByLabel('Add a field').fill('message');
    await page.keyboard.press('Enter');
    await facets.getByText('message is text, nearly every record has another').waitFor();
    expect(await serious(page)).toEqual([]);
    await facets.getByRole('button', { name: 'No longer count message' }).click();
    await facets.getByRole('button', { name: 'No longer count attributes.nobody' }).click();
    await facets.getByText('No record has it.').waitFor({ state: 'detached' });
    expect(chosen(page)).toBe('log.level');
    await facets.getByRole('button', { name: 'No longer count log.level' }).click();
    await facets.getByRole('button', { name: 'pay 12' }).waitFor();
    expect(chosen(page)).toBeNull();
    expect(stage.takeWrongs().every((wrong) => wrong.includes('400'))).toBe(true);
    await page.close();
  });

  it('are offered while a query is typed: a name, then a value as the query needs it', async () => {
    const page = await stage.page();
    await page.getByText('12 records', { exact: true }).waitFor();
    await page.getByLabel('Query').click();
    await page.keyboard.type('cur');
    await page.getByRole('option', { name: 'attributes.currency' }).click();
    await page.keyboard.type('eur');
    await page.getByRole('option', { name: 'KRW' }).waitFor({ state: 'detached' });
    // Proposals of before are shown, but not taken, until those for the last letter are here.
    const current = page.locator('.cm-tooltip-autocomplete:not(.cm-tooltip-autocomplete-disabled)');
    await current.getByRole('option', { name: 'EUR of old 3' }).waitFor();
    expect(await page.getByRole('option').count()).toBe(1);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('3 records', { exact: true }).waitFor();
    expect(new URL(page.url()).searchParams.get('q')).toBe('attributes.currency:"EUR of old"');
    await page.close();
  });

  it('are picked with keys alone, and never by who passes through', async () => {
    const page = await stage.page();
    const facets = facetsOf(page);
    await facets.getByText('service.name').waitFor();
    await facets.getByLabel('Add a field').focus();
    const options = page.getByRole('option');
    await options.first().waitFor();
    await page.keyboard.press('Tab');
    await options.first().waitFor({ state: 'detached' });
    expect(chosen(page)).toBeNull();
    await page.keyboard.press('Shift+Tab');
    await options.first().waitFor();
    const name = (await options.nth(1).innerText()).split(/\s/)[0];
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await facets.getByRole('button', { name: `No longer count ${name}` }).waitFor();
    expect(chosen(page)).toContain(name);
    await page.close();
  });
});

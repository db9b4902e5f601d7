import type { Page } from 'playwright-core';
import { describeWithChromium } from '../support/browser.js';
import { serious } from './accessibility.js';
import { Stage } from './stage.js';

describeWithChromium('the patterns in the page', () => {
  let stage: Stage;
  const now = Date.now();

  beforeAll(async () => {
    stage = await Stage.open();
    await stage.send([
      ...Array.from({ length: 30 }, (_, n) => ({
        at: now - 600_000 + n * 10_000,
        log: `order ${n} of customer ${n * 7} accepted in ${n % 5} ms`,
        level: 'info',
        service: 'pay',
      })),
      ...Array.from({ length: 9 }, (_, n) => ({ at: now - n * 1_000, log: `no route to /api/v${n}`, level: 'error', service: 'web' })),
      { at: now - 60_000, log: 'cache is cold', level: 'warn', service: 'web' },
    ]);
  }, 60_000);
  afterEach(() => stage.check());
  afterAll(() => stage.close());

  const cells = async (page: Page, column: number): Promise<string[]> =>
    (await page.locator(`.patterns tbody td:nth-child(${column})`).allInnerTexts()).map((text) => text.trim());

  it('shows what was printed most, with what varies marked, and how it went over time', async () => {
    const page = await stage.page('/?view=patterns');
    await page.getByText('3 patterns in 40 records', { exact: true }).waitFor();
    expect(await cells(page, 1)).toEqual(['order <*> of customer <*> accepted in <*> ms', 'no route to <*>', 'cache is cold']);
    expect(await page.locator('.patterns tbody tr').first().locator('var').count()).toBe(3);
    expect(await cells(page, 2)).toEqual(['30 75 %', '9 23 %', '1 3 %']);
    expect(await cells(page, 6)).toEqual(['pay', 'web', 'web']);
    expect(await cells(page, 7)).toEqual(['info', 'error', 'warn']);
    const bars = page.getByRole('img', { name: /^Records in each 30 s: at most 3, at / });
    expect(await bars.count()).toBe(1);
    expect(await bars.locator('path').evaluate((path) => (path as SVGPathElement).getBBox().width)).toBeGreaterThan(5);
    expect(await serious(page)).toEqual([]);
    await stage.picture(page, 'patterns');
    await page.close();
  });

  it('puts the newest first when asked to, and the address says so', async () => {
    const page = await stage.page('/?view=patterns');
    await page.getByRole('button', { name: 'Newest' }).click();
    await page.locator('.patterns tbody tr').first().getByText('no route to').waitFor();
    expect(await cells(page, 1)).toEqual(['no route to <*>', 'cache is cold', 'order <*> of customer <*> accepted in <*> ms']);
    expect(new URL(page.url()).searchParams.get('order')).toBe('new');
    await page.close();
  });

  it('is about what the search is about, and leads to the records of a pattern', async () => {
    const page = await stage.page('/?q=service:web&from=now-5m');
    await page.getByText('10 records', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'Patterns' }).click();
    await page.getByText('2 patterns in 10 records', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'no route to <*>', exact: true }).click();
    await page.getByText('9 records', { exact: true }).waitFor();
    const { searchParams } = new URL(page.url());
    expect([searchParams.get('q'), searchParams.get('from')]).toEqual(['service:web', 'now-5m']);
    expect(searchParams.getAll('filter')).toEqual([expect.stringMatching(/^log\.pattern:[0-9a-f]{12}$/)]);
    await page.close();
  });

  it('leads to the oldest and to the newest record of a pattern', async () => {
    const page = await stage.page('/?view=patterns&q=order');
    await page.getByTitle('Show the oldest record').click();
    await page.locator('.detail').getByText('order 0 of customer 0 accepted in 0 ms').waitFor();
    await page.goBack();
    await page.getByTitle('Show the newest record').click();
    await page.locator('.detail').getByText('order 29 of customer 203 accepted in 4 ms').waitFor();
    await page.close();
  });

  it('says that there is nothing, and what is wrong with a query', async () => {
    const page = await stage.page('/?view=patterns&q=nobody');
    await page.getByText('No record matches.').waitFor();
    expect(await page.locator('table').count()).toBe(0);
    await page.goto(`${stage.url}/?view=patterns&q=a%20and%20)`);
    expect(await page.locator('mark.wrong').innerText()).toBe(')');
    expect(await page.locator('.patterns').getByRole('alert').count()).toBe(0);
    expect(stage.takeWrongs().every((wrong) => wrong.includes('400'))).toBe(true);
    await page.close();
  });

  it('says what was not looked at, what is not listed, and gives more of it', async () => {
    const page = await stage.page('/?view=hub');
    await page.route('**/api/v1/patterns?**', async (route) => {
      const response = await route.fetch();
      const answer = (await response.json()) as { patterns: unknown[] };
      const few = route.request().url().includes('limit=50');
      const said = { partial: true, warnings: ['one day was not read'], missing: 4, other: few ? 1 : 0 };
      await route.fulfill({ response, json: { ...answer, ...said, patterns: answer.patterns.slice(0, few ? 2 : 3) } });
    });
    await page.getByRole('link', { name: 'Patterns' }).click();
    await page.getByText('Not everything was looked at').waitFor();
    await page.getByText('one day was not read').waitFor();
    await page.getByText('4 records have no pattern.').waitFor();
    await page.getByRole('button', { name: 'More patterns' }).click();
    await page.getByText('cache is cold').waitFor();
    expect(await page.getByText('not listed').count()).toBe(0);
    await page.close();
  });
});

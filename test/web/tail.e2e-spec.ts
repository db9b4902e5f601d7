import type { Page } from 'playwright-core';
import { describeWithChromium } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { Stage } from './stage.js';

describeWithChromium('the live tail in the page', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await Stage.open();
  }, 60_000);
  afterEach(() => stage.check());
  afterAll(() => stage.close());

  const lines = (page: Page): Promise<string[]> => page.locator('.item .message').allInnerTexts();
  const numbered = (from: number, count: number) => Array.from({ length: count }, (_, n) => ({ log: `line ${from + n}.`, level: 'info' }));

  it('shows lines as they come, waits while somebody reads, and goes on with all that came meanwhile', async () => {
    const page = await stage.page('/?q=line');
    await page.getByRole('button', { name: 'Live' }).click();
    await page.getByText('Live', { exact: true }).last().waitFor();
    await stage.send(numbered(0, 100));
    await page.getByText('line 99.', { exact: true }).waitFor();

    await page.locator('.list').hover();
    await page.mouse.wheel(0, -600);
    await page.getByText('Paused', { exact: true }).waitFor();
    const before = await lines(page);
    await stage.send(numbered(100, 50));
    await page.getByRole('button', { name: '50 new lines' }).waitFor();
    expect(await lines(page)).toEqual(before);

    await page.getByRole('button', { name: '50 new lines' }).click();
    await page.getByText('line 149.', { exact: true }).waitFor();
    const after = await lines(page);
    const last = after.slice(-20).map((text) => Number(/\d+/.exec(text)?.[0]));
    expect(last).toEqual(Array.from({ length: 20 }, (_, n) => 130 + n));
    await page.close();
  });

  it('waits while text is selected', async () => {
    const page = await stage.page('/?tail=1&q=line');
    await page.getByText('line 149.', { exact: true }).dblclick();
    await page.getByText('Paused', { exact: true }).waitFor();
    await page.keyboard.press('p');
    await eventually(async () => expect(await page.getByText('Paused', { exact: true }).count()).toBe(0));
    await page.close();
  });

  it('says what is wrong with its query', async () => {
    const page = await stage.page('/?tail=1&q=a%20and%20)');
    await page.locator('.query-error').waitFor();
    expect(stage.takeWrongs().every((wrong) => wrong.includes('400'))).toBe(true);
    await page.close();
  });
});

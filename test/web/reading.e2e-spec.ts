import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { describeWithChromium } from '../support/browser.js';
import { Stage } from './stage.js';

const MIB = 1024 * 1024;
/** A mebibyte of Korean words and no line break: what browsers are slowest with. */
const LONG = '주문 로그 '.repeat(MIB / 14).trimEnd();
/** Nobody takes a page for frozen that answers sooner; laid out as one block this text would take a minute. */
const MOST_HELD_MS = 1_000;
const TRACE = ['Error: no money', '    at pay (/app/pay.js:12:7)', '    at checkout (/app/cart.js:120:3)'].join('\n');

/** Notes how long the page was held at most, until it is asked. Runs in the page. */
function watchFrames(): void {
  const noted = globalThis as unknown as { heldMs: number };
  noted.heldMs = 0;
  let last = performance.now();
  const watch = (): void => {
    const now = performance.now();
    noted.heldMs = Math.max(noted.heldMs, now - last);
    last = now;
    requestAnimationFrame(watch);
  };
  requestAnimationFrame(watch);
}

describeWithChromium('reading lines in the page', () => {
  let stage: Stage;
  const dayOf = (daysAgo: number): string => new Date(Date.now() - daysAgo * 86_400_000).toISOString().slice(0, 10);
  const [today, yesterday] = [dayOf(0), dayOf(1)];
  const now = Date.parse(`${yesterday}T14:30:05.250Z`);
  const times = `from=${yesterday}T14:00:00Z&to=${yesterday}T15:00:00Z`;

  beforeAll(async () => {
    stage = await Stage.open();
    await stage.send([
      { at: now, log: LONG, level: 'info', service: 'long' },
      { at: now - 1_000, log: `wide ${'word '.repeat(200)}`, level: 'info', service: 'wide' },
      { at: now - 2_000, log: 'payment failed', level: 'error', service: 'trace', 'error.stack_trace': TRACE },
      ...Array.from({ length: 5 }, (_, n) => ({ at: now - 3_000 - n, log: `cart has ${n} items`, level: 'info', service: 'cart' })),
    ]);
  }, 60_000);
  afterEach(() => stage.check());
  afterAll(() => stage.close());

  const rows = '.item > .row';
  const heightOf = async (page: Page): Promise<number> => (await page.locator(rows).first().boundingBox())?.height ?? 0;

  it('shows all of a very long line when asked to, and is never held by it', async () => {
    const page = await stage.page(`/?q=service%3Along&wrap=1&${times}`);
    await page.locator(rows).waitFor();
    await page.evaluate(watchFrames);
    const button = page.getByRole('button', { name: `Show all ${LONG.length.toLocaleString('en')} characters` });
    expect(await page.locator(`${rows} .message`).innerText()).toMatch(/^.{3900,4100}…/);
    await button.click();
    await page.locator(`${rows} .full`).waitFor();
    expect(await page.locator(`${rows} .full`).evaluate((full) => full.textContent)).toBe(LONG);

    await page.locator(`${rows} .level`).click();
    const detail = page.locator('.detail');
    await detail.getByRole('button', { name: 'Show all' }).first().click();
    expect(await detail.locator('.full').evaluate((full) => full.textContent)).toBe(LONG);
    await detail.locator('.full').evaluate((full) => full.scrollTo(0, full.scrollHeight));
    await page.getByRole('button', { name: 'JSON', exact: true }).click();
    await detail.getByRole('button', { name: 'Show all' }).first().click();
    expect(await detail.locator('.full').evaluate((full) => full.textContent)).toBe(JSON.stringify(LONG));
    expect(await page.evaluate(() => (globalThis as unknown as { heldMs: number }).heldMs)).toBeLessThan(MOST_HELD_MS);
    await page.close();
  });

  it('wraps lines and gives them room, as the address then says', async () => {
    const page = await stage.page(`/?q=service%3Awide&${times}`);
    await page.locator(rows).waitFor();
    expect(await heightOf(page)).toBe(21);
    await page.getByRole('button', { name: 'View' }).click();
    await page.getByLabel('More room between lines').check();
    expect(await heightOf(page)).toBe(29);
    await page.getByLabel('Wrap long lines').check();
    const wrapped = await heightOf(page);
    expect(wrapped).toBeGreaterThan(4 * 29);
    await page.reload();
    await page.locator(rows).waitFor();
    expect(await heightOf(page)).toBe(wrapped);
    await page.close();
  });

  it('shows times in the zone of the browser or in UTC, and the range with them', async () => {
    const page = await stage.page(`/?q=service%3Along&${times}`, { timezoneId: 'Asia/Seoul' });
    const time = page.locator(`${rows} .time`);
    const range = page.getByRole('button', { name: yesterday });
    const day = yesterday.slice(5);
    expect([await time.innerText(), await range.innerText()]).toEqual([`${day} 23:30:05.250`, `${yesterday} 23:00 – ${today} 00:00`]);
    await range.click();
    await page.getByLabel('UTC').check();
    expect([await time.innerText(), await range.innerText()]).toEqual([`${day} 14:30:05.250`, `${yesterday} 14:00 – 15:00`]);
    expect(new URL(page.url()).searchParams.get('zone')).toBe('utc');
    await page.getByLabel('Browser’s zone').check();
    expect(await time.innerText()).toBe(`${day} 23:30:05.250`);
    await page.close();
  });

  it('marks a text in the lines and leaves out none', async () => {
    const page = await stage.page(`/?${times}`);
    await page.getByText('8 records', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'View' }).click();
    await page.getByLabel('Mark in the lines').fill('CART');
    await page.locator(`${rows} .message mark`).nth(4).waitFor();
    expect(await page.locator(`${rows} .message mark`).allInnerTexts()).toEqual(Array.from({ length: 5 }, () => 'cart'));
    expect(await page.locator(rows).count()).toBe(8);
    await page.close();
  });

  it('shows a stack trace line by line', async () => {
    const page = await stage.page(`/?q=service%3Atrace&${times}`);
    await page.locator(rows).click();
    const trace = page.getByLabel('Stack trace');
    expect(await trace.innerText()).toBe(TRACE);
    expect((await trace.boundingBox())?.height).toBeGreaterThan(3 * 16);
    await page.close();
  });

  it('is the same for who opens a link that was copied: rows, columns, times', async () => {
    const page = await stage.page('/?q=service%3Afresh&zone=utc&columns=logweir.tag,message&wrap=1');
    await stage.send(Array.from({ length: 3 }, (_, n) => ({ log: `before ${n}`, service: 'fresh' })));
    await page.getByRole('button', { name: 'Search', exact: true }).click();
    await page.locator(rows).nth(2).waitFor();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'View' }).click();
    await page.getByRole('button', { name: 'Copy link' }).click();
    await page.getByText('Copied').waitFor();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    await stage.send([{ log: 'after', service: 'fresh' }]);

    const other = await stage.page(link.slice(stage.url.length), { timezoneId: 'Asia/Seoul' });
    await other.locator(rows).nth(2).waitFor();
    const seen = (one: Page) => Promise.all([one.locator('.row.head').innerText(), one.locator(rows).allInnerTexts()]);
    expect(await seen(other)).toEqual(await seen(page));
    expect(await other.getByText('3 records', { exact: true }).count()).toBe(1);
    await other.close();
    await page.close();
  });

  it.each([
    ['JSON', 'ndjson', /^{.*"message":"cart has 4 items".*}$/m, /{"logweir":{"complete":true,"records":5}}\s*$/],
    ['CSV', 'csv', /^[-\d]{10}T14:30:02.*,info,cart,cart has 4 items\r?$/m, /# complete: 5 records\s*$/],
    ['Text', 'log|txt', /^[-\d]{10}T14:30:02\.\d+Z INFO cart: cart has 4 items$/m, /# complete: 5 records\s*$/],
  ])('is downloaded as %s to its end', async (name, ending, line, end) => {
    const page = await stage.page(`/?q=service%3Acart&${times}`);
    await page.getByRole('button', { name: 'View' }).click();
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name, exact: true }).click()]);
    expect(download.suggestedFilename()).toMatch(new RegExp(`\\.(${ending})$`));
    const text = readFileSync(await download.path(), 'utf8');
    expect(text).toMatch(line);
    expect(text).toMatch(end);
    await page.close();
  });
});

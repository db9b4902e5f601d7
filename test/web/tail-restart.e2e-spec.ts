import type { Page } from 'playwright-core';
import { Sender } from '../crash/sender.js';
import { describeWithChromium } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { hostPort } from '../support/hub.js';
import { Stage } from './stage.js';

/** Chunks of 1 to 200 lines, 100 on average, so often: 1 000 lines a second. */
const PACE_MS = 95;
/** The page keeps so many; with fewer it must have all. */
const KEPT = 10_000;

const ROUNDS = 8;

/** Everything in the list from its beginning to its end: texts of its rows in their order. Runs in the page. */
async function readThrough(list: Element): Promise<string[]> {
  const found = new Map<number, string>();
  for (let top = 0; top < list.scrollHeight; top += list.clientHeight / 2) {
    list.scrollTo(0, top);
    // Drawn in the first frame or, where the list has not noticed yet, in the second.
    for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
    for (const [at, item] of [...list.querySelectorAll<HTMLElement>('.item')].entries()) {
      const index = Number(item.dataset['index'] ?? Number.NaN);
      found.set(Number.isNaN(index) ? -1 - at : index, item.querySelector('.message, .note')?.textContent ?? '');
    }
  }
  return [...found].sort(([a], [b]) => a - b).map(([, text]) => text);
}

describeWithChromium('the live tail in the page at 1 000 lines a second', () => {
  let stage: Stage;
  let sender: Sender;
  let sending: Promise<void>;

  beforeAll(async () => {
    stage = await Stage.open();
    sender = new Sender({
      port: hostPort(stage.hub.addresses['forward']).port,
      id: 0,
      traces: false,
      random: Math.random,
      paceMs: PACE_MS,
    });
  }, 60_000);
  afterAll(async () => {
    sender.stop();
    await sending;
    await stage.close();
  });

  const shown = (page: Page): Promise<string[]> => page.locator('.item .message').allInnerTexts();

  /** How many lines wait, as the button says. */
  async function fresh(page: Page): Promise<number> {
    const text = await page.getByRole('button', { name: /new lines/ }).innerText({ timeout: 1_000 });
    return Number(text.replaceAll(/\D/g, ''));
  }

  /** The newest number that is drawn. */
  const newest = async (page: Page): Promise<number> =>
    Math.max(...(await shown(page)).map((text) => Number(/lw_seq=(\d+)/.exec(text)?.[1])));

  it('waits while somebody reads, goes on, and has each line once, also after the hub was stopped and killed', async () => {
    const page = await stage.page('/?tail=1&q=order');
    await page.locator('.phase.live').waitFor();
    sending = sender.run();
    await eventually(async () => expect(await newest(page)).toBeGreaterThan(4 * 500));

    // Rows come ten times a second, and whoever goes up slowly must not be taken back each time.
    await page.locator('.list').hover();
    for (let round = 0; round < ROUNDS; round++) {
      await page.mouse.wheel(0, -150);
      await page.locator('.phase.paused').waitFor({ timeout: 1_000 });
      if (round < ROUNDS - 1) await page.getByRole('button', { name: 'Go on' }).click();
      await page.locator('.list').hover();
    }
    const before = await shown(page);
    await eventually(async () => expect(await fresh(page)).toBeGreaterThan(1_000), 10_000);
    await stage.restart('stop');
    const waiting = await fresh(page);
    await eventually(async () => expect(await fresh(page)).toBeGreaterThan(waiting + 1_000), 20_000);
    expect(await shown(page)).toEqual(before);

    await page.getByRole('button', { name: /new lines/ }).click();
    await page.locator('.phase.live').waitFor();
    const sentBefore = sender.acked.at(-1) ?? 0;
    await eventually(async () => expect(await newest(page)).toBeGreaterThan(sentBefore), 10_000);
    await stage.restart('kill');
    const sentByThen = sender.acked.at(-1) ?? 0;
    await eventually(async () => expect(await newest(page)).toBeGreaterThan(sentByThen + 4 * 1_000), 20_000);

    sender.stop();
    await sending;
    const { acked } = sender;
    expect(acked.length).toBeLessThan(KEPT);
    await eventually(async () => expect(await newest(page)).toBe(acked.at(-1)), 10_000);
    const lines = await page.locator('.list').evaluate(readThrough);
    expect(lines).toEqual(acked.map((number) => `order accepted lw_seq=${number}.`));
    // While the hub is away its door is closed, which Chromium reports; nothing else may be wrong.
    expect(
      stage.takeWrongs().filter((wrong) => !/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONNECTION_RESET/.test(wrong)),
    ).toEqual([]);
    await page.close();
  }, 120_000);
});

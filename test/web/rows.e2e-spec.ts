import { describeWithChromium } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { Stage } from './stage.js';

const ROWS = 100_000;
/** Frames of 60 a second take 16.7 ms; one that is missed takes 33. */
const MOST_MS = 25;

/** Whatever else runs on the machine takes frames as well; the best sweep is what the page itself needs, so the first good one does. */
const SWEEPS = 4;

/** Goes to the end until nothing more comes: a page of the list in each round. Runs in the page. */
async function readToTheEnd(element: Element): Promise<void> {
  while (!element.querySelector('.foot')?.textContent.startsWith('The list ends at 100,000 rows')) {
    element.scrollTo(0, element.scrollHeight);
    await new Promise(requestAnimationFrame);
  }
}

/** Scrolls 2 400 px a second, as a wheel does that is turned fast, and far now and then; times between frames, rising. Runs in the page. */
async function scrollAndWatch(element: Element, frames: number): Promise<number[]> {
  element.scrollTo(0, 0);
  const times: number[] = [];
  let last = await new Promise<number>(requestAnimationFrame);
  for (let frame = 0; frame < frames; frame++) {
    element.scrollBy(0, frame % 100 === 99 ? 200_000 : 40);
    const time = await new Promise<number>(requestAnimationFrame);
    times.push(time - last);
    last = time;
  }
  return times.sort((a, b) => a - b);
}

describeWithChromium('a long list', () => {
  let stage: Stage;
  const now = Date.now();

  beforeAll(async () => {
    stage = await Stage.open();
    await stage.send(
      Array.from({ length: ROWS }, (_, n) => ({ at: now - n * 5, log: `GET /api/cart/${n % 977} 200 ${n % 53} ms`, level: 'info' })),
    );
  }, 180_000);
  afterEach(() => stage.check());
  afterAll(() => stage.close());

  it('is read page by page to its end, and scrolls without missing frames', async () => {
    const page = await stage.page();
    const list = page.getByRole('treegrid', { name: 'Records' });
    await page.getByText('100,000 records', { exact: true }).waitFor();
    await list.evaluate(readToTheEnd);
    await eventually(async () => {
      await list.evaluate((element) => element.scrollTo(0, element.scrollHeight));
      expect(await page.locator('.item > .row').last().getAttribute('aria-rowindex')).toBe(String(ROWS + 1));
    });

    const p95s: number[] = [];
    while (p95s.length < SWEEPS && !p95s.some((ms) => ms < MOST_MS)) {
      const frames = await list.evaluate(scrollAndWatch, 300);
      p95s.push(frames[Math.floor(frames.length * 0.95)] ?? Infinity);
    }
    process.stderr.write(`frames of 100 000 rows, p95 of each sweep: ${p95s.map((ms) => ms.toFixed(1)).join(', ')} ms\n`);
    expect(Math.min(...p95s)).toBeLessThan(MOST_MS);
    await page.close();
  }, 180_000);
});

import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { en } from '#apps/web/src/messages/en';
import { ko } from '#apps/web/src/messages/ko';
import { LEVELS } from '#apps/web/src/search/fields';
import { VIEWS, type View } from '#apps/web/src/state/page-state';
import { DeadLetters } from '#libs/journal';
import { describeWithChromium } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/hub.js';
import { serious } from './accessibility.js';
import { Stage } from './stage.js';

const RULE = `rules:
  - name: cart-errors
    where: 'service: cart and level: error'
    count: { over: 10m, at_least: 1 }
`;

/** A rule that has a value in every kind of field. */
const DRAFT = JSON.stringify({
  name: 'x',
  where: 'service: cart',
  ratio: { of: 'service: *', over: '5m', above: '5%' },
  labels: { team: 'shop' },
  notify: ['nobody'],
});

/** A record that a store refused; nothing is wrong with it, so that it can be sent again. */
function letter(at: Date, n: number) {
  const record = {
    '@timestamp': at.toISOString().replace('Z', '000000Z'),
    message: `refused ${n}`,
    log: { level: 'warn' },
    service: { name: 'letters' },
    event: { created: at.toISOString(), sequence: n },
    logweir: { node: 'a', tag: 't', source: 'forward' },
  };
  const reason = `field [cart] of the type [long]: <b>"${n} apples"</b>`;
  return {
    id: `letter-${n}`,
    at: at.toISOString(),
    type: 'document_parsing_exception',
    reason,
    origin: 'j',
    source: JSON.stringify(record),
  };
}

/** Every text that the page shows or reads out, but for the names in records, which nobody translates. Runs in the page. */
function textsOfPage(): string[] {
  const texts: string[] = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { parentElement, textContent } = walker.currentNode;
    if (!parentElement?.classList.contains('json-name')) texts.push(textContent ?? '');
  }
  for (const element of document.querySelectorAll('*')) {
    for (const name of ['aria-label', 'title', 'placeholder']) texts.push(element.getAttribute(name) ?? '');
  }
  return texts.map((text) => text.trim());
}

/** English texts that Korean has in other words; those with a value in them are functions and left out. */
function englishTexts(english: unknown, korean: unknown): string[] {
  if (typeof english === 'string') return english === korean ? [] : [english];
  if (typeof english !== 'object' || english === null) return [];
  return Object.entries(english).flatMap(([key, text]) => englishTexts(text, (korean as Record<string, unknown>)[key]));
}

/** What goes beyond the side of the page, or of a box of its own. Runs in the page. */
function widerThanSeen(): string[] {
  // Lines of code are not wrapped; a table of many columns is wider than a telephone.
  const boxes = [document.documentElement, ...document.querySelectorAll('nav, main, main *:not(.stack-trace, .patterns)')];
  return boxes
    .filter(
      (box) => box.scrollWidth > box.clientWidth + 1 && (box === document.documentElement || getComputedStyle(box).overflowX === 'auto'),
    )
    .map((box) => `${box.tagName}.${box.className} ${box.scrollWidth} > ${box.clientWidth}`);
}

describeWithChromium('every view of the page', () => {
  let stage: Stage;

  beforeAll(async () => {
    const data = temporaryFolder();
    const rules = path.join(data, 'rules');
    mkdirSync(rules);
    writeFileSync(path.join(rules, 'cart.yml'), RULE);
    const letters = await DeadLetters.open({ dir: path.join(data, 'dead-letters') });
    await letters.put([1, 2, 3].map((n) => letter(new Date(Date.now() - n * 1_000), n)));
    await letters.close();
    stage = await Stage.open({ LOGWEIR_DATA_DIR: data, LOGWEIR_ALERTS_RULES: rules });
    await eventually(() => {
      if (!stage.hub.output().includes('looking after alerts')) throw new Error('nobody looks after alerts yet');
    }, 60_000);
    const silence = { matchers: [{ name: 'service', value: 'nobody', isRegex: false }], createdBy: 'kim', comment: 'while it is moved' };
    const times = { startsAt: new Date().toISOString(), endsAt: new Date(Date.now() + 3_600_000).toISOString() };
    const body = JSON.stringify({ ...silence, ...times });
    const answer = await fetch(`${stage.url}/api/v2/silences`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    if (!answer.ok) throw new Error(await answer.text());
    await stage.send([
      { log: 'no money', level: 'error', service: 'cart', stack: 'Error: no money\n    at pay (pay.js:1:1)' },
      { log: '\u001b[31mred\u001b[0m \u001b[2mfaint\u001b[0m \u001b[42mon green\u001b[0m', level: 'debug', service: 'cart' },
      ...['fatal', 'warn', 'info', 'trace'].map((level) => ({ log: `as ${level}`, level, service: 'shop' })),
    ]);
  }, 120_000);
  afterEach(() => stage.check());
  afterAll(() => stage.close());

  /** What a view has when it is there. */
  const there: Readonly<Record<View, string>> = {
    logs: '.item > .row',
    patterns: '.patterns tbody tr',
    alerts: '.card',
    silences: '.card',
    rules: '.card',
    hub: '.figures',
  };
  const open = async (view: View, options = {}): Promise<Page> => {
    const page = await stage.page(`/?view=${view}`, options);
    await page.locator(there[view]).first().waitFor();
    return page;
  };

  /** Nothing serious, in light where it is wide, and in dark on 360 px, where nothing has to be moved sideways to be read. */
  const expectReadable = async (page: Page): Promise<void> => {
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: 1280, height: 780 });
    expect(await serious(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize({ width: 360, height: 780 });
    expect(await serious(page)).toEqual([]);
    expect(await page.evaluate(widerThanSeen)).toEqual([]);
  };

  it.each(VIEWS)('can be read by everybody: %s', async (view) => {
    const page = await open(view);
    await expectReadable(page);
    await page.close();
  });

  it('can be read by everybody with a record, the lines around it and all facets open', async () => {
    const page = await stage.page('/?q=money&mark=no&filter=service.name:cart&facets=log.level,attributes.nobody');
    await page.locator(there.logs).click();
    await page.getByRole('button', { name: 'Lines around it' }).click();
    await page.locator('.context .row.active').waitFor();
    await page.setViewportSize({ width: 360, height: 780 });
    await page.locator('.facets-behind > summary').click();
    await page.getByText('No record has it.').waitFor();
    await expectReadable(page);
    await page.getByRole('button', { name: 'JSON', exact: true }).click();
    expect(await serious(page)).toEqual([]);
    await page.close();
  });

  it('can be read by everybody with the form for a rule open', async () => {
    const page = await stage.page(`/?view=rules&draft=${encodeURIComponent(DRAFT)}`);
    await page.getByText('It would have told').waitFor();
    await page.getByText('All of it as JSON').click();
    await expectReadable(page);
    await page.close();
  });

  it.each(['View', 'Saved searches', 'Time range'])('can be read by everybody with a menu open: %s', async (name) => {
    const page = await open('logs');
    if (name === 'Time range') await page.keyboard.press('h');
    else await page.getByRole('button', { name }).click();
    await page.getByRole('dialog', { name }).waitFor();
    await expectReadable(page);
    await page.close();
  });

  it('gives each level its colour and no other room than the others', async () => {
    const page = await open('logs');
    const cells = await page.locator('.item .level').evaluateAll((found) =>
      found.map((cell) => ({
        level: cell.textContent,
        height: cell.getBoundingClientRect().height,
        colour: getComputedStyle(cell).borderLeftColor,
      })),
    );
    expect(new Set(cells.map(({ level }) => level))).toEqual(new Set(LEVELS));
    expect(new Set(cells.map(({ height }) => height))).toEqual(new Set([21]));
    expect(new Set(cells.map(({ colour }) => colour)).size).toBe(LEVELS.length);
    await page.close();
  });

  it('is dark or light as the system is, the histogram as well', async () => {
    const page = await open('logs', { colorScheme: 'dark' });
    const look = () =>
      page.evaluate(() => ({
        ground: Number(/\d+/.exec(getComputedStyle(document.documentElement).backgroundColor)?.[0]),
        histogram: document.querySelector('canvas')?.toDataURL(),
      }));
    const dark = await look();
    await page.emulateMedia({ colorScheme: 'light' });
    await eventually(async () => expect((await look()).histogram).not.toBe(dark.histogram));
    expect(dark.ground).toBeLessThan(50);
    expect((await look()).ground).toBeGreaterThan(200);
    await page.close();
  });

  it('is Korean where the browser is', async () => {
    const page = await open('logs', { locale: 'ko-KR' });
    expect(await page.locator('html').getAttribute('lang')).toBe('ko');
    const english = new Set(englishTexts(en, ko));
    expect(english.size).toBeGreaterThan(100);
    for (const view of VIEWS) {
      await page.getByRole('link', { name: ko.views[view], exact: true }).click();
      await page.locator(there[view]).first().waitFor();
      expect((await page.evaluate(textsOfPage)).filter((text) => english.has(text))).toEqual([]);
    }
    await page.goto(`${stage.url}/?view=rules&draft=${encodeURIComponent(DRAFT)}`);
    await page.getByRole('button', { name: ko.ruleForm.save }).waitFor();
    expect((await page.evaluate(textsOfPage)).filter((text) => english.has(text))).toEqual([]);
    await page.getByRole('link', { name: ko.views.logs, exact: true }).click();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: ko.help.title }).waitFor();
    expect((await page.evaluate(textsOfPage)).filter((text) => english.has(text))).toEqual([]);
    await page.close();
  });

  it('lists what the store refused, and sends it again: one, then all', async () => {
    const page = await open('hub');
    const cards = page.locator('.card');
    await cards.nth(2).waitFor();
    expect(await cards.first().innerText()).toContain('document_parsing_exception');
    await page.getByText('<b>"2 apples"</b>').waitFor();
    await cards.filter({ hasText: '"2 apples"' }).getByText('The record').click();
    await page.getByText('"refused 2"').waitFor();
    await cards.filter({ hasText: '"2 apples"' }).getByRole('button', { name: 'Send again' }).click();
    await page.getByText('"2 apples"').waitFor({ state: 'detached' });
    expect(await cards.count()).toBe(2);
    await page.getByRole('button', { name: 'Send all again' }).click();
    await page.getByText('The store has refused none.').waitFor();
    await eventually(async () => {
      const found = await fetch(`${stage.url}/api/v1/logs?q=service%3Aletters&fields=message`);
      const { items } = (await found.json()) as { items: { message: string }[] };
      expect(items.map(({ message }) => message)).toEqual(['refused 1', 'refused 2', 'refused 3']);
    });
    await page.close();
  });
});

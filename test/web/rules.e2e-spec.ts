import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { keyCommand } from '../support/attack.js';
import { describeWithChromium } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/hub.js';
import { serious } from './accessibility.js';
import { Stage } from './stage.js';

const RULE = `rules:
  - name: of-a-file
    where: 'service: nobody'
    match: {}
`;

describeWithChromium('rules in the page', () => {
  let stage: Stage;
  const now = Date.now();

  beforeAll(async () => {
    const rules = path.join(temporaryFolder(), 'rules');
    mkdirSync(rules);
    writeFileSync(path.join(rules, 'one.yml'), RULE);
    stage = await Stage.open({ LOGWEIR_ALERTS_RULES: rules });
    await eventually(() => {
      if (!stage.hub.output().includes('looking after alerts')) throw new Error('nobody looks after alerts yet');
    }, 60_000);
    await stage.send([
      ...Array.from({ length: 3 }, (_, n) => ({
        at: now - n * 1_000,
        log: `no route to /api/v${n}`,
        level: 'error',
        service: 'web',
      })),
      { log: 'fine', level: 'info', service: 'web' },
      { at: now - 600_000, log: 'long ago', level: 'info', service: 'web' },
    ]);
  }, 120_000);
  afterEach(() => stage.check());
  afterAll(() => stage.close());

  const open = async (address: string, options = {}): Promise<Page> => {
    const page = await stage.page(address, options);
    page.setDefaultTimeout(10_000);
    return page;
  };
  const card = (page: Page, name: string): Locator =>
    page.getByRole('listitem').filter({ has: page.getByRole('heading', { name, exact: true }) });
  const source = async (name: string): Promise<Record<string, unknown>> =>
    ((await (await fetch(`${stage.url}/api/v1/rules/${name}`)).json()) as { source: Record<string, unknown> }).source;
  const put = (name: string, rule: object): Promise<Response> =>
    fetch(`${stage.url}/api/v1/rules/${name}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(rule),
    });

  it('are made from a pattern, tried before they are saved, and tell of what comes then', async () => {
    const page = await open('/?view=patterns&q=service:web&from=now-1h');
    await page.getByRole('link', { name: 'Make a rule of no route to <*>' }).click();
    await page.getByText('It would have told 1 time.').waitFor();
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('no-route-to');
    expect(await page.getByLabel('Where').innerText()).toMatch(/^\(service:web\) and log\.pattern: [0-9a-f]{12}$/);
    expect(await serious(page)).toEqual([]);
    await stage.picture(page, 'rule');
    await page.getByRole('button', { name: 'Save the rule' }).click();
    await card(page, 'no-route-to').waitFor();
    expect(await serious(page)).toEqual([]);
    await watched('no-route-to');
    await stage.send([{ log: 'no route to /api/v9', level: 'error', service: 'web' }]);
    await page.getByRole('link', { name: 'Alerts' }).click();
    await card(page, 'no-route-to').getByText('no route to /api/v9').waitFor();
    await page.close();
  });

  it('are made from a search, with its filters', async () => {
    const page = await open('/?q=level:error%20or%20fine&filter=service.name:web');
    await page.getByRole('button', { name: 'View' }).click();
    await page.getByRole('link', { name: 'Make a rule of this search' }).click();
    expect(await page.getByLabel('Where').innerText()).toBe('(level:error or fine) and service.name: web');
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('');
    await page.reload();
    expect(await page.getByLabel('Where').innerText()).toBe('(level:error or fine) and service.name: web');
    await page.close();
  });

  it('are changed, and keep what the form has no field for', async () => {
    await put('kept', { where: 'a', rate: { over: '1m', above: '5/s' }, recover: { at_most: '2/s', for: '30s' }, max_groups: 7 });
    const page = await open('/?view=rules');
    await page.getByRole('link', { name: 'Edit kept' }).click();
    await page.getByLabel('Number').fill('300/m');
    await page.getByLabel('For each').fill('service, host');
    await page.getByRole('button', { name: 'Add to: Labels' }).click();
    await page.getByLabel('Labels, name 1').fill('team');
    await page.getByLabel('Labels, text 1').fill('shop');
    await page.getByText('All of it as JSON').click();
    const json = page.getByRole('textbox', { name: 'All of it as JSON' });
    const right = await json.inputValue();
    await json.fill('{ "name"');
    expect(await page.getByRole('button', { name: 'Save the rule' }).isDisabled()).toBe(true);
    await json.fill(right);
    await json.fill((await json.inputValue()).replace('"max_groups": 7', '"max_groups": 8'));
    expect(await serious(page)).toEqual([]);
    await page.getByRole('button', { name: 'Save the rule' }).click();
    await card(page, 'kept').waitFor();
    expect(await source('kept')).toEqual({
      name: 'kept',
      where: 'a',
      rate: { over: '1m', above: '300/m' },
      recover: { at_most: '2/s', for: '30s' },
      max_groups: 8,
      group_by: ['service', 'host'],
      labels: { team: 'shop' },
    });
    await page.close();
  });

  it('say what is wrong at the field that it is about, and under the character', async () => {
    const page = await open(
      `/?view=rules&draft=${encodeURIComponent('{"name":"X Y","where":"a and )","count":{"over":"5","at_least":1}}')}`,
    );
    await page.getByText(/"X Y" is not a name/).waitFor();
    expect(await page.getByLabel('Name', { exact: true }).getAttribute('aria-invalid')).toBe('true');
    expect(await page.locator('.rule-form .query .wrong').innerText()).toBe(')');
    await page.getByRole('button', { name: 'Save the rule' }).click();
    await page.getByText('Not saved: see what is marked above.').waitFor();
    expect(await serious(page)).toEqual([]);
    await page.getByLabel('Name', { exact: true }).fill('of-a-file');
    await page.getByLabel('Within').fill('5m');
    await page.getByLabel('Where').fill('a');
    await page.getByText('It would have told 0 times.').waitFor();
    await page.getByRole('button', { name: 'Save the rule' }).click();
    await page.getByText('there is a rule "of-a-file" already').waitFor();
    expect(stage.takeWrongs().every((wrong) => / 400 | 409 /.test(wrong))).toBe(true);
    await page.close();
  });

  it('that somebody else has changed meanwhile are shown, and neither is lost without being asked', async () => {
    await put('shared', { level: 'error', severity: 'info' });
    const page = await open('/?view=rules&rule=shared');
    await page.getByLabel('Severity').fill('critical');
    await put('shared', { level: 'warn', severity: 'info' });
    await page.getByRole('button', { name: 'Save the rule' }).click();
    const conflict = page.getByRole('alert', { name: 'Somebody else has changed this rule' });
    await conflict.getByText('"level": "warn"').waitFor();
    expect(await page.getByLabel('Severity').inputValue()).toBe('critical');
    expect(await serious(page)).toEqual([]);
    await conflict.getByRole('button', { name: 'Drop mine' }).click();
    expect([await page.getByLabel('Severity').inputValue(), await page.getByLabel('Level').inputValue()]).toEqual(['info', 'warn']);
    await page.getByLabel('Severity').fill('critical');
    await fetch(`${stage.url}/api/v1/rules/shared`, { method: 'DELETE' });
    await page.getByRole('button', { name: 'Save the rule' }).click();
    await page.getByRole('button', { name: 'Save mine as a rule again' }).click();
    await card(page, 'shared').waitFor();
    expect(await source('shared')).toEqual({ name: 'shared', level: 'warn', severity: 'critical' });
    expect(stage.takeWrongs().every((wrong) => / 404 | 409 /.test(wrong))).toBe(true);
    await page.close();
  });

  it('are kept in the address while they are typed, with the version that they began from', async () => {
    await put('begun', { level: 'error' });
    const page = await open('/?view=rules&rule=begun');
    await page.getByLabel('Severity').fill('critical');
    await page.waitForURL(/critical/);
    await page.getByRole('link', { name: 'Logs', exact: true }).click();
    await page.getByText('Search', { exact: true }).waitFor();
    await put('begun', { level: 'warn' });
    await page.goBack();
    await page.reload();
    expect(await page.getByLabel('Severity').inputValue()).toBe('critical');
    await page.getByRole('button', { name: 'Save the rule' }).click();
    await page.getByRole('button', { name: 'Save mine over it' }).click();
    await card(page, 'begun').waitFor();
    expect(await source('begun')).toEqual({ name: 'begun', level: 'error', severity: 'critical' });
    expect(new URL(page.url()).search).toBe('?view=rules');
    expect(stage.takeWrongs().every((wrong) => wrong.includes(' 409 '))).toBe(true);
    await page.close();
  });

  it('are made with keys alone', async () => {
    const page = await open('/?view=rules');
    await page.getByRole('link', { name: 'New rule', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('It would have told').waitFor();
    await page.keyboard.type('typed');
    await page.keyboard.press('Tab');
    await page.keyboard.type('"no route"');
    await page.keyboard.press('Tab');
    await page.keyboard.type('a record matches');
    await page.keyboard.press('Tab');
    await page.keyboard.type('1h');
    await page.keyboard.press('Enter');
    await card(page, 'typed').waitFor();
    expect(await source('typed')).toEqual({ name: 'typed', where: '"no route"', match: {}, cooldown: '1h' });
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Rules');
    // Who types slowly has half a query tried.
    expect(stage.takeWrongs().every((wrong) => wrong.includes(' 400 '))).toBe(true);
    await page.close();
  });

  it('say what came too late to count', async () => {
    const draft = JSON.stringify({ where: '"long ago"', count: { over: '1m', at_least: 1 } });
    const page = await open(`/?view=rules&draft=${encodeURIComponent(draft)}`);
    await page.getByText('1 match came later than the rule allows').waitFor();
    const answer = page.waitForResponse('**/api/v1/rules/preview');
    await page.getByRole('button', { name: 'the last 24 hours' }).click();
    expect((await answer).status()).toBe(200);
    expect(new URL(page.url()).searchParams.get('tried')).toBe('24h');
    await page.close();
  });

  it('are switched off and deleted with keys alone', async () => {
    await put('unloved', { level: 'error' });
    const page = await open('/?view=rules');
    const unloved = card(page, 'unloved');
    await unloved.getByRole('link', { name: 'Edit unloved' }).focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await unloved.getByText('switched off').waitFor();
    expect(await source('unloved')).toMatchObject({ enabled: false });
    await page.keyboard.press('Space');
    await unloved.getByRole('button', { name: 'On', pressed: true }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Delete unloved?' });
    await dialog.waitFor();
    expect(await serious(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Delete');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await unloved.waitFor({ state: 'detached' });
    await page.close();
  });

  it('of files say where they are changed, and can be copied', async () => {
    const page = await open('/?view=rules');
    await card(page, 'of-a-file').getByText('one.yml:2: change it there').waitFor();
    expect(await card(page, 'of-a-file').getByRole('button').allInnerTexts()).toEqual(['Why?']);
    await page.goto(`${stage.url}/?view=rules&rule=of-a-file`);
    await page.getByText('one.yml:2: change it there').waitFor();
    expect(await page.locator('form').count()).toBe(0);
    await page.getByRole('link', { name: 'Copy as a new rule' }).click();
    expect(await page.getByLabel('Where').innerText()).toBe('service: nobody');
    await page.getByLabel('Name', { exact: true }).fill('of-a-person');
    await page.keyboard.press('Enter');
    await card(page, 'of-a-person').waitFor();
    await page.close();
  });

  it('are in Korean where the browser is', async () => {
    const page = await open('/?view=rules', { locale: 'ko-KR' });
    await page.getByRole('link', { name: '새 규칙', exact: true }).click();
    await page.getByText('0번 알렸을 것입니다.').or(page.getByText('1번 알렸을 것입니다.')).waitFor();
    await page.getByRole('button', { name: '규칙 저장' }).waitFor();
    await page.close();
  });

  /** Whether the evaluator has begun with a rule. */
  const watched = (name: string): Promise<void> =>
    eventually(async () => {
      const { state } = (await (await fetch(`${stage.url}/api/v1/rules/${name}/explain`)).json()) as { state: string };
      expect(state).not.toBe('waiting');
    });
});

describeWithChromium('rules where a key is needed', () => {
  let stage: Stage;
  let keys: string[];

  beforeAll(async () => {
    stage = await Stage.open();
    const make = (role: string) => keyCommand({ LOGWEIR_DATA_DIR: stage.hub.dataDir }, 'create', '--name', role, '--role', role);
    keys = [(await make('read')).out, (await make('manage')).out];
    await eventually(async () => {
      if ((await fetch(`${stage.url}/api/v1/logs`)).status !== 401) throw new Error('the keys are not read yet');
    });
  }, 60_000);
  afterAll(() => stage.close());

  it('are changed by who may, and the page says so to others without losing what they typed', async () => {
    const [read = '', manage = ''] = keys;
    const page = await stage.page('/?view=rules');
    page.setDefaultTimeout(10_000);
    const key = page.getByRole('textbox', { name: 'API key' });
    await key.fill(read);
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'New rule', exact: true }).click();
    await page.getByLabel('Name', { exact: true }).fill('mine');
    await page.getByRole('button', { name: 'Save the rule' }).click();
    await page.getByText('Rules are changed with an API key of the role manage.').waitFor();
    await page.getByRole('button', { name: 'Use another key' }).click();
    await key.fill(manage);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Save the rule' }).click();
    await page.getByRole('heading', { name: 'mine' }).waitFor();
    expect(stage.takeWrongs().every((wrong) => / 401 | 403 /.test(wrong))).toBe(true);
    await page.close();
  });
});

import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { keyCommand } from '../support/attack.js';
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

describeWithChromium('the other pages', () => {
  let stage: Stage;

  beforeAll(async () => {
    const rules = path.join(temporaryFolder(), 'rules');
    mkdirSync(rules);
    writeFileSync(path.join(rules, 'cart.yml'), RULE);
    stage = await Stage.open({ LOGWEIR_ALERTS_RULES: rules });
    await eventually(() => {
      if (!stage.hub.output().includes('looking after alerts')) throw new Error('nobody looks after alerts yet');
    }, 60_000);
    await stage.send([
      { log: 'no money', level: 'error', service: 'cart' },
      { log: 'fine', level: 'info', service: 'cart' },
    ]);
  }, 120_000);
  afterEach(() => stage.check());
  afterAll(() => stage.close());

  it('show alerts, which can be looked after and silenced', async () => {
    const page = await stage.page();
    await page.getByRole('link', { name: 'Alerts' }).click();
    const alert = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: 'cart-errors' }) });
    await alert.waitFor();
    await page.getByLabel('Your name').fill('kim');
    await alert.getByRole('button', { name: 'Acknowledge' }).click();
    await alert.getByText('kim looks after it').waitFor();
    await alert.getByRole('button', { name: 'Silence for 2 hours' }).click();
    await page.getByRole('link', { name: 'Silences' }).click();
    await page.getByText('alertname="cart-errors"').waitFor();
    await page.getByRole('button', { name: 'End it now' }).click();
    await page.getByText('ended').waitFor();
    expect(await serious(page)).toEqual([]);
    await page.close();
  });

  it('show rules and why they are as they are', async () => {
    const page = await stage.page('/?view=rules');
    await page.getByRole('heading', { name: 'cart-errors' }).waitFor();
    await page.getByText('1 match,').waitFor();
    await page.getByRole('button', { name: 'Why?' }).click();
    await page
      .getByText(/window holds 1 of at least 1/)
      .first()
      .waitFor();
    expect(await serious(page)).toEqual([]);
    await page.close();
  });

  it('show how the hub is', async () => {
    const page = await stage.page('/?view=hub');
    await page.getByText('The store has refused none.').waitFor();
    expect(await page.locator('.figures').innerText()).toMatch(/Received\n2\nStored\n2\n/);
    await page.getByText('0 / s').first().waitFor();
    expect(await serious(page)).toEqual([]);
    await page.close();
  });

  it('keep what was asked for the way back', async () => {
    const page = await stage.page('/?q=money');
    await page.getByText('1 record', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'Hub' }).click();
    await page.getByRole('heading', { name: 'Health of the hub' }).waitFor();
    await page.getByRole('link', { name: 'Logs' }).click();
    await page.getByText('1 record', { exact: true }).waitFor();
    await page.close();
  });
});

describeWithChromium('where a key is needed', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await Stage.open();
    await stage.send([{ log: 'for readers only', level: 'info' }]);
  }, 60_000);
  afterAll(() => stage.close());

  it('the page asks for one, keeps it in this tab only, and tails with it as well', async () => {
    const { out: key } = await keyCommand({ LOGWEIR_DATA_DIR: stage.hub.dataDir }, 'create', '--name', 'page', '--role', 'read');
    await eventually(async () => expect((await fetch(`${stage.url}/api/v1/logs`)).status).toBe(401));
    const page = await stage.page();
    const dialog = page.getByRole('dialog', { name: 'An API key is needed' });
    await dialog.getByLabel('API key').fill('logweir_wrong_one');
    await page.keyboard.press('Enter');
    await dialog.getByText('This key is not known').waitFor();
    await dialog.getByLabel('API key').fill(key);
    await page.keyboard.press('Enter');
    await page.getByText('1 record', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Live' }).click();
    await page.locator('.phase.live').waitFor();
    expect(page.url()).not.toContain('logweir_');
    expect(await page.evaluate(() => [document.cookie, localStorage.length])).toEqual(['', 0]);
    // Refusals show in the console of a browser, and are what is expected here.
    expect(stage.takeWrongs().every((wrong) => wrong.includes('401'))).toBe(true);
    await page.close();
  });
});

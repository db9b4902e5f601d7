import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import type { ApiAlert, ApiGroup, ApiStatus, GettableSilence } from '#libs/alerts';
import { startAlertHub, type AlertHub } from '../support/alert-hub.js';
import { call, startFixture } from '../support/api-fixture.js';
import { Collector } from '../support/collector.js';
import { eventually } from '../support/eventually.js';
import { describeWithPrograms, runProgram } from '../support/programs.js';
import { freePort, startProgram } from '../support/running-program.js';

const SECRET = `whsec_${Buffer.from('a secret of at least 24 bytes').toString('base64')}`;
const RULES = `
rules:
  - { name: broken, where: 'message:broken', count: { over: 10m, at_least: 1 }, severity: critical }
  - { name: hushed, where: 'message:hushed', count: { over: 10m, at_least: 1 }, severity: critical }
`;

let hub: AlertHub;
let collector: Collector;
let upstreamPort: number;
const get = <Body>(path: string) => hub.ask<Body>('GET', path);
const post = <Body>(path: string, body?: unknown) => hub.ask<Body>('POST', path, body);
const told = (name: string) =>
  collector.accepted
    .map(({ body }) => JSON.parse(body) as { status: string; alerts: { labels: Record<string, string> }[] })
    .filter(({ alerts }) => alerts.some(({ labels }) => labels['alertname'] === name))
    .map(({ status }) => status);

beforeAll(async () => {
  collector = await new Collector().open();
  upstreamPort = await freePort();
  const routes = `
route: { receiver: hook, groupInterval: 1s, routes: [{ receiver: upstream, matchers: ['alertname="broken"'], continue: true }, { receiver: hook }] }
receivers:
  - { name: hook, webhook: { url: '${collector.url}', secrets: ['\${HOOK_SECRET}'] } }
  - { name: upstream, alertmanager: { urls: ['http://127.0.0.1:${upstreamPort}'] } }
  - { name: halfway, webhook: { url: '\${NOT_SET}' } }
`;
  hub = await startAlertHub({ rules: RULES, routes, env: { HOOK_SECRET: SECRET } });
}, 90_000);
afterAll(async () => {
  await hub.close();
  await collector.close();
});

describe("Alertmanager's API", () => {
  it('has a status with the routes, and names of receivers', async () => {
    const { body } = await get<ApiStatus>('/api/v2/status');
    expect(body).toMatchObject({ cluster: { status: 'disabled' }, versionInfo: { version: '0.34.0' } });
    expect(body.config.original).not.toContain('whsec');
    expect((await get('/api/v2/receivers')).body).toEqual([{ name: 'hook' }, { name: 'upstream' }, { name: 'halfway' }]);
  });

  it('takes alerts, shows and groups them, and answers as Alertmanager does when some are not right', async () => {
    const alert = { labels: { alertname: 'posted', host: 'a' }, annotations: { summary: 's' }, generatorURL: 'http://x/' };
    expect(await post('/api/v2/alerts', [alert])).toMatchObject({ status: 200, body: '' });
    await eventually(() => expect(told('posted')).toEqual(['firing']), 10_000);
    const { body } = await get<ApiAlert[]>('/api/v2/alerts?filter=alertname%3D%22posted%22&unknown=1');
    expect(body).toMatchObject([{ labels: alert.labels, receivers: [{ name: 'hook' }], status: { state: 'active' } }]);
    const groups = await get<ApiGroup[]>('/api/v2/alerts/groups');
    expect(groups.body).toMatchObject([
      { labels: { alertname: 'posted' }, receiver: { name: 'hook' }, alerts: [{ labels: alert.labels }] },
    ]);
    expect(await post('/api/v2/alerts', [{ labels: {} }])).toMatchObject({
      status: 400,
      body: expect.stringContaining('at least one label'),
    });
    const endsAt = new Date().toISOString();
    await post('/api/v2/alerts', [{ ...alert, endsAt }]);
    await eventually(() => expect(told('posted')).toEqual(['firing', 'resolved']), 10_000);
  });

  it('signs its webhooks so that the Standard Webhooks library verifies them', async () => {
    const [first] = collector.accepted;
    const headers = first?.headers as Record<string, string>;
    expect(new Webhook(SECRET).verify(first?.body ?? '', headers)).toMatchObject({ version: '4', receiver: 'hook' });
    expect(() => new Webhook(SECRET).verify(`${first?.body} `, headers)).toThrow();
  });

  it('makes, changes, shows and ends silences', async () => {
    const request = {
      matchers: [{ name: 'alertname', value: 'never', isRegex: false, isEqual: true }],
      startsAt: new Date().toISOString(),
      endsAt: new Date(Date.now() + 60_000).toISOString(),
      createdBy: 'bob',
      comment: 'c',
    };
    const { status, body } = await post<{ silenceID: string }>('/api/v2/silences', request);
    expect(status).toBe(200);
    const id = body.silenceID;
    expect((await get<GettableSilence>(`/api/v2/silence/${id}`)).body).toMatchObject({ id, status: { state: 'active' } });
    const { startsAt } = (await get<GettableSilence>(`/api/v2/silence/${id}`)).body;
    expect((await post('/api/v2/silences', { ...request, id, startsAt, comment: 'd' })).body).toEqual({ silenceID: id });
    expect((await hub.ask('DELETE', `/api/v2/silence/${id}`)).status).toBe(200);
    const { body: all } = await get<GettableSilence[]>('/api/v2/silences?filter=alertname%3D%22never%22');
    expect(all).toMatchObject([{ id, comment: 'd', status: { state: 'expired' } }]);
    expect((await hub.ask('DELETE', '/api/v2/silence/none')).status).toBe(404);
    expect(await post('/api/v2/silences', { ...request, matchers: [] })).toMatchObject({
      status: 400,
      body: expect.stringMatching(/^silence invalid/),
    });
  });

  it.each([
    ['a form', { 'content-type': 'text/plain' }, 415],
    ['a page of another origin', { 'content-type': 'application/json', origin: 'http://evil.example' }, 403],
    ['a name that was rebound', { 'content-type': 'application/json', host: 'evil.example' }, 403],
  ])('lets %s in nowhere', async (_who, headers, status) => {
    for (const path of ['/api/v2/alerts', '/api/v2/silences', '/api/v1/rules']) {
      expect(
        (await call(hub.api, path, { method: 'POST', headers: { host: `127.0.0.1:${hub.api.port}`, ...headers }, body: '[]' })).status,
      ).toBe(status);
    }
  });

  it('says in one text where alerts are when this process has none', async () => {
    const { api } = await startFixture();
    const answer = await call(api, '/api/v2/alerts');
    await api.close();
    expect(answer).toMatchObject({ status: 503, body: expect.stringContaining('LOGWEIR_REDIS_URL') });
  });

  it('keeps the routes when a secret of one receiver is missing, and says so once', async () => {
    const of = (text: string) => hub.log.filter((line) => line.includes(text));
    expect(of('NOT_SET')).toHaveLength(1);
    const { body } = await get<{ items: { name: string; problems: string[] }[] }>('/api/v1/receivers');
    expect(body.items.filter(({ problems }) => problems.length > 0).map(({ name }) => name)).toEqual(['halfway']);
  });
});

describeWithPrograms(['amtool'], 'amtool of Debian', () => {
  const amtool = async (...args: string[]) => {
    const { code, output } = await runProgram('amtool', [...args, `--alertmanager.url=${hub.url}`]);
    return { code, output };
  };

  it('adds a silence that silences, lists it and what it silences, and ends it', async () => {
    const added = await amtool('silence', 'add', 'alertname=hushed', '--author=ann', '--comment=known', '--duration=1h');
    expect(added.code).toBe(0);
    const id = /[0-9a-f-]{36}/.exec(added.output)?.[0] ?? '';
    expect((await amtool('silence', 'query')).output).toMatch(new RegExp(`${id}\\s+alertname="hushed"`));
    await hub.send({ level: 'error', msg: 'hushed now' });
    await eventually(async () => expect((await amtool('alert', 'query', '--silenced')).output).toContain('hushed'), 15_000);
    expect((await amtool('alert', 'query', '--active')).output).not.toContain('hushed');
    expect(told('hushed')).toEqual([]);
    expect((await amtool('silence', 'expire', id)).code).toBe(0);
    await eventually(() => expect(told('hushed')).toEqual(['firing']), 10_000);
    expect((await amtool('alert', 'query', 'alertname=hushed')).output).toMatch(/hushed/);
    expect((await amtool('silence', 'query', '--expired')).output).toContain(id);
  }, 40_000);

  it('shows the routes, and an error as what it is', async () => {
    expect((await amtool('config', 'routes', 'show')).output).toContain('receiver: hook');
    const { code, output } = await amtool('silence', 'expire', '00000000-0000-4000-8000-000000000000');
    expect(code).not.toBe(0);
    expect(output).toContain('404');
  });
});

describeWithPrograms(['prometheus'], 'Prometheus of Debian', () => {
  it('uses us as its Alertmanager: an alert of its own reaches the webhook', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'logweir-prometheus-'));
    const rule = '{ alert: AlwaysFires, expr: vector(1), labels: { severity: critical }, annotations: { summary: it does } }';
    writeFileSync(join(folder, 'rules.yml'), `groups: [{ name: g, rules: [${rule}] }]\n`);
    writeFileSync(
      join(folder, 'prometheus.yml'),
      `global: { evaluation_interval: 1s }
rule_files: [rules.yml]
alerting: { alertmanagers: [{ api_version: v2, static_configs: [{ targets: ['${new URL(hub.url).host}'] }] }] }
`,
    );
    const port = await freePort();
    const program = startProgram('prometheus', [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      // It finds us only after its first sends.
      '--rules.alert.resend-delay=1s',
    ]);
    try {
      await eventually(() => expect(told('AlwaysFires')).toEqual(['firing']), 30_000);
    } catch (error) {
      throw new Error(program.output(), { cause: error });
    } finally {
      await program.close();
      rmSync(folder, { recursive: true, force: true });
    }
    const { body } = await get<ApiAlert[]>('/api/v2/alerts?filter=alertname%3D%22AlwaysFires%22');
    expect(body).toMatchObject([{ annotations: { summary: 'it does' }, status: { state: 'active' } }]);
  }, 40_000);
});

describeWithPrograms(['prometheus-alertmanager'], 'Alertmanager of Debian', () => {
  it('gets our alert and keeps it until long after the next repetition', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'logweir-alertmanager-'));
    writeFileSync(join(folder, 'alertmanager.yml'), 'route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n');
    const program = startProgram('prometheus-alertmanager', [
      `--config.file=${join(folder, 'alertmanager.yml')}`,
      `--storage.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${upstreamPort}`,
      '--cluster.listen-address=',
    ]);
    const upstream = `http://127.0.0.1:${upstreamPort}/api/v2/alerts`;
    const theirs = async () => (await (await fetch(upstream)).json()) as ApiAlert[];
    try {
      await eventually(async () => expect(await theirs()).toEqual([]), 15_000);
      await hub.send({ level: 'error', service: 'checkout', msg: 'it is broken' });
      await eventually(
        async () => expect(await theirs()).toMatchObject([{ labels: { alertname: 'broken', severity: 'critical' } }]),
        15_000,
      );
      const [alert] = await theirs();
      expect(Date.parse(alert?.endsAt ?? '')).toBeGreaterThan(Date.now() + 4 * 3_600_000);
      await eventually(() => expect(told('broken')).toEqual(['firing']), 5_000);
      writeFileSync(join(hub.folder, 'rules', 'a.yml'), 'rules: []\n');
      await eventually(async () => expect(await theirs()).toEqual([]), 15_000);
    } finally {
      await program.close();
      rmSync(folder, { recursive: true, force: true });
    }
  }, 60_000);
});

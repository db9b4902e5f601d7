import type { AlertAnswer, PastAlertAnswer } from '#apps/api/src/alerting/alert-board';
import type { NotificationsAnswer } from '#apps/api/src/alerting/notifications.service';
import type { ReceiverAnswer } from '#apps/api/src/alerting/receivers.service';
import type { ExplainAnswer, RuleAnswer } from '#apps/api/src/alerting/rule-answer';
import type { PreviewAnswer } from '#apps/api/src/alerting/rule-preview';
import type { ErrorAnswer } from '#apps/api/src/errors';
import type { GettableSilence } from '#libs/alerts';
import { startAlertHub, type AlertHub } from '../support/alert-hub.js';
import { call, startFixture } from '../support/api-fixture.js';
import { Collector } from '../support/collector.js';
import { eventually } from '../support/eventually.js';

const RULES = `
rules:
  - name: of-the-file
    where: 'message: "disk full"'
    count: { over: 1m, at_least: 2 }
    severity: critical
    labels: { team: storage }
`;
const COUNT = { name: 'many-timeouts', where: 'message:timeout', count: { over: '10m', at_least: 3 }, severity: 'critical' };

interface Listed<Item> {
  readonly items: readonly Item[];
}

let hub: AlertHub;
let collector: Collector;
const get = <Body>(path: string) => hub.ask<Body>('GET', path);
const put = <Body = ErrorAnswer>(path: string, body: unknown) => hub.ask<Body>('PUT', path, body);
const post = <Body = ErrorAnswer>(path: string, body?: unknown) => hub.ask<Body>('POST', path, body);
const remove = (path: string) => hub.ask<ErrorAnswer>('DELETE', path);
const bodies = () =>
  collector.accepted.map(({ body }) => JSON.parse(body) as { status: string; alerts: { labels: Record<string, string> }[] });
const told = (name: string) =>
  bodies()
    .filter(({ alerts }) => alerts.some(({ labels }) => labels['alertname'] === name))
    .map(({ status }) => status);

beforeAll(async () => {
  collector = await new Collector().open();
  hub = await startAlertHub({ rules: RULES });
}, 90_000);
afterAll(async () => {
  await hub.close();
  await collector.close();
});

describe('receivers over REST', () => {
  it('are made, shown without their secrets, and changed only by who knows the version', async () => {
    const made = await put<ReceiverAnswer>('/api/v1/receivers/default', { webhook: { url: collector.url, githubSecret: 'hush-hush' } });
    expect(made).toMatchObject({ status: 200, body: { name: 'default', origin: 'rest', version: 1, switchedOff: false, problems: [] } });
    expect(JSON.stringify(made.body)).not.toMatch(/hush|:\d+\/hook/);
    expect(await put('/api/v1/receivers/default?version=7', { webhook: { url: collector.url } })).toMatchObject({
      status: 409,
      body: { error: { code: 'version_conflict' } },
    });
    const { body } = await get<Listed<ReceiverAnswer>>('/api/v1/receivers');
    expect(body.items.map(({ name }) => name)).toEqual(['default']);
  });

  it('say everything that is wrong with their settings', async () => {
    const { status, body } = await put('/api/v1/receivers/bad', { sendResolved: 'no', webhook: { url: 'ftp://x', secret: 1 } });
    expect(status).toBe(400);
    expect(body.error.code).toBe('receiver_invalid');
    expect(body.error.problems?.map(({ field }) => field)).toEqual(expect.arrayContaining(['sendResolved', 'webhook.url']));
  });

  it('are tried out with a notice that says what it is', async () => {
    const answer = await post<{ status: number; latency_ms: number }>('/api/v1/receivers/default/test');
    expect(answer).toMatchObject({ status: 200, body: { status: 200 } });
    expect(told('LogweirTest')).toEqual(['firing']);
  });

  it('say why a test did not come through, with 502', async () => {
    await put('/api/v1/receivers/closed', { webhook: { url: 'http://127.0.0.1:9/hook' } });
    expect(await post('/api/v1/receivers/closed/test')).toMatchObject({ status: 502, body: { error: { code: 'receiver_failed' } } });
    expect((await remove('/api/v1/receivers/closed')).status).toBe(204);
    expect(await remove('/api/v1/receivers/closed')).toMatchObject({ status: 404, body: { error: { code: 'receiver_not_found' } } });
    expect(await post('/api/v1/receivers/closed/test')).toMatchObject({ status: 404 });
  });
});

describe('rules over REST', () => {
  it('show those of files, which are changed there only', async () => {
    const { body } = await get<Listed<RuleAnswer>>('/api/v1/rules');
    expect(body.items).toMatchObject([{ name: 'of-the-file', enabled: true, origin: { kind: 'file', line: 3 }, state: { firing: 0 } }]);
    for (const answer of [await put('/api/v1/rules/of-the-file', COUNT), await remove('/api/v1/rules/of-the-file')]) {
      expect(answer).toMatchObject({ status: 409, body: { error: { code: 'rule_read_only' } } });
      expect(answer.body.error.message).toMatch(/a\.yml, line 3$/);
    }
  });

  it('are made, read, changed by version and removed', async () => {
    const { body: made, status } = await post<RuleAnswer>('/api/v1/rules', { ...COUNT, name: 'short-lived' });
    expect([status, made.version, made.origin]).toEqual([201, 1, { kind: 'rest' }]);
    expect(await post('/api/v1/rules', { ...COUNT, name: 'short-lived' })).toMatchObject({
      status: 409,
      body: { error: { code: 'rule_exists' } },
    });
    const changed = { ...COUNT, name: 'short-lived', enabled: false };
    const { body: after } = await put<RuleAnswer>('/api/v1/rules/short-lived?version=1', changed);
    expect([after.version, after.enabled]).toEqual([2, false]);
    expect(await put('/api/v1/rules/short-lived?version=1', changed)).toMatchObject({
      status: 409,
      body: { error: { code: 'version_conflict' } },
    });
    expect(await get<RuleAnswer>('/api/v1/rules/short-lived')).toMatchObject({ status: 200, body: { source: changed } });
    expect((await remove('/api/v1/rules/short-lived?version=2')).status).toBe(204);
    expect(await get('/api/v1/rules/short-lived')).toMatchObject({ status: 404, body: { error: { code: 'rule_not_found' } } });
  });

  it('say everything that is wrong, each with its field', async () => {
    const { status, body } = await post('/api/v1/rules', { name: 'Bad Name', count: { over: '1 fortnight', at_least: 1 }, severety: 'x' });
    expect(status).toBe(400);
    expect(body.error.problems?.map(({ field }) => field).sort()).toEqual(['count.over', 'name', 'severety']);
    expect((await post('/api/v1/rules', { ...COUNT, where: 'a and )' })).body.error.problems).toMatchObject([
      { field: 'where', position: 6 },
    ]);
    expect(await put('/api/v1/rules/other', COUNT)).toMatchObject({ status: 400, body: { error: { code: 'rule_invalid' } } });
    expect(await post('/api/v1/rules', [])).toMatchObject({ status: 400, body: { error: { code: 'rule_invalid' } } });
  });
});

describe('an alert over REST', () => {
  let fingerprint = '';

  it('fires, is listed with its receiver, its rule counts it, and the webhook has it', async () => {
    await post('/api/v1/rules', COUNT);
    await eventually(async () => expect((await get<ExplainAnswer>('/api/v1/rules/many-timeouts/explain')).body.state).not.toBe('waiting'));
    await hub.send(...[1, 2, 3].map((n) => ({ level: 'warn', service: 'api', msg: `timeout ${n}` })));
    await eventually(() => expect(told('many-timeouts')).toEqual(['firing']), 10_000);
    const { body } = await get<Listed<AlertAnswer>>('/api/v1/alerts?filter=alertname%3D%22many-timeouts%22');
    expect(body.items).toMatchObject([
      { status: { state: 'active' }, receivers: [{ name: 'default' }], occurrence: false, external: false, values: { value: 3 } },
    ]);
    fingerprint = body.items[0]?.fingerprint ?? '';
    expect((await get<RuleAnswer>('/api/v1/rules/many-timeouts')).body.state).toMatchObject({ matches: 3, firing: 1 });
  });

  it('is filtered by matchers, state and receiver', async () => {
    const count = async (query: string) => (await get<Listed<AlertAnswer>>(`/api/v1/alerts?${query}`)).body.items.length;
    expect(await count('receiver=def.*')).toBe(1);
    expect(await count('receiver=other')).toBe(0);
    expect(await count('active=false')).toBe(0);
    expect(await count('filter=severity%3D%22info%22')).toBe(0);
    expect(await get('/api/v1/alerts?filter=a')).toMatchObject({ status: 400, body: { error: { code: 'matcher_invalid' } } });
    expect(await get('/api/v1/alerts?aktive=true')).toMatchObject({ status: 400, body: { error: { code: 'parameter_unknown' } } });
  });

  it('is explained by what was counted', async () => {
    const { body } = await get<ExplainAnswer>('/api/v1/rules/many-timeouts/explain');
    expect(body).toMatchObject({
      state: 'firing',
      matches: 3,
      totalGroups: 1,
      groups: [{ matches: 3, value: 3, threshold: 3, state: 'firing' }],
    });
    const silent = await get<ExplainAnswer>('/api/v1/rules/of-the-file/explain');
    expect(silent.body).toMatchObject({ matches: 0, totalGroups: 0 });
    expect(silent.body.why).not.toBe('');
  });

  it('is acknowledged by somebody, and not any more', async () => {
    const path = `/api/v1/alerts/${fingerprint}/acknowledge`;
    expect(await post<object>(path, { by: 'ann', comment: 'on it' })).toMatchObject({ status: 202, body: { accepted: true } });
    const now = async () => (await get<Listed<AlertAnswer>>('/api/v1/alerts')).body.items[0];
    await eventually(async () =>
      expect(await now()).toMatchObject({ acknowledged: { by: 'ann', comment: 'on it' }, status: { silencedBy: [`ack-${fingerprint}`] } }),
    );
    expect((await remove(path)).status).toBe(202);
    await eventually(async () => expect((await now())?.acknowledged).toBeUndefined());
    expect(await post('/api/v1/alerts/0123456789abcdef/acknowledge', { by: 'ann' })).toMatchObject({
      status: 404,
      body: { error: { code: 'alert_not_found' } },
    });
    expect(await post(path, {})).toMatchObject({ status: 400, body: { error: { code: 'parameter_invalid' } } });
  });

  it('is silenced, and the silence is listed, changed and ended', async () => {
    const endsAt = new Date(Date.now() + 3_600_000).toISOString();
    const request = {
      matchers: [{ name: 'alertname', value: 'many-timeouts', isRegex: false }],
      startsAt: new Date().toISOString(),
      endsAt,
      createdBy: 'ann',
      comment: 'known',
    };
    const { status, body: made } = await post<GettableSilence>('/api/v1/silences', request);
    expect([status, made.status.state, made.endsAt]).toEqual([201, 'active', endsAt]);
    const { body: alerts } = await get<Listed<AlertAnswer>>('/api/v1/alerts');
    expect(alerts.items[0]?.status).toMatchObject({ state: 'suppressed', silencedBy: [made.id] });
    expect((await get<Listed<AlertAnswer>>('/api/v1/alerts?silenced=false')).body.items).toEqual([]);
    expect(await get(`/api/v1/silences/${made.id}`)).toMatchObject({ status: 200, body: { comment: 'known' } });
    expect((await remove(`/api/v1/silences/${made.id}`)).status).toBe(204);
    const { body } = await get<Listed<GettableSilence>>('/api/v1/silences');
    expect(body.items).toMatchObject([{ id: made.id, status: { state: 'expired' } }]);
    expect(await post('/api/v1/silences', {})).toMatchObject({ status: 400, body: { error: { code: 'silence_invalid' } } });
    expect(await get('/api/v1/silences/none')).toMatchObject({ status: 404, body: { error: { code: 'silence_not_found' } } });
  });

  it('ends with its rule and stands in the history; so does every notification', async () => {
    await remove('/api/v1/rules/many-timeouts');
    await eventually(
      async () => expect((await get<Listed<PastAlertAnswer>>('/api/v1/alerts/history')).body.items).toMatchObject([{ fingerprint }]),
      10_000,
    );
    expect((await get<Listed<PastAlertAnswer>>('/api/v1/alerts/history?filter=a%3D%22b%22')).body.items).toEqual([]);
    await eventually(async () => {
      const { body } = await get<NotificationsAnswer>('/api/v1/notifications?receiver=default');
      expect(body.history[0]).toMatchObject({ receiver: 'default', status: 'firing', alerts: 1, result: 'delivered', attempts: 1 });
    }, 10_000);
    expect((await get<NotificationsAnswer>('/api/v1/notifications?receiver=nobody')).body).toEqual({
      pending: [],
      pendingTotal: 0,
      history: [],
    });
  });
});

describe('an endpoint that says it is gone', () => {
  it('is switched off, says so, and is on again when a test reaches it', async () => {
    const off = async () => (await get<ReceiverAnswer>('/api/v1/receivers/default')).body.switchedOff;
    collector.answer = () => 410;
    await post('/api/v2/alerts', [{ labels: { alertname: 'into the void', severity: 'critical' } }]);
    await eventually(async () => expect(await off()).toBe(true));
    collector.answer = () => 200;
    expect((await post('/api/v1/receivers/default/test')).status).toBe(200);
    expect(await off()).toBe(false);
    await eventually(async () => {
      const { body } = await get<NotificationsAnswer>('/api/v1/notifications?limit=1');
      expect(body.history).toMatchObject([{ receiver: 'default', result: 'switched_off' }]);
    });
  });
});

describe('a preview', () => {
  it('says what a rule would have told of the records that are stored', async () => {
    const preview = { rule: { ...COUNT, group_by: ['service'] }, from: 'now-10m' };
    await eventually(async () => {
      const { status, body } = await post<PreviewAnswer>('/api/v1/rules/preview', preview);
      expect(status).toBe(200);
      expect(body).toMatchObject({ records: 3, partial: false, warnings: [] });
      expect(body.transitions).toMatchObject([{ kind: 'firing', value: 3, group: { 'service.name': 'api' }, samples: [{}, {}, {}] }]);
    });
    expect(await post('/api/v1/rules/preview', { rule: COUNT, from: 'now-2d' })).toMatchObject({ status: 400 });
    expect(await post('/api/v1/rules/preview', { rule: {} })).toMatchObject({ status: 400, body: { error: { code: 'rule_invalid' } } });
  });
});

describe('without rules and alerts', () => {
  it.each([
    ['GET', '/api/v1/rules'],
    ['GET', '/api/v1/alerts'],
    ['GET', '/api/v1/silences'],
    ['GET', '/api/v1/receivers'],
    ['GET', '/api/v1/notifications'],
    ['DELETE', '/api/v1/rules/x'],
  ])('%s %s says where they are', async (method, path) => {
    const { api } = await startFixture();
    const answer = await call<ErrorAnswer>(api, path, { method });
    await api.close();
    expect([answer.status, answer.body.error.code]).toEqual([503, 'alerting_elsewhere']);
    expect(answer.body.error.hint).toContain('LOGWEIR_REDIS_URL');
  });
});

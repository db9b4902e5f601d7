import type { RuleAnswer } from '#apps/api/src/alerting/rule-answer';
import type { ErrorAnswer } from '#apps/api/src/errors';
import { loadSettings } from '#libs/config';
import { Alerting, Endpoints } from '#libs/service';
import { JsonLogger, Readiness } from '#libs/telemetry';
import { call, post, startFixture, type ApiFixture } from '../support/api-fixture.js';
import { eventually } from '../support/eventually.js';
import { describeWithRedis, startRedis, type RedisServer } from '../support/redis.js';

const RULE = { name: 'shared', where: 'message:timeout', count: { over: '1m', at_least: 3 } };

interface Node extends ApiFixture {
  close(): Promise<void>;
}

/** The API of a process that shares alerts with others over Redis. */
async function startNode(url: string): Promise<Node> {
  const settings = loadSettings({ env: { LOGWEIR_REDIS_URL: url }, readFile: () => undefined });
  const log = new JsonLogger({ level: 'error', write: () => undefined, now: Date.now });
  const alerting = await Alerting.open({ settings, env: {}, log, readiness: new Readiness(), now: Date.now });
  const endpoints = new Endpoints({ ...settings.alerts, routing: alerting.routing, env: {}, now: Date.now });
  const fixture = await startFixture({ alerting, endpoints, now: Date.now });
  return {
    ...fixture,
    close: async () => {
      await fixture.api.close();
      await endpoints.close();
      await alerting.close();
    },
  };
}

describeWithRedis('the API of two processes over one Redis', () => {
  let redis: RedisServer;
  let nodes: Node[];
  const get = <Body = ErrorAnswer>(node: number, path: string) => call<Body>((nodes[node] as Node).api, path);

  beforeAll(async () => {
    redis = await startRedis({ appendfsync: 'everysec' });
    nodes = [await startNode(redis.url), await startNode(redis.url)];
  });
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.close()));
    await redis.close();
  });

  it('shows at one what was made at the other', async () => {
    const [first] = nodes;
    expect((await post((first as Node).api, '/api/v1/rules', RULE)).status).toBe(201);
    await eventually(async () =>
      expect(await get<RuleAnswer>(1, '/api/v1/rules/shared')).toMatchObject({ status: 200, body: { version: 1 } }),
    );
    const silence = {
      matchers: [{ name: 'a', value: 'b', isRegex: false }],
      startsAt: new Date().toISOString(),
      endsAt: new Date(Date.now() + 60_000).toISOString(),
      createdBy: 'ann',
      comment: '',
    };
    const { body } = await post<{ silenceID: string }>((first as Node).api, '/api/v2/silences', silence);
    await eventually(async () => expect((await get(1, `/api/v2/silence/${body.silenceID}`)).status).toBe(200));
  });

  it('says that the state of alerts cannot be reached while Redis is away, and goes on when it is back', async () => {
    await redis.stop();
    const away = await get(0, '/api/v1/alerts');
    expect(away).toMatchObject({ status: 503, body: { error: { code: 'alerting_unavailable' } } });
    expect(away.headers['retry-after']).toBe('1');
    expect(await post((nodes[0] as Node).api, '/api/v1/rules', { ...RULE, name: 'other' })).toMatchObject({ status: 503 });
    expect(await post((nodes[0] as Node).api, '/api/v2/alerts', [{ labels: { a: 'b' } }])).toMatchObject({ status: 503 });
    await redis.restart();
    await eventually(async () => expect((await get(0, '/api/v1/rules')).status).toBe(200));
  }, 60_000);
});

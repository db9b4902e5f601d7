import { rm } from 'node:fs/promises';
import type { ErrorAnswer } from '#apps/api/src/errors';
import type { SavedSearch } from '#apps/api/src/saved-searches/saved-searches.service';
import { loadSettings } from '#libs/config';
import { Alerting } from '#libs/service';
import { JsonLogger, Readiness } from '#libs/telemetry';
import { type ApiFixture, call, NOW_MS, startFixture } from '../support/api-fixture.js';
import { temporaryFolder } from '../support/hub.js';
import { describeWithRedis, startRedis, type RedisServer } from '../support/redis.js';

const PATH = '/api/v1/saved-searches';
const ERRORS = { name: 'Errors', q: 'level:error', filter: ['service:web'], from: 'now-1h', columns: ['level', 'message'] };

interface Node extends ApiFixture {
  ask<Body = ErrorAnswer>(method: string, path?: string, body?: unknown): ReturnType<typeof call<Body>>;
  close(): Promise<void>;
}

async function startNode(env: Record<string, string>): Promise<Node> {
  const settings = loadSettings({ env, readFile: () => undefined });
  const log = new JsonLogger({ level: 'error', write: () => undefined, now: Date.now });
  const alerting = await Alerting.open({ settings, env: {}, log, readiness: new Readiness(), now: Date.now });
  const fixture = await startFixture({ alerting });
  return {
    ...fixture,
    ask: (method, path = '', body?) =>
      call(fixture.api, `${PATH}${path}`, {
        method,
        headers: { host: `127.0.0.1:${fixture.api.port}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    close: async () => {
      await fixture.api.close();
      await alerting.close();
    },
  };
}

/** What holds wherever they are kept; `open` opens again what was closed. */
function keepsSearches(open: () => Promise<Node>): void {
  let node: Node;
  const all = async () => (await node.ask<{ items: SavedSearch[] }>('GET')).body.items;
  beforeEach(async () => {
    node = await open();
    for (const { id } of await all()) await node.ask('DELETE', `/${id}`);
  });
  afterEach(() => node.close());

  it('makes, changes and removes them, and has them after a restart', async () => {
    const made = await node.ask<SavedSearch>('POST', '', ERRORS);
    const at = new Date(NOW_MS).toISOString();
    expect(made).toMatchObject({ status: 201, body: { ...ERRORS, created: at, updated: at } });
    const { id, version } = made.body;
    const changed = await node.ask<SavedSearch>('PUT', `/${id}?version=${version}`, { ...ERRORS, name: 'All errors', from: undefined });
    expect(changed.body).toMatchObject({ id, name: 'All errors', version: version + 1 });
    expect(changed.body).not.toHaveProperty('from');
    await node.close();
    node = await open();
    expect(await all()).toEqual([changed.body]);
    expect((await node.ask<SavedSearch>('GET', `/${id}`)).body).toEqual(changed.body);
    expect((await node.ask('DELETE', `/${id}`)).status).toBe(204);
    expect(await node.ask('GET', `/${id}`)).toMatchObject({ status: 404, body: { error: { code: 'saved_search_not_found' } } });
  });

  it('refuses a change of what somebody else changed', async () => {
    const { id, version } = (await node.ask<SavedSearch>('POST', '', ERRORS)).body;
    expect((await node.ask('PUT', `/${id}?version=${version}`, ERRORS)).status).toBe(200);
    const conflict = { status: 409, body: { error: { code: 'version_conflict' } } };
    expect(await node.ask('PUT', `/${id}?version=${version}`, ERRORS)).toMatchObject(conflict);
    expect(await node.ask('DELETE', `/${id}?version=${version}`)).toMatchObject(conflict);
  });
}

describe('saved searches in files', () => {
  const folder = temporaryFolder();
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const open = () => startNode({ LOGWEIR_DATA_DIR: folder });
  keepsSearches(open);

  describe('what cannot be saved', () => {
    let node: Node;
    beforeAll(async () => {
      node = await open();
    });
    afterAll(() => node.close());

    it.each([
      ['without a name', { ...ERRORS, name: '  ' }, 'parameter_invalid'],
      ['with an unknown word', { ...ERRORS, nmae: 'x' }, 'parameter_unknown'],
      ['with a wrong query', { ...ERRORS, q: 'level=error' }, 'query_syntax'],
      ['with a wrong filter', { ...ERRORS, filter: ['nothing'] }, 'parameter_invalid'],
      ['with a wrong time', { ...ERRORS, from: 'yesterday' }, 'parameter_invalid'],
      ['over the limit', { ...ERRORS, columns: Array.from({ length: 100 }, () => 'x'.repeat(200)) }, 'saved_search_limit'],
    ])('is one %s', async (_, body, code) => {
      expect(await node.ask('POST', '', body)).toMatchObject({ status: 400, body: { error: { code } } });
    });

    it('is told that there is none of that id', async () => {
      for (const id of ['x', '..%2F..%2Fa', '00000000-0000-0000-0000-000000000000'])
        expect(await node.ask('PUT', `/${id}`, ERRORS)).toMatchObject({ status: 404, body: { error: { code: 'saved_search_not_found' } } });
    });

    it('is the one more than there may be, also when many come at once', async () => {
      const { items } = (await node.ask<{ items: SavedSearch[] }>('GET')).body;
      const statuses: number[] = [];
      const each = async (from: number): Promise<void> => {
        for (let at = from; at < 502 - items.length; at += 4) statuses.push((await node.ask('POST', '', ERRORS)).status);
      };
      await Promise.all([0, 1, 2, 3].map(each));
      expect(statuses.filter((status) => status === 201)).toHaveLength(500 - items.length);
      expect(statuses.filter((status) => status === 409)).toHaveLength(2);
    }, 60_000);
  });
});

describeWithRedis('saved searches in a Redis', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis({ appendfsync: 'always' });
  });
  afterAll(() => redis.close());
  const open = () => startNode({ LOGWEIR_REDIS_URL: redis.url });
  keepsSearches(open);

  it('are the same in every process, and away with the Redis', async () => {
    const [one, other] = [await open(), await open()];
    const { body } = await one.ask<SavedSearch>('POST', '', ERRORS);
    expect((await other.ask<SavedSearch>('GET', `/${body.id}`)).body).toEqual(body);
    await redis.stop();
    expect(await one.ask('GET')).toMatchObject({ status: 503, body: { error: { code: 'saved_searches_unavailable' } } });
    await redis.restart();
    await Promise.all([one.close(), other.close()]);
  });
});

it('says so where there is no place for saved searches', async () => {
  const { api } = await startFixture();
  expect(await call(api, PATH)).toMatchObject({ status: 503, body: { error: { code: 'saved_searches_elsewhere' } } });
  await api.close();
});

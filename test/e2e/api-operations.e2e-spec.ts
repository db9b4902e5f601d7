import { once } from 'node:events';
import { request } from 'node:http';
import type { DeadLetter, DeadLetterDesk, DeadLetterPage } from '#apps/api/src/dead-letters/dead-letter-desk';
import type { ReplayAnswer } from '#apps/api/src/dead-letters/dead-letters.service';
import type { ErrorAnswer } from '#apps/api/src/errors';
import type { LogReader, SearchResult } from '#libs/store';
import { StoreError } from '#libs/store';
import { call, NOW_NS, post, startFixture, type ApiFixture } from '../support/api-fixture.js';
import { MemoryStore } from '../support/memory-store.js';

let fixture: ApiFixture;
const get = <Body>(path: string) => call<Body>(fixture.api, path);
const nothing: SearchResult = { hits: [], total: { value: 0, exact: true }, partial: false, warnings: [] };

/** A store whose searches do what the test says. */
function reader(search: LogReader['search']): LogReader {
  return Object.assign(new MemoryStore(() => NOW_NS), { search });
}

afterEach(() => fixture.api.close());

describe('health, metrics and documents', () => {
  beforeEach(async () => {
    fixture = await startFixture();
  });

  it('is alive as long as it answers', async () => {
    expect(await get('/healthz')).toMatchObject({ status: 200, body: { status: 'ok' } });
  });

  it('is ready when all parts are, and says which is not', async () => {
    expect(await get('/readyz')).toMatchObject({ status: 200, body: { ready: true } });
    fixture.readiness.add('store', () => ({ ok: false, reason: 'no connection' }));
    expect(await get('/readyz')).toMatchObject({
      status: 503,
      body: { ready: false, parts: { store: { ok: false, reason: 'no connection' } } },
    });
  });

  it('shows its metrics', async () => {
    const { headers, body } = await get<string>('/metrics');
    expect(headers['content-type']).toContain('text/plain');
    expect(body).toContain('# TYPE logweir_search_seconds histogram');
  });

  it('describes every route and parameter in OpenAPI', async () => {
    const { body } = await get<{ openapi: string; paths: Record<string, Record<string, { parameters?: { name: string }[] }>> }>(
      '/docs-json',
    );
    expect(body.openapi).toBe('3.1.0');
    expect(Object.keys(body.paths).sort()).toEqual([
      '/api/v1/alerts',
      '/api/v1/alerts/history',
      '/api/v1/alerts/{fingerprint}/acknowledge',
      '/api/v1/audit',
      '/api/v1/containers',
      '/api/v1/containers/{container}/logs',
      '/api/v1/dead-letters',
      '/api/v1/dead-letters/replay',
      '/api/v1/dead-letters/{id}',
      '/api/v1/dead-letters/{id}/replay',
      '/api/v1/fields',
      '/api/v1/fields/{name}/values',
      '/api/v1/filters/test',
      '/api/v1/logs',
      '/api/v1/logs/delete',
      '/api/v1/logs/delete/{id}',
      '/api/v1/logs/export',
      '/api/v1/logs/facets',
      '/api/v1/logs/histogram',
      '/api/v1/logs/tail',
      '/api/v1/logs/{id}',
      '/api/v1/logs/{id}/context',
      '/api/v1/notifications',
      '/api/v1/patterns',
      '/api/v1/query/validate',
      '/api/v1/receivers',
      '/api/v1/receivers/{name}',
      '/api/v1/receivers/{name}/test',
      '/api/v1/rules',
      '/api/v1/rules/preview',
      '/api/v1/rules/{name}',
      '/api/v1/rules/{name}/explain',
      '/api/v1/saved-searches',
      '/api/v1/saved-searches/{id}',
      '/api/v1/silences',
      '/api/v1/silences/{id}',
      '/api/v1/status',
      '/api/v2/alerts',
      '/api/v2/alerts/groups',
      '/api/v2/receivers',
      '/api/v2/silence/{id}',
      '/api/v2/silences',
      '/api/v2/status',
      '/healthz',
      '/metrics',
      '/readyz',
    ]);
    const names = body.paths['/api/v1/logs']?.['get']?.parameters?.map(({ name }) => name);
    expect(names?.sort()).toEqual(['cursor', 'fields', 'filter', 'from', 'limit', 'order', 'q', 'timeout', 'to']);
  });

  it('serves the page around it with all its files from here', async () => {
    const page = await get<string>('/docs');
    expect(page.headers['content-security-policy']).toContain("script-src 'self'");
    for (const [, path = ''] of page.body.matchAll(/(?:src|href)="([^"]+)"/g)) expect((await get(path)).status).toBe(200);
  });
});

describe('a search that does not go well', () => {
  it('ends in the store when the client goes away', async () => {
    let stopped: () => void = () => undefined;
    const aborted = new Promise<void>((resolve) => (stopped = resolve));
    let started: () => void = () => undefined;
    const running = new Promise<void>((resolve) => (started = resolve));
    fixture = await startFixture({
      reader: reader(({ signal }) => {
        started();
        return new Promise((_, reject) => signal?.addEventListener('abort', () => (stopped(), reject(new Error('stopped')))));
      }),
    });
    const outgoing = request({ host: '127.0.0.1', port: fixture.api.port, path: '/api/v1/logs', agent: false });
    outgoing.on('error', () => undefined).end();
    await running;
    outgoing.destroy();
    await aborted;
    expect(fixture.errors).toEqual([]);
  });

  it('is refused with Retry-After while too many others run', async () => {
    const release: (() => void)[] = [];
    fixture = await startFixture({ reader: reader(() => new Promise((resolve) => release.push(() => resolve(nothing)))) });
    const answers = Array.from({ length: 17 }, () => get<ErrorAnswer>('/api/v1/logs'));
    const refused = await Promise.race(answers);
    expect(refused).toMatchObject({ status: 429, headers: { 'retry-after': '1' }, body: { error: { code: 'searches_busy' } } });
    release.forEach((done) => done());
    expect((await Promise.all(answers)).map(({ status }) => status).filter((status) => status === 200)).toHaveLength(16);
  });

  it.each([
    [new StoreError('store_unavailable', 'Elasticsearch does not answer', true), 503, 'store_unavailable', 'Elasticsearch does not answer'],
    [new StoreError('store_timeout', 'a shard took too long', true), 504, 'search_timeout', 'a shard took too long'],
    [new StoreError('store_query', 'the pattern is too large', false), 400, 'query_refused', 'the pattern is too large'],
    [new StoreError('store_internal', 'a shard is broken', false), 502, 'store_failed', 'a shard is broken'],
    [new Error('secret detail'), 500, 'internal', 'something went wrong here; the log of the process says what'],
  ])('tells what the store says: %s', async (error, status, code, message) => {
    fixture = await startFixture({ reader: reader(() => Promise.reject(error)) });
    expect(await get('/api/v1/logs')).toMatchObject({ status, body: { error: { code, message } } });
    expect(fixture.errors).toEqual(status >= 500 ? ['request failed'] : []);
  });

  it('ends when the store lets its time pass', async () => {
    fixture = await startFixture({
      reader: reader(({ signal }) => new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('stopped'))))),
    });
    expect(await get('/api/v1/logs?timeout=1')).toMatchObject({ status: 504, body: { error: { code: 'search_timeout' } } });
  });
});

describe('closing', () => {
  it('lets an answer under way finish', async () => {
    let release: () => void = () => undefined;
    let started: () => void = () => undefined;
    const running = new Promise<void>((resolve) => (started = resolve));
    fixture = await startFixture({ reader: reader(() => new Promise((resolve) => ((release = () => resolve(nothing)), started()))) });
    const answer = get('/api/v1/logs');
    await running;
    const closed = fixture.api.close();
    release();
    expect((await answer).status).toBe(200);
    await closed;
  });

  it('does not wait for clients that only keep their connection', async () => {
    fixture = await startFixture();
    const outgoing = request({ host: '127.0.0.1', port: fixture.api.port, path: '/healthz', headers: { connection: 'keep-alive' } });
    outgoing.end();
    const [response] = await once(outgoing, 'response');
    response.resume();
    await once(response, 'end');
    await fixture.api.close();
  });
});

describe('a taken port', () => {
  it('is one error that names the setting', async () => {
    fixture = await startFixture();
    const settings = { host: '127.0.0.1', port: fixture.api.port, allowedHosts: [] };
    await expect(startFixture({ settings })).rejects.toThrow(
      /^LOGWEIR_API_PORT: cannot listen on 127\.0\.0\.1:\d+: another program listens there already/,
    );
  });
});

describe('dead letters', () => {
  let letters: Map<string, DeadLetter>;
  const replayed: unknown[] = [];
  const desk: DeadLetterDesk = {
    list: async ({ limit, after = '', type }) => {
      const matching = [...letters.values()].filter((letter) => letter.id > after && (type === undefined || letter.type === type));
      const items = matching.slice(0, limit);
      const last = items.at(-1);
      return matching.length > limit && last !== undefined ? { items, next: last.id } : { items };
    },
    get: async (id) => letters.get(id),
    remove: async (id) => letters.delete(id),
    replay: async (id, corrected) => {
      const letter = letters.get(id);
      if (letter?.type === 'hopeless') throw new Error('the journal is full');
      replayed.push(corrected ?? letter?.record);
      return letters.delete(id);
    },
  };

  beforeEach(async () => {
    replayed.length = 0;
    const letter = (id: string, type: string): [string, DeadLetter] => [
      id,
      { id, at: '2026-11-21T12:00:00Z', type, reason: 'because', record: { message: id } },
    ];
    letters = new Map([letter('a', 'one'), letter('b', 'two'), letter('c', 'hopeless'), letter('d', 'one')]);
    fixture = await startFixture({ deadLetters: desk });
  });

  it('are listed page by page', async () => {
    const first = (await get<DeadLetterPage>('/api/v1/dead-letters?limit=3')).body;
    expect(first.items.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    const second = (await get<DeadLetterPage>(`/api/v1/dead-letters?limit=3&cursor=${first.next}`)).body;
    expect(second.items.map(({ id }) => id)).toEqual(['d']);
    expect(second.next).toBeUndefined();
  });

  it('are read and deleted one by one', async () => {
    expect((await get('/api/v1/dead-letters/a')).body).toMatchObject({ id: 'a', reason: 'because' });
    expect((await call(fixture.api, '/api/v1/dead-letters/a', { method: 'DELETE' })).status).toBe(204);
    expect(await get('/api/v1/dead-letters/a')).toMatchObject({ status: 404, body: { error: { code: 'dead_letter_not_found' } } });
    expect((await call(fixture.api, '/api/v1/dead-letters/a', { method: 'DELETE' })).status).toBe(404);
  });

  it('are replayed as they are, or corrected', async () => {
    expect((await post(fixture.api, '/api/v1/dead-letters/a/replay')).body).toEqual({ replayed: 1, failed: [], partial: false });
    expect((await post(fixture.api, '/api/v1/dead-letters/b/replay', { record: { message: 'fixed' } })).status).toBe(200);
    expect(replayed).toEqual([{ message: 'a' }, { message: 'fixed' }]);
    expect((await post(fixture.api, '/api/v1/dead-letters/a/replay')).status).toBe(404);
  });

  it('are replayed all together, or those of one type; one that cannot go holds up no other', async () => {
    expect((await post<ReplayAnswer>(fixture.api, '/api/v1/dead-letters/replay', { type: 'one' })).body).toEqual({
      replayed: 2,
      failed: [],
      partial: false,
    });
    const { body } = await post<ReplayAnswer>(fixture.api, '/api/v1/dead-letters/replay');
    expect(body).toEqual({ replayed: 1, failed: [{ id: 'c', reason: 'the journal is full' }], partial: false });
    expect([...letters.keys()]).toEqual(['c']);
  });

  it('are elsewhere when this process does not ingest', async () => {
    await fixture.api.close();
    fixture = await startFixture();
    expect(await get('/api/v1/dead-letters')).toMatchObject({ status: 404, body: { error: { code: 'dead_letters_elsewhere' } } });
  });
});

import fc from 'fast-check';
import type { LogHistogramAnswer } from '#apps/api/src/logs/log-histogram';
import type { LogPage } from '#apps/api/src/logs/log-search';
import type { ErrorAnswer } from '#apps/api/src/errors';
import { addRecord, call, MINUTE_NS, NOW_NS, post, startFixture, type ApiFixture } from '../support/api-fixture.js';

let fixture: ApiFixture;
const get = <Body = LogPage>(path: string) => call<Body>(fixture.api, path);
const messages = (page: LogPage) => page.items.map((item) => item['message']);

beforeEach(async () => {
  fixture = await startFixture();
});
afterEach(() => fixture.api.close());

describe('GET /api/v1/logs', () => {
  beforeEach(() => {
    addRecord(fixture.store, NOW_NS - 20n * MINUTE_NS, 1, { log: { level: 'error' } });
    addRecord(fixture.store, NOW_NS - 5n * MINUTE_NS, 2, {
      log: { level: 'error' },
      service: { name: 'pay' },
      attributes: { 'user.id': '7' },
    });
    addRecord(fixture.store, NOW_NS - 1n, 3, { log: { level: 'info' }, service: { name: 'pay' } });
  });

  it('answers the last 15 minutes, newest first, as stored records with their public id', async () => {
    const { status, body } = await get('/api/v1/logs');
    expect(status).toBe(200);
    expect(body).toEqual({
      items: [
        expect.objectContaining({ id: `${NOW_NS - 1n}-3-n-1`, '@timestamp': '2026-11-21T11:59:59.999999999Z', log: { level: 'info' } }),
        expect.objectContaining({ id: `${NOW_NS - 5n * MINUTE_NS}-2-n-1`, attributes: { 'user.id': '7' } }),
      ],
      total: { value: 2, exact: true },
      took_ms: 0,
      partial: false,
      warnings: [],
    });
  });

  it.each([
    ['?from=now-1h', ['line 3', 'line 2', 'line 1']],
    ['?from=now-1h&order=asc', ['line 1', 'line 2', 'line 3']],
    ['?from=now-1h&q=level:error', ['line 2', 'line 1']],
    ['?from=now-1h&filter=level:error&filter=service:pay', ['line 2']],
    ['?from=now-1h&q=level:info%20or%20level:error&filter=service:pay', ['line 3', 'line 2']],
    [`?from=${NOW_NS - 5n * MINUTE_NS}&to=${NOW_NS - 1n}`, ['line 2']],
    ['?from=2026-11-21T11:40:00Z&to=2026-11-21T11:50:00Z', ['line 1']],
    ['?from=now-1h&filter=service:nobody', []],
  ])('finds by %s', async (query, expected) => {
    expect(messages((await get(`/api/v1/logs${query}`)).body)).toEqual(expected);
  });

  it.each(['asc', 'desc'])('leads on and back where a page does not fit into one answer, %s', async (order) => {
    fixture.store.fitting = 1;
    const first = (await get(`/api/v1/logs?from=now-1h&order=${order}`)).body;
    const second = (await get(`/api/v1/logs?cursor=${first.next}`)).body;
    const third = (await get(`/api/v1/logs?cursor=${second.next}`)).body;
    const expected = ['line 1', 'line 2', 'line 3'];
    expect([first, second, third].flatMap(messages)).toEqual(order === 'asc' ? expected : expected.reverse());
    expect([third.next, third.partial]).toEqual([undefined, false]);
    expect(messages((await get(`/api/v1/logs?cursor=${third.prev}`)).body)).toEqual(messages(second));
  });

  it('answers the same by POST with a JSON body', async () => {
    const { status, body } = await post<LogPage>(fixture.api, '/api/v1/logs', {
      from: 'now-1h',
      filter: ['level:error'],
      limit: 1,
      fields: ['level'],
    });
    expect(status).toBe(200);
    expect(body.items).toEqual([{ id: expect.any(String), '@timestamp': expect.any(String), log: { level: 'error' } }]);
  });

  it('returns only the fields that were asked for', async () => {
    const { body } = await get('/api/v1/logs?limit=1&fields=service,message');
    expect(Object.keys(body.items[0] ?? {}).sort()).toEqual(['@timestamp', 'id', 'message', 'service']);
  });

  it('gives one record by its id', async () => {
    const id = `${NOW_NS - 1n}-3-n-1`;
    expect((await get(`/api/v1/logs/${id}`)).body).toMatchObject({ id, message: 'line 3' });
    expect(await get(`/api/v1/logs/1-2-n`)).toMatchObject({ status: 404, body: { error: { code: 'record_not_found' } } });
  });
});

describe('paging', () => {
  it('returns every record exactly once, by any limit and order, also with equal timestamps', async () => {
    for (let sequence = 1; sequence <= 40; sequence++) addRecord(fixture.store, NOW_NS - MINUTE_NS - BigInt(sequence % 3), sequence);
    const all = messages((await get('/api/v1/logs?limit=1000')).body);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 45 }), fc.constantFrom('asc', 'desc'), async (limit, order) => {
        const seen = await readAll(`/api/v1/logs?limit=${limit}&order=${order}`);
        expect(seen).toEqual(order === 'desc' ? all : all.toReversed());
      }),
      { numRuns: 20 },
    );
  });

  it('leads back over the same pages', async () => {
    for (let sequence = 1; sequence <= 7; sequence++) addRecord(fixture.store, NOW_NS - MINUTE_NS, sequence);
    const first = (await get('/api/v1/logs?limit=3')).body;
    const second = (await get(`/api/v1/logs?limit=3&cursor=${first.next}`)).body;
    const third = (await get(`/api/v1/logs?limit=3&cursor=${second.next}`)).body;
    expect([first.prev, third.next]).toEqual([undefined, undefined]);
    const back = (await get(`/api/v1/logs?limit=3&cursor=${third.prev}`)).body;
    expect(messages(back)).toEqual(messages(second));
    const start = (await get(`/api/v1/logs?limit=3&cursor=${back.prev}`)).body;
    expect(messages(start)).toEqual(messages(first));
    expect(start.prev).toBeUndefined();
  });

  it('keeps relative times where they were on the first page', async () => {
    let nowNs = NOW_NS;
    const moving = await startFixture({ now: () => Number(nowNs / 1_000_000n) });
    addRecord(moving.store, NOW_NS - 14n * MINUTE_NS, 1);
    addRecord(moving.store, NOW_NS - MINUTE_NS, 2);
    const first = (await call<LogPage>(moving.api, '/api/v1/logs?from=now-15m&limit=1')).body;
    nowNs += 10n * MINUTE_NS;
    const second = (await call<LogPage>(moving.api, `/api/v1/logs?from=now-15m&limit=1&cursor=${first.next}`)).body;
    expect(messages(second)).toEqual(['line 1']);
    await moving.api.close();
  });

  async function readAll(path: string): Promise<unknown[]> {
    const seen: unknown[] = [];
    let page = (await get(path)).body;
    seen.push(...messages(page));
    while (page.next !== undefined) {
      page = (await get(`${path}&cursor=${page.next}`)).body;
      seen.push(...messages(page));
    }
    return seen;
  }
});

describe('GET /api/v1/logs/histogram', () => {
  it('counts by a field in round bars, with zeros between', async () => {
    addRecord(fixture.store, NOW_NS - 3n * MINUTE_NS, 1, { log: { level: 'error' } });
    addRecord(fixture.store, NOW_NS - 3n * MINUTE_NS + 1n, 2, { log: { level: 'info' } });
    addRecord(fixture.store, NOW_NS - MINUTE_NS, 3);
    const { body } = await get<LogHistogramAnswer>('/api/v1/logs/histogram?by=level&buckets=3&from=now-3m&to=now');
    expect(body).toMatchObject({ interval_ms: 60_000, total: 3, partial: false, warnings: [], took_ms: 0 });
    expect(body.buckets.map(({ count, counts }) => [count, counts])).toEqual([
      [2, { '': 0, error: 1, info: 1 }],
      [0, { '': 0, error: 0, info: 0 }],
      [1, { '': 1, error: 0, info: 0 }],
    ]);
  });

  it('answers the same by POST', async () => {
    addRecord(fixture.store, NOW_NS - MINUTE_NS, 1);
    const { body } = await post<LogHistogramAnswer>(fixture.api, '/api/v1/logs/histogram', { q: 'line', buckets: 15 });
    expect(body).toMatchObject({ interval_ms: 60_000, total: 1 });
  });
});

describe('a wrong question', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['limt=5', 'parameter_unknown', 'there is no parameter "limt"; did you mean limit?'],
    ['xyzzy=1', 'parameter_unknown', 'known are q, from, to'],
    ['limit=0', 'parameter_invalid', 'limit must be a whole number from 1 to 1000'],
    ['limit=1001', 'parameter_invalid', 'limit must be a whole number from 1 to 1000'],
    ['limit=many', 'parameter_invalid', 'limit must be a whole number from 1 to 1000'],
    ['order=up', 'parameter_invalid', 'order must be asc or desc'],
    ['q=a&q=b', 'parameter_invalid', 'q must be one query'],
    [`q=${'x'.repeat(9_000)}`, 'parameter_invalid', 'q must have at most 8192 characters'],
    ['from=yesterday', 'parameter_invalid', 'from: "yesterday" is not a time'],
    ['from=now&to=now-1h', 'parameter_invalid', 'from is not before to'],
    ['cursor=abc', 'cursor_invalid', 'this cursor cannot be read'],
    ['filter=level', 'parameter_invalid', 'filter: "level" is not field:value'],
    ['timeout=61000', 'parameter_invalid', 'timeout must be a whole number from 1 to 60000'],
  ];

  it.each(cases)('%s is refused by name', async (query, code, message) => {
    const { status, body } = await get<ErrorAnswer>(`/api/v1/logs?${query}`);
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ code, message: expect.stringContaining(message) });
  });

  it('shows where the query went wrong', async () => {
    const { status, body } = await get<ErrorAnswer>('/api/v1/logs?q=level%3Aerror%20and%20(');
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ code: 'query_syntax', position: expect.any(Number) });
  });

  it('keeps that position when there are filters too', async () => {
    const alone = (await get<ErrorAnswer>('/api/v1/logs?q=a%20and%20)')).body.error;
    expect((await get<ErrorAnswer>('/api/v1/logs?q=a%20and%20)&filter=level:error')).body.error).toEqual(alone);
  });

  it('cannot be made to match more by what a filter contains', async () => {
    addRecord(fixture.store, NOW_NS - MINUTE_NS, 1, { service: { name: 'pay' } });
    const { body } = await get(`/api/v1/logs?filter=${encodeURIComponent('service:x" or service:"pay')}`);
    expect(body.items).toEqual([]);
  });
});

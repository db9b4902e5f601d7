import type { ErrorAnswer } from '#apps/api/src/errors';
import type { PatternsAnswer } from '#apps/api/src/patterns/patterns.service';
import { Patterns } from '#libs/patterns';
import { addRecord, call, MINUTE_NS, NOW_MS, NOW_NS, post, startFixture, type ApiFixture } from '../support/api-fixture.js';

let fixture: ApiFixture;
const get = <Body = PatternsAnswer>(query: string) => call<Body>(fixture.api, `/api/v1/patterns${query}`);
const idOf = (message: string) => new Patterns().idOf(message);

/** Minutes before now, service, level, message. */
const LINES: readonly (readonly [number, string, string, string])[] = [
  [9, 'pay', 'info', 'order 7 paid in 12 ms'],
  [8, 'pay', 'info', 'order 8 paid in 3 ms'],
  [2, 'web', 'error', 'no route to /api/v9'],
  [1, 'pay', 'info', 'order 9 paid in 70 ms'],
];
const id = (minutes: number, sequence: number) => `${NOW_NS - BigInt(minutes) * MINUTE_NS}-${sequence}-n-1`;

beforeEach(async () => {
  fixture = await startFixture();
  for (const [index, [minutes, name, level, message]] of LINES.entries()) {
    const fields = { message, service: { name }, log: { level, pattern: idOf(message) } };
    addRecord(fixture.store, NOW_NS - BigInt(minutes) * MINUTE_NS, index + 1, fields);
  }
  addRecord(fixture.store, NOW_NS - 3n * MINUTE_NS, 9, { message: 'of before' });
});
afterEach(() => fixture.api.close());

describe('GET /api/v1/patterns', () => {
  it('lists patterns with their templates, counts, shares, times, trend, services, level and samples', async () => {
    const { status, body } = await get('?from=now-10m&limit=1');
    expect(status).toBe(200);
    expect(body).toEqual({
      patterns: [
        {
          id: idOf('order 7 paid in 12 ms'),
          template: 'order <*> paid in <*> ms',
          count: 3,
          share: 0.6,
          first_seen: '2026-11-21T11:51:00.000000000Z',
          last_seen: '2026-11-21T11:59:00.000000000Z',
          trend: Array.from({ length: 21 }, (_, index) => ([2, 4, 18].includes(index) ? 1 : 0)),
          services: ['pay'],
          level: 'info',
          sample_ids: [id(1, 4), id(9, 1)],
        },
      ],
      total: 5,
      other: 1,
      missing: 1,
      distinct: 2,
      interval_ms: 30_000,
      trend_start_ms: NOW_MS - 600_000,
      took_ms: 0,
      partial: false,
      warnings: [],
    });
  });

  it('shows what is new first, with one sample where there is one record', async () => {
    const { body } = await get('?order=new');
    expect(body.patterns.map(({ template, sample_ids: samples }) => [template, samples.length])).toEqual([
      ['no route to <*>', 1],
      ['order <*> paid in <*> ms', 2],
    ]);
  });

  it('asks about what a query, filters and times find, by POST as well', async () => {
    const asked = { q: 'level:info or level:error', filter: ['service:web'], from: 'now-1h' };
    const { body } = await post<PatternsAnswer>(fixture.api, '/api/v1/patterns', asked);
    expect(body).toMatchObject({ total: 1, other: 0, missing: 0, patterns: [{ template: 'no route to <*>', share: 1, level: 'error' }] });
    expect((await get('?q=level:info%20or%20level:error&filter=service:web&from=now-1h')).body).toEqual(body);
  });

  it('gives ids that find the records', async () => {
    const [pattern] = (await get('')).body.patterns;
    const found = await call<{ items: { message: string }[] }>(fixture.api, `/api/v1/logs?q=log.pattern:${pattern?.id}`);
    expect(found.body.items.map(({ message }) => message)).toEqual([
      'order 9 paid in 70 ms',
      'order 8 paid in 3 ms',
      'order 7 paid in 12 ms',
    ]);
  });

  it.each([
    ['order=old', 'must be count or new'],
    ['limit=201', 'limit must be a whole number from 1 to 200'],
    ['q=(', 'The query ends'],
  ])('refuses %s and says why', async (query, message) => {
    const { status, body } = await get<ErrorAnswer>(`?${query}`);
    expect([status, body.error.message]).toEqual([400, expect.stringContaining(message)]);
  });
});

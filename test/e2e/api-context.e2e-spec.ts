import type { ErrorAnswer } from '#apps/api/src/errors';
import type { LogContextAnswer } from '#apps/api/src/logs/log-context';
import { addRecord, call, MINUTE_NS, NOW_NS, startFixture, type ApiFixture } from '../support/api-fixture.js';

let fixture: ApiFixture;
const PLACE_NS = NOW_NS - MINUTE_NS;
const idOf = (sequence: number) => `${PLACE_NS}-${sequence}-n-1`;
const get = <Body = LogContextAnswer>(sequence: number, query = '') =>
  call<Body>(fixture.api, `/api/v1/logs/${idOf(sequence)}/context${query}`);
const sequencesOf = (items: LogContextAnswer['before']) => items.map(({ id }) => Number(id.split('-')[1]));

/** Ten records at one time: where each is from tells its sequence. */
const FROM: readonly Readonly<Record<string, unknown>>[] = [
  { container: { id: 'c1', name: 'web' }, stream: 'stdout', service: { name: 'web' } },
  { container: { id: 'c1', name: 'web' }, stream: 'stderr', service: { name: 'web' } },
  { container: { id: 'c2', name: 'web' }, stream: 'stdout', service: { name: 'web' } },
  { service: { name: 'pay' }, host: { name: 'h1' } },
  { container: { id: 'c1', name: 'web' }, stream: 'stdout', service: { name: 'web' } },
  { service: { name: 'pay' }, host: { name: 'h2' } },
  { container: { id: 'c1', name: 'web' }, stream: 'stdout', service: { name: 'web' } },
  { service: { name: 'pay' }, host: { name: 'h1' } },
  {},
  { container: { name: 'a"b:c' }, service: { name: 'web' } },
];

beforeEach(async () => {
  fixture = await startFixture();
  for (const [index, fields] of FROM.entries()) addRecord(fixture.store, PLACE_NS, index + 1, fields);
});
afterEach(() => fixture.api.close());

describe('GET /api/v1/logs/{id}/context', () => {
  it.each([
    ['its container and stream', 5, '', [1], [7], 'stream'],
    ['its service, over containers', 5, '?scope=service', [1, 2, 3], [7, 10], 'service'],
    ['everything', 5, '?scope=all', [1, 2, 3, 4], [6, 7, 8, 9, 10], 'all'],
    ['its service and host without a container', 8, '', [4], [], 'stream'],
    ['its container alone without a stream', 10, '', [], [], 'stream'],
    ['everything when it says nothing of itself', 9, '', [1, 2, 3, 4, 5, 6, 7, 8], [10], 'all'],
    ['everything when it has no service', 9, '?scope=service&before=1', [8], [10], 'all'],
    ['as many as asked, the nearest', 5, '?scope=all&before=2&after=1', [3, 4], [6], 'all'],
    ['one side alone', 5, '?scope=all&before=0&after=1', [], [6], 'all'],
  ])('gives what is around a record of %s', async (_, sequence, query, before, after, scope) => {
    const { status, body } = await get(sequence, query);
    expect(status).toBe(200);
    expect(sequencesOf(body.before)).toEqual(before);
    expect(body.record).toMatchObject({ id: idOf(sequence), message: `line ${sequence}` });
    expect(sequencesOf(body.after)).toEqual(after);
    expect(body).toMatchObject({ scope, took_ms: 0, partial: false, warnings: [] });
  });

  it('gives the nearest where they do not all fit into one answer, and says so', async () => {
    fixture.store.fitting = 2;
    const { body } = await get(5, '?scope=all');
    expect([sequencesOf(body.before), sequencesOf(body.after)]).toEqual([
      [3, 4],
      [6, 7],
    ]);
    expect(body).toMatchObject({ partial: true, warnings: [expect.stringContaining('fewer than were asked for')] });
  });

  it('finds records of any time around it, with the fields that were asked for', async () => {
    addRecord(fixture.store, PLACE_NS - 10_000n * MINUTE_NS, 11, FROM[3]);
    const { body } = await get(8, '?fields=message');
    expect(body.before).toEqual([
      { id: expect.any(String), '@timestamp': expect.any(String), message: 'line 11' },
      { id: idOf(4), '@timestamp': expect.any(String), message: 'line 4' },
    ]);
    expect(body.record).toMatchObject({ service: { name: 'pay' } });
  });

  it.each([
    [99, '', 404, 'record_not_found', 'no record has this id'],
    [5, '?before=501', 400, 'parameter_invalid', 'before must be a whole number from 0 to 500'],
    [5, '?scope=pod', 400, 'parameter_invalid', 'scope must be stream, service or all'],
    [5, '?q=x', 400, 'parameter_unknown', 'there is no parameter "q"'],
  ])('answers %s%s with %s', async (sequence, query, status, code, message) => {
    const answer = await get<ErrorAnswer>(sequence, query);
    expect(answer.status).toBe(status);
    expect(answer.body.error).toMatchObject({ code, message: expect.stringContaining(message) });
  });
});

describe('the ETag of a record', () => {
  const read = (headers: Record<string, string> = {}) => call(fixture.api, `/api/v1/logs/${idOf(5)}`, { headers });

  it('is the same each time and saves sending the record again, as long as there is one', async () => {
    const first = await read();
    const etag = first.headers.etag ?? '';
    expect(first.headers).toMatchObject({ etag: expect.stringMatching(/^(W\/)?".+"$/), 'cache-control': 'private, no-cache' });
    expect(await read({ 'if-none-match': etag })).toMatchObject({ status: 304, headers: { etag }, body: '' });
    expect((await read({ 'if-none-match': '"another"' })).status).toBe(200);
    const gone = await call(fixture.api, `/api/v1/logs/${idOf(99)}`, { headers: { 'if-none-match': etag } });
    expect([gone.status, gone.headers['cache-control']]).toEqual([404, 'no-store']);
  });
});

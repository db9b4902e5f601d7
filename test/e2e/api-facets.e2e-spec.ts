import type { LogFacetsAnswer } from '#apps/api/src/logs/log-facets';
import type { ErrorAnswer } from '#apps/api/src/errors';
import { addRecord, call, MINUTE_NS, NOW_NS, post, startFixture, type ApiFixture } from '../support/api-fixture.js';

let fixture: ApiFixture;
const get = <Body = LogFacetsAnswer>(query: string) => call<Body>(fixture.api, `/api/v1/logs/facets${query}`);

beforeEach(async () => {
  fixture = await startFixture();
  addRecord(fixture.store, NOW_NS - 20n * MINUTE_NS, 1, { log: { level: 'error' } });
  for (const [index, service] of ['pay', 'pay', 'web', undefined].entries()) {
    const fields = { log: { level: 'info' }, ...(service && { service: { name: service } }), attributes: { user_id: index } };
    addRecord(fixture.store, NOW_NS - MINUTE_NS, index + 2, fields);
  }
});
afterEach(() => fixture.api.close());

describe('GET /api/v1/logs/facets', () => {
  it('counts the fields that were asked for, by their short names too', async () => {
    const { status, body } = await get('?fields=level,service.name&limit=1');
    expect(status).toBe(200);
    expect(body).toEqual({
      facets: [
        { field: 'log.level', values: [{ value: 'info', count: 4, share: 1 }], other: 0, distinct: 1, missing: 0, exact: true },
        { field: 'service.name', values: [{ value: 'pay', count: 2, share: 0.5 }], other: 1, distinct: 2, missing: 1, exact: true },
      ],
      total: 4,
      took_ms: 0,
      partial: false,
      warnings: [],
    });
  });

  it('counts the usual fields when none is named, and nothing twice', async () => {
    const names = async (query: string) => (await get(query)).body.facets.map(({ field }) => field);
    expect(await names('')).toEqual(['log.level', 'service.name', 'container.name', 'host.name', 'stream']);
    expect(await names('?fields=level,log.level,user_id')).toEqual(['log.level', 'attributes.user_id']);
  });

  it('counts what a query, filters and times find, by POST as well', async () => {
    const asked = { q: 'level:info or level:error', filter: ['level:error'], from: 'now-1h', fields: ['level'] };
    const { body } = await post<LogFacetsAnswer>(fixture.api, '/api/v1/logs/facets', asked);
    expect(body).toMatchObject({ total: 1, facets: [{ values: [{ value: 'error', count: 1, share: 1 }] }] });
    expect((await get(`?q=level:info%20or%20level:error&filter=level:error&from=now-1h&fields=level`)).body).toEqual(body);
  });

  it.each([
    ['fields=message', 'message is text'],
    ['fields=level,@timestamp', '@timestamp is a time'],
    ['fields=labels', 'labels is an object'],
    [`fields=${Array.from({ length: 21 }, (_, index) => `f${index}`).join(',')}`, 'fields can name 20 fields'],
    ['fields=', 'must be the name of a field'],
    ['limit=0', 'limit must be a whole number from 1 to 200'],
    ['limit=201', 'limit must be a whole number from 1 to 200'],
    ['field=level', 'did you mean fields?'],
  ])('refuses %s and says why', async (query, message) => {
    const { status, body } = await get<ErrorAnswer>(`?${query}`);
    expect([status, body.error.message]).toEqual([400, expect.stringContaining(message)]);
  });

  it('refuses a histogram by a field that has no values to count', async () => {
    expect(await call(fixture.api, '/api/v1/logs/histogram?by=message')).toMatchObject({
      status: 400,
      body: { error: { code: 'parameter_invalid', hint: 'search it by words with q' } },
    });
  });
});

import type { ErrorAnswer } from '#apps/api/src/errors';
import type { FieldValuesAnswer, LogFieldsAnswer } from '#apps/api/src/logs/log-fields';
import { addRecord, call, MINUTE_NS, NOW_NS, post, startFixture, type ApiFixture } from '../support/api-fixture.js';

let fixture: ApiFixture;
const fieldsOf = async (query = '') => (await call<LogFieldsAnswer>(fixture.api, `/api/v1/fields${query}`)).body;
const valuesOf = async (path: string) => (await call<FieldValuesAnswer>(fixture.api, `/api/v1/fields/${path}`)).body;

beforeEach(async () => {
  fixture = await startFixture();
  for (const [index, service] of ['pay', 'pay', 'Payments', 'web'].entries()) {
    const fields = { service: { name: service }, log: { level: index === 0 ? 'error' : 'info' }, attributes: { 'user/id': index } };
    addRecord(fixture.store, NOW_NS - MINUTE_NS, index + 1, fields);
  }
});
afterEach(() => fixture.api.close());

describe('/api/v1/fields', () => {
  it('names what records have, the most frequent first', async () => {
    const { fields, ...rest } = await fieldsOf();
    expect(fields).toEqual([
      { name: '@timestamp', type: 'date', records: 4, distinct: 1, example: '2026-11-21T11:59:00.000000000Z' },
      { name: 'attributes.user/id', type: 'number', records: 4, distinct: 4, example: '3' },
      { name: 'log.level', type: 'keyword', records: 4, distinct: 2, example: 'info' },
      { name: 'message', type: 'text', records: 4, example: 'line 4' },
      { name: 'service.name', type: 'keyword', records: 4, distinct: 3, example: 'web' },
    ]);
    expect(rest).toEqual({ sampled: 4, total: 4, took_ms: 0, partial: false, warnings: [] });
  });

  it('narrows by prefix, query and limit, by POST as well', async () => {
    expect((await fieldsOf('?prefix=User')).fields.map(({ name }) => name)).toEqual(['attributes.user/id']);
    expect(await fieldsOf('?q=level:error')).toMatchObject({ sampled: 1, total: 1 });
    const { body } = await post<LogFieldsAnswer>(fixture.api, '/api/v1/fields', { filter: ['level:info'], limit: 1 });
    expect(body).toMatchObject({ fields: [{ name: '@timestamp' }], sampled: 3 });
    expect(body.fields).toHaveLength(1);
  });
});

describe('/api/v1/fields/{name}/values', () => {
  it('lists values with shares, the most frequent first', async () => {
    expect(await valuesOf('service/values?limit=2')).toEqual({
      field: 'service.name',
      values: [
        { value: 'pay', count: 2, share: 0.5 },
        { value: 'Payments', count: 1, share: 0.25 },
      ],
      other: 1,
      distinct: 3,
      missing: 0,
      exact: true,
      total: 4,
      took_ms: 0,
      partial: false,
      warnings: [],
    });
  });

  it('completes what was typed, whatever its case, and takes any name', async () => {
    expect((await valuesOf('service.name/values?prefix=PAY')).values.map(({ value }) => value)).toEqual(['pay', 'Payments']);
    expect((await valuesOf(`${encodeURIComponent('user/id')}/values?prefix=2`)).values).toEqual([{ value: '2', count: 1, share: 0.25 }]);
    const asked = { q: 'level:info', prefix: 'p' };
    const { body } = await post<FieldValuesAnswer>(fixture.api, '/api/v1/fields/service/values', asked);
    expect(body).toMatchObject({ total: 3, distinct: 2, values: [{ value: 'Payments' }, { value: 'pay' }] });
  });

  it.each([
    ['message/values', 'message is text'],
    ['level/values?limit=201', 'limit must be a whole number from 1 to 200'],
    [`level/values?prefix=${'x'.repeat(201)}`, 'prefix must have at most 200 characters'],
  ])('refuses %s', async (path, message) => {
    const { status, body } = await call<ErrorAnswer>(fixture.api, `/api/v1/fields/${path}`);
    expect([status, body.error.message]).toEqual([400, expect.stringContaining(message)]);
  });
});

import type { ValidateAnswer } from '#apps/api/src/queries/queries.controller';
import type { StatusAnswer } from '#apps/api/src/status/status.controller';
import { type AlertHub, startAlertHub } from '../support/alert-hub.js';
import { call, post, startFixture } from '../support/api-fixture.js';
import { eventually } from '../support/eventually.js';

describe('the status of a hub', () => {
  let hub: AlertHub;
  beforeAll(async () => {
    hub = await startAlertHub({ env: { LOGWEIR_NODE_NAME: 'box' } });
  });
  afterAll(() => hub.close());

  it('tells the books, the journal and what is behind', async () => {
    await hub.send({ msg: 'one' }, { msg: 'two' }, { msg: 'three' });
    const { body } = await eventually(async () => {
      const answer = await hub.ask<StatusAnswer>('GET', '/api/v1/status');
      expect(answer.body.records).toMatchObject({ received: 3, stored: 3 });
      return answer;
    });
    expect(body).toMatchObject({
      node: 'box',
      version: '0.1.0',
      ready: true,
      records: { duplicate: 0, dead_lettered: 0, dropped: {}, joined: 0 },
      journal: { records: 0, max_bytes: expect.any(Number) },
      lag: { drain_bytes: 0, detect_bytes: expect.any(Number) },
    });
    expect(body.journal?.bytes).toBeGreaterThan(0);
    expect(body.conditions).toContainEqual({ name: 'journal', ok: true, reason: '' });
  });
});

describe('an API alone', () => {
  it('tells what it knows of itself, and validates queries', async () => {
    const { api, readiness } = await startFixture();
    readiness.add('store', () => ({ ok: false, reason: 'no connection' }));
    const { body } = await call<StatusAnswer>(api, '/api/v1/status');
    expect(body).toEqual({
      node: 'n-1',
      version: '0.1.0',
      uptime_seconds: 0,
      ready: false,
      conditions: [{ name: 'store', ok: false, reason: 'no connection' }],
    });
    expect((await call<ValidateAnswer>(api, '/api/v1/query/validate?q=level:error')).body).toEqual({
      valid: true,
      kql: false,
      fields: ['log.level'],
    });
    expect(await post<ValidateAnswer>(api, '/api/v1/query/validate', { q: 'level=error' })).toMatchObject({
      status: 200,
      body: { valid: false, error: { code: 'query_syntax', position: 5, hint: expect.stringContaining('level:error') } },
    });
    await api.close();
  });
});

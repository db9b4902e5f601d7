import { addRecord, NOW_NS, post, SECOND_NS, startFixture, type ApiFixture } from '../../../../test/support/api-fixture.js';
import type { ErrorAnswer } from '../errors.js';
import type { PreviewAnswer } from './rule-preview.js';

const RULE = { name: 'busy', where: 'message:line', count: { over: '10s', at_least: 1_000 } };
const SECONDS = 300;
const PER_SECOND = 4;

let fixture: ApiFixture;
const preview = <Body = PreviewAnswer>(body: object) => post<Body>(fixture.api, '/api/v1/rules/preview', body);

beforeAll(async () => {
  fixture = await startFixture();
  const from = NOW_NS - BigInt(SECONDS) * SECOND_NS;
  for (let index = 0; index < SECONDS * PER_SECOND; index += 1) {
    const ns = from + (BigInt(index) * SECOND_NS) / BigInt(PER_SECOND);
    addRecord(fixture.store, ns, index, { event: { sequence: index, severity: 9 }, logweir: { node: 'n-1' }, log: { level: 'info' } });
  }
});
afterAll(() => fixture.api.close());

describe('a preview', () => {
  it('reads all pages of its times, once each', async () => {
    const { status, body } = await preview({ rule: RULE, from: 'now-5m' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ records: SECONDS * PER_SECOND, transitions: [], partial: false, warnings: [] });
    expect([body.from, body.to]).toEqual(['2026-11-21T11:55:00.000Z', '2026-11-21T12:00:00.001Z']);
  });

  it('reads a whole day up to now', async () => {
    const { status, body } = await preview({ rule: RULE, from: 'now-24h' });
    expect([status, body.from, body.to]).toEqual([200, '2026-11-20T12:00:00.000Z', '2026-11-21T12:00:00.001Z']);
  });

  it('tells what would have been told, and when', async () => {
    const { body } = await preview({ rule: { ...RULE, count: { over: '10s', at_least: 40 } }, from: 'now-5m' });
    expect(body.transitions).toMatchObject([{ kind: 'firing', at: '2026-11-21T11:55:09.000Z', value: 40, threshold: 40 }]);
    expect(body.transitions[0]?.samples).toHaveLength(5);
    expect(Object.keys(body.transitions[0] ?? {})).not.toContain('revision');
  });

  it('looks at a rule that is switched off all the same, and changes nothing', async () => {
    const { body } = await preview({ rule: { ...RULE, enabled: false }, from: 'now-1m' });
    expect(body.records).toBe(60 * PER_SECOND);
  });

  it('cuts what would have been told without an end, and says so', async () => {
    const rule = { name: 'chatty', where: 'message:line', new_term: { field: 'event.sequence' }, group_by: ['event.sequence'] };
    const { body } = await preview({ rule, from: 'now-5m' });
    expect(body.partial).toBe(true);
    expect(body.transitions).toHaveLength(1_000);
  });

  it('says what came too late to be evaluated', async () => {
    const rule = { ...RULE, where: 'message:line and event.sequence < 10', count: { over: '10s', at_least: 1 } };
    expect((await preview({ rule, from: 'now-5m' })).body).toMatchObject({ records: 10, late: 0, transitions: [{ kind: 'firing' }, {}] });
    const past = NOW_NS - 3_600n * SECOND_NS;
    const created = new Date(Number(NOW_NS / 1_000_000n)).toISOString();
    addRecord(fixture.store, past, 5_000, { event: { sequence: 5_000, created }, logweir: { node: 'n-1' } });
    const { body } = await preview({ rule: { ...rule, where: 'event.sequence: 5000' }, from: 'now-2h' });
    expect(body).toMatchObject({ records: 1, late: 1, transitions: [] });
  });

  it.each([
    [{ rule: RULE, from: 'now-25h' }, 'parameter_invalid', /24 hours/],
    [{ rule: RULE, from: 'yesterday' }, 'parameter_invalid', /^from/],
    [{ rule: { ...RULE, count: {} } }, 'rule_invalid', /count/],
    [{}, 'parameter_invalid', /^rule/],
    [{ rule: RULE, since: 'now-1h' }, 'parameter_unknown', /known are rule, from, to, timeout/],
  ])('refuses %j', async (body, code, message) => {
    const answer = await preview<ErrorAnswer>(body);
    expect([answer.status, answer.body.error.code]).toEqual([400, code]);
    expect(answer.body.error.message).toMatch(message);
  });
});

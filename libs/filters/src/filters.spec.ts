import { Patterns } from '#libs/patterns';
import { compileSearch, parseQuery } from '#libs/query';
import type { Filter } from './filter.js';
import { kept, makeEvent, makeFilters, normaliser, ARRIVAL, recordOf, redactAll } from './filters.fixture.js';

const redact = (more: Partial<Extract<Filter, { kind: 'redact' }>>): Filter => ({
  name: 'r',
  kind: 'redact',
  patterns: [],
  fields: [],
  action: 'mask',
  ...more,
});
const flat = (filters: Filter[], text: string): Record<string, unknown> =>
  recordOf(kept(makeFilters(...filters).filters, makeEvent({ text })));

describe('fields', () => {
  it('go as a whole: masked, hashed alike, or with their keys', () => {
    const line = '{"msg":"m","mail":"x","n":7,"user":{"id":"u1"}}';
    expect(flat([redact({ fields: ['attributes.mail', 'attributes.n'] })], line)['attributes']).toEqual({ mail: '****', n: '****' });
    const [one, two] = [1, 2].map(() => flat([redact({ fields: ['user.id'], action: 'hash' })], line)['user']);
    expect(one).toEqual({ id: expect.stringMatching(/^hash:[0-9a-f]{12}$/) });
    expect(two).toEqual(one);
    const removed = flat([redact({ fields: ['attributes.*'], action: 'remove' })], line);
    expect(removed['attributes']).toEqual({});
    expect(flat([redact({ fields: ['attributes.mail'], action: 'remove' })], line)['attributes']).toEqual({ n: 7 });
    expect(flat([redact({ fields: ['attributes.n'], action: 'remove' })], line)['attributes']).toEqual({ mail: 'x' });
  });

  it('that hold an address or a number keep their type: the mark becomes an attribute', () => {
    const line = '{"msg":"m","client_ip":"10.0.0.1","a":1}';
    const record = flat([redact({ fields: ['client.ip'], action: 'hash' })], line);
    expect(record['client']).toEqual({});
    expect(record['attributes']).toEqual({ a: 1, 'client.ip': expect.stringMatching(/^hash:/) });
    expect(flat([redact({ fields: ['client.ip'] })], '{"msg":"m","client_ip":"10.0.0.1"}')['attributes']).toEqual({ 'client.ip': '****' });
  });

  it('limit a pattern to them', () => {
    const record = flat([redact({ patterns: ['email'], fields: ['attributes.to'] })], '{"msg":"a@b.cd","to":"a@b.cd"}');
    expect(record).toMatchObject({ message: 'a@b.cd', attributes: { to: '****@b.cd' } });
  });

  it('inside of JSON text have the names of their places', () => {
    const filter = redact({ fields: ['attributes.body.user.ssn'], action: 'remove' });
    const record = flat([filter], JSON.stringify({ msg: 'm', body: JSON.stringify({ user: { ssn: 1, id: 12_345_678_901_234 } }) }));
    expect(record['attributes']).toEqual({ body: '{"user":{"id":12345678901234}}' });
  });
});

describe('redaction', () => {
  it('leaves everything else as it was written', () => {
    const line = String.raw`{"msg":"m","a":1.10,"big":12345678901234567890,"deep":[{"id":98765432109876543210,"password":"x","e":1e3}],"z":"\u00e9\/"}`;
    const { filters } = makeFilters(redactAll());
    const event = makeEvent({ text: line });
    const before = normaliser.normalise(event, ARRIVAL);
    expect(kept(filters, event)).toBe(before.replace(String.raw`\"password\":\"x\"`, String.raw`\"password\":\"****\"`));
  });

  it('leaves the pattern of what is kept, not of what was there', () => {
    const { filters } = makeFilters(redactAll());
    const patterns = new Patterns();
    for (const text of ['mail of kim@example.org is full', '{"msg":"password=hunter2hunter2 \\"x\\" refused","level":"warn"}']) {
      const { message, log } = recordOf(kept(filters, makeEvent({ text }))) as { message: string; log: { pattern: string } };
      expect(message).toContain('****');
      expect(log.pattern).toBe(patterns.idOf(message));
    }
  });

  it('of a record without anything to find is that very record', () => {
    const { filters, reports } = makeFilters(redactAll());
    const event = makeEvent({ text: 'GET /orders/12 took 3 ms' });
    const tail = normaliser.normalise(event, ARRIVAL);
    expect(filters.pass(tail, event)).toBe(tail);
    expect(reports).toEqual([]);
  });

  it('takes the coloured original away when colours hide in it what was found', () => {
    const record = flat([redactAll()], '\u001b[31mcard\u001b[0m 4111 1111 \u001b[1m1111 1111');
    expect(record).toMatchObject({ message: 'card **** **** **** 1111' });
    expect(record['event']).not.toHaveProperty('original');
    expect(flat([redactAll()], '\u001b[31mcard\u001b[0m 4111 1111 1111 1111')['event']).toHaveProperty(
      'original',
      '\u001b[31mcard\u001b[0m **** **** **** 1111',
    );
  });

  it('by an expression of one’s own covers what every match covers, and says when', () => {
    const { filters, reports } = makeFilters(redact({ name: 'own', regex: compileSearch('CUST-\\d{6}|[A-Z]{2}\\d{7}') }));
    const record = recordOf(kept(filters, makeEvent({ text: '{"msg":"CUST-123456 and AB1234567","k":["CUST-1","xCUST-999999x"]}' })));
    expect(record).toMatchObject({ message: '**** and ****', attributes: { k: ['CUST-1', 'x****x'] } });
    expect(reports).toEqual([
      ['own', 'message'],
      ['own', 'attributes.k'],
    ]);
  });

  it('without a value of a secret name leaves flags and empty texts', () => {
    expect(
      flat([redactAll()], '{"msg":"m","password":"","has_token":true,"pwd":null,"pin_secret":1234,"max_tokens":5}')['attributes'],
    ).toEqual({
      password: '',
      has_token: true,
      pin_secret: '****',
      max_tokens: 5,
    });
  });

  it('of keys keeps them apart', () => {
    expect(flat([redactAll()], '{"msg":"m","a@b.cd":1,"c@d.ef":2}')['attributes']).toEqual({ redacted: 1, redacted_2: 2 });
  });
});

describe('drop and sample', () => {
  const drop = (where: string): Filter => ({ name: 'd', kind: 'drop', where: parseQuery(where) });
  const isDropped = (filter: Filter, line: object | string): boolean => {
    const event = makeEvent({ text: typeof line === 'string' ? line : JSON.stringify(line) });
    return typeof makeFilters(filter).filters.pass(normaliser.normalise(event, ARRIVAL), event) !== 'string';
  };

  it.each([
    ['url.path: "/healthz"', { msg: 'x', url: '/healthz' }, { msg: 'x', url: '/healthz/deep' }],
    ['HEALTH and not level >= error', { msg: 'Health check' }, { msg: 'health', level: 'error' }],
    ['http.response.status_code: 200 or http.response.status_code: 204', { msg: 'x', status: 204 }, { msg: 'x', status: 500 }],
    [
      'http.response.status_code: 200 and url.path: /api/*',
      { msg: 'x', statusCode: 200, url: '/api/x' },
      { msg: 'x', statusCode: 200, url: '/x' },
    ],
    ['service: web-1 and stream: stdout', 'any', undefined],
    ['attributes.price: 4.7', { msg: 'x', price: 4.7 }, { msg: 'x', price: 4.8 }],
  ])('%s', (where, yes, no) => {
    expect(isDropped(drop(where), yes)).toBe(true);
    if (no !== undefined) expect(isDropped(drop(where), no)).toBe(false);
  });

  it('see the record before redaction', () => {
    const { filters } = makeFilters(redactAll(), drop('attributes.mail: "bob@example.com"'));
    const event = makeEvent({ text: '{"msg":"m","mail":"bob@example.com"}' });
    expect(filters.pass(normaliser.normalise(event, ARRIVAL), event)).toEqual({ reason: 'filter', filter: 'd' });
  });

  it('keep one in so many, whatever the arrival; a trace as a whole; one in a hundred of the one in ten', () => {
    const sample = (keep: number): ReturnType<typeof makeFilters>['filters'] =>
      makeFilters({ name: 's', kind: 'sample', where: parseQuery(''), keep }).filters;
    const [ten, hundred] = [sample(10), sample(100)];
    const keeps = (by: typeof ten, line: object, late = 0n): boolean => {
      const event = makeEvent({ text: JSON.stringify(line) });
      return typeof by.pass(normaliser.normalise(event, { ...ARRIVAL, createdNs: ARRIVAL.createdNs + late }), event) === 'string';
    };
    const all = Array.from({ length: 20_000 }, (_, at) => ({ msg: `line ${at}`, trace_id: at % 2 === 0 ? `t${at}` : undefined }));
    const kept10 = all.filter((line) => keeps(ten, line));
    expect(kept10.length).toBeGreaterThan(1_800);
    expect(kept10.length).toBeLessThan(2_200);
    const kept100 = all.filter((line) => keeps(hundred, line));
    expect(kept100.length).toBeGreaterThan(140);
    expect(kept100.every((line) => kept10.includes(line))).toBe(true);
    for (const line of all.slice(0, 200)) expect(keeps(ten, line, 5_000_000_000n)).toBe(keeps(ten, line));
    for (let at = 0; at < 200; at += 1)
      expect(keeps(ten, { msg: `other ${at}`, trace_id: 't' })).toBe(keeps(ten, { msg: 'x', trace_id: 't' }));
  });
});

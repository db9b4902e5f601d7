import type { Fields } from '#libs/record';
import { Detector } from './detector.js';
import { deliveryOf, finish, type Line, ruleOf, START } from './detector.fixture.js';
import { MAX_SAMPLE_BYTES, MAX_SIGNAL_BYTES, type RuleSignal } from './signal.js';
import { SignalBuilder } from './signal-builder.js';

const WEB: Fields = Object.freeze({ container_id: 'd'.repeat(64), container_name: '/web', source: 'stdout' });

function detect(value: Readonly<Record<string, unknown>>, lines: readonly Line[]): RuleSignal | undefined {
  const builder = new SignalBuilder();
  new Detector([ruleOf(value)]).detect(deliveryOf(lines), builder);
  return finish(builder).rules[0];
}

function json(fields: Readonly<Record<string, unknown>>, rest: Partial<Line> = {}): Line {
  return { text: JSON.stringify(fields), fields: WEB, ...rest };
}

const LINES: readonly Line[] = [
  json({ level: 'error', msg: 'boom', service: 'api', user: { id: 'u1' }, version: '1' }),
  json({ level: 'info', msg: 'fine', service: 'api', user: { id: 'u1' } }, { arrived: 1 }),
  json({ level: 'fatal', msg: 'Boom again', service: 'web', user: { id: 'u2' } }, { arrived: 1 }),
  json({ level: 'error', msg: 'late boom', service: 'api', user: { id: 'u3' } }, { arrived: 2, sent: 0 }),
];

it.each([
  [
    'level',
    { level: 'error' },
    [
      {
        key: [],
        seconds: [
          [START, 2],
          [START + 1, 1],
        ],
      },
    ],
  ],
  [
    'level by group',
    { level: 'error', group_by: ['service'] },
    [
      { key: ['api'], seconds: [[START, 2]] },
      { key: ['web'], seconds: [[START + 1, 1]] },
    ],
  ],
  [
    'match',
    { match: true, where: 'boom' },
    [
      {
        key: [],
        seconds: [
          [START, 2],
          [START + 1, 1],
        ],
      },
    ],
  ],
  [
    'new_term',
    { new_term: { field: 'user.id' }, where: 'service: api' },
    [
      {
        key: [],
        seconds: [
          [START, 2],
          [START + 1, 1],
        ],
        values: [
          [START, 'u1'],
          [START + 1, 'u1'],
          [START, 'u3'],
        ],
      },
    ],
  ],
  [
    'change',
    { change: { field: 'service.name' } },
    [
      {
        key: [],
        seconds: [
          [START, 2],
          [START + 1, 2],
        ],
        values: [
          [START, 'api'],
          [START + 1, 'api'],
          [START + 1, 'web'],
          [START, 'api'],
        ],
      },
    ],
  ],
  [
    'count',
    { count: { over: '1m', at_least: 1 }, where: 'service: api' },
    [
      {
        key: [],
        seconds: [
          [START, 2],
          [START + 1, 1],
        ],
      },
    ],
  ],
  ['rate', { rate: { over: '1m', above: 1 }, where: 'service: web', group_by: 'level' }, [{ key: ['fatal'], seconds: [[START + 1, 1]] }]],
  [
    'ratio',
    { ratio: { of: 'service: api', over: '1m', above: '5%' }, where: 'level >= error' },
    [
      {
        key: [],
        seconds: [
          [START, 2, 2],
          [START + 1, 0, 1],
        ],
      },
    ],
  ],
  ['spike', { spike: { over: '1m', height: 3 }, where: 'level: info' }, [{ key: [], seconds: [[START + 1, 1]] }]],
  [
    'absence',
    { absence: { over: '1m' }, group_by: ['container'] },
    [
      {
        key: ['web'],
        seconds: [
          [START, 2],
          [START + 1, 2],
        ],
      },
    ],
  ],
  [
    'distinct',
    { distinct: { field: 'user.id', over: '1m', at_least: 1 }, where: 'level: error' },
    [
      {
        key: [],
        seconds: [[START, 2]],
        values: [
          [START, 'u1'],
          [START, 'u3'],
        ],
      },
    ],
  ],
])('counts for %s', (_, value, groups) => {
  expect(detect(value, LINES)?.groups).toEqual(groups);
});

it('gives nothing for rules that find nothing, or are switched off', () => {
  expect(detect({ match: true, where: 'nobody says this' }, LINES)).toBeUndefined();
  expect(detect({ level: 'error', enabled: false }, LINES)).toBeUndefined();
});

it('counts what was late at its arrival apart', () => {
  const lines = [0, 59, 60, 61, 3_600].map((age) => json({ level: 'error', msg: 'x' }, { arrived: 4_000, sent: 4_000 - age }));
  expect(detect({ level: 'error' }, lines)).toMatchObject({
    late: 3,
    groups: [
      {
        seconds: [
          [START + 3_941, 1],
          [START + 4_000, 1],
        ],
      },
    ],
  });
  expect(detect({ level: 'error', allowed_lateness: '2m' }, lines)).toMatchObject({ late: 1 });
});

it('counts at the arrival what claims to be more than two minutes ahead of it', () => {
  const lines = [60, 120, 121, 80_000].map((ahead) => json({ level: 'error', msg: 'x' }, { arrived: 10, sent: 10 + ahead }));
  expect(detect({ level: 'error' }, lines)?.groups[0]?.seconds).toEqual([
    [START + 10, 2],
    [START + 70, 1],
    [START + 130, 1],
  ]);
});

it('shows the first five matches', () => {
  const lines = Array.from({ length: 7 }, (_, index) => json({ level: 'error', msg: `no ${index} "quoted"`, hostname: `h${index % 2}` }));
  const samples = detect({ level: 'error', group_by: ['host'] }, lines)?.samples ?? [];
  expect(samples).toHaveLength(5);
  expect(samples[1]).toEqual({
    group: 1,
    id: `${START}000000005-${2 ** 31 + 7}-web1.3f9a2c`,
    timestamp: '2026-11-21T12:00:00.000000005Z',
    level: 'error',
    message: 'no 1 "quoted"',
    fields: { 'host.name': 'h1', 'service.name': 'web', 'container.name': 'web' },
  });
});

it.each([['x'.repeat(20_000)], ['\u0001"\\'.repeat(5_000)], ['서버에서'.repeat(5_000)], ['😀'.repeat(5_000)]])(
  'cuts the message of a large sample (%#)',
  (text) => {
    const [sample] = detect({ level: 'error', group_by: ['long'] }, [json({ level: 'error', msg: text, long: text })])?.samples ?? [];
    expect(Buffer.byteLength(JSON.stringify(sample))).toBeLessThanOrEqual(MAX_SAMPLE_BYTES);
    expect(sample?.message.endsWith('…')).toBe(true);
    expect(sample?.message.length).toBeGreaterThan(100);
  },
);

it('counts groups beyond the limit together', () => {
  const lines = ['a', 'b', 'c', 'a', 'd'].map((user) => json({ level: 'error', msg: 'x', user_id: user }));
  expect(detect({ level: 'error', group_by: ['user_id'], max_groups: 2 }, lines)?.groups).toEqual([
    { key: ['a'], seconds: [[START, 2]] },
    { key: ['b'], seconds: [[START, 1]] },
    { key: ['__other__'], seconds: [[START, 2]] },
  ]);
});

it('keeps long values apart by a hash', () => {
  const lines = ['a', 'b'].map((end) => json({ level: 'error', msg: 'x', user_id: 'u'.repeat(400) + end }));
  const values = detect({ distinct: { field: 'user_id', over: '1m', at_least: 1 } }, lines)?.groups[0]?.values ?? [];
  expect(values.map(([, value]) => value.length)).toEqual([256, 256]);
  expect(values[0]?.[1]).not.toBe(values[1]?.[1]);
});

it('keeps a signal below its limit, whatever one delivery holds', () => {
  const lines = Array.from({ length: 4_000 }, (_, index) =>
    json({ level: 'error', msg: 'x'.repeat(3_000), user_id: `${index}`.padEnd(250, '한') }, { arrived: index % 50 }),
  );
  const rules = Array.from({ length: 20 }, (_, index) => [
    ruleOf({ name: `a${index}`, level: 'error', group_by: ['user_id'] }),
    ruleOf({ name: `b${index}`, distinct: { field: 'user_id', over: '1m', at_least: 1 } }),
  ]).flat();
  const builder = new SignalBuilder();
  new Detector(rules).detect(deliveryOf(lines), builder);
  expect(builder.isFull).toBe(true);
  const signal = finish(builder);
  expect(Buffer.byteLength(JSON.stringify(signal))).toBeLessThan(MAX_SIGNAL_BYTES);
  const totals = signal.rules.map((rule) => rule.groups.flatMap((group) => group.seconds).reduce((sum, second) => sum + second[1], 0));
  expect(new Set(totals)).toEqual(new Set([4_000]));
  const cut = signal.rules.map((rule) => rule.groups.reduce((sum, group) => sum + (group.valuesCut ?? 0), 0));
  expect(Math.max(...cut)).toBeGreaterThan(0);
});

it('goes on behind a record that is no JSON', () => {
  const delivery = deliveryOf([json({ level: 'error', msg: 'a' }), json({ level: 'error', msg: 'b' })]);
  const bulk = Buffer.concat([Buffer.from('{"create":{}}\n{"event":{"sequence":\n'), delivery.bulk]);
  const detector = new Detector([ruleOf({ level: 'error' })]);
  const builder = new SignalBuilder();
  detector.detect({ bulk, count: 3, positions: [1, ...Array.from(delivery.positions)] }, builder);
  expect(detector.unreadable).toBe(1);
  expect(finish(builder).rules[0]?.groups).toEqual([{ key: [], seconds: [[START, 2]] }]);
});

it('reads records of any size', () => {
  const lines = [1, 300_000, 5, 120_000, 70_000].map((length) => json({ level: 'error', msg: `${'x '.repeat(length / 2)}end` }));
  expect(detect({ match: true, where: 'end or cut' }, lines)?.groups).toEqual([{ key: [], seconds: [[START, 5]] }]);
});

it('forgets values when there are too many, and counts on', () => {
  const lines = Array.from({ length: 9_000 }, (_, index) => json({ level: 'error', msg: 'x', service: `s${index % 4_500}` }));
  const builder = new SignalBuilder();
  const detector = new Detector([ruleOf({ level: 'error', where: 'not service: s1', group_by: ['service'], max_groups: 4_000 })]);
  for (let from = 0; from < lines.length; from += 3_000) detector.detect(deliveryOf(lines.slice(from, from + 3_000)), builder);
  const groups = finish(builder).rules[0]?.groups ?? [];
  expect(groups).toHaveLength(4_001);
  expect(groups[0]).toEqual({ key: ['s0'], seconds: [[START, 2]] });
  expect(groups.at(-1)).toEqual({ key: ['__other__'], seconds: [[START, 998]] });
});

it('is empty until something matched', () => {
  const builder = new SignalBuilder();
  expect([builder.isEmpty, builder.isFull]).toEqual([true, false]);
  new Detector([ruleOf({ level: 'error' })]).detect(deliveryOf(LINES), builder);
  expect(builder.isEmpty).toBe(false);
  expect(builder.bytes).toBeGreaterThan(Buffer.byteLength(JSON.stringify(finish(builder).rules)) * 0.7);
});

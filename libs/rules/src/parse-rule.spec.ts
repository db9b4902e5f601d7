import { formatDuration, parseDuration } from './duration.js';
import { parseRule } from './parse-rule.js';
import { formatProblem } from './problem.js';

const rest = { kind: 'rest' } as const;

function read(value: Readonly<Record<string, unknown>>) {
  return parseRule({ name: 'api-errors', ...value }, rest);
}

function ruleOf(value: Readonly<Record<string, unknown>>) {
  const parsed = read(value);
  if ('rule' in parsed) return parsed.rule;
  throw new Error(parsed.problems.map(formatProblem).join('\n'));
}

it.each([
  [{ level: 'error' }, { family: 'occurrence', kind: 'level', whereText: 'level >= error', cooldownMs: 300_000 }],
  [
    { level: 'warn', where: 'service: a or b' },
    { kind: 'level', whereText: 'level >= warn and (service: a or b)' },
  ],
  [
    { match: true, where: ' "out of memory" ' },
    { kind: 'match', whereText: '"out of memory"' },
  ],
  [
    { match: {}, where: 'x', cooldown: '0s' },
    { kind: 'match', cooldownMs: 0 },
  ],
  [{ new_term: { field: 'user.id' } }, { kind: 'new_term', field: 'user.id', rememberMs: 30 * 86_400_000 }],
  [{ new_term: { field: 'user_id', remember: '1d12h' } }, { field: 'attributes.user_id', rememberMs: 36 * 3_600_000 }],
  [{ change: { field: 'service.version' } }, { kind: 'change', field: 'service.version' }],
])('reads the occurrence rule %j', (value, expected) => {
  const rule = ruleOf(value);
  expect({ ...rule, whereText: rule.whereText.replaceAll(/: ?/g, ': ') }).toMatchObject(expected);
});

it.each([
  [{ count: { over: '60s', at_least: 10 } }, { kind: 'count', overMs: 60_000, threshold: { comparator: 'at_least', value: 10 } }],
  [{ rate: { over: '1m', above: 5 } }, { kind: 'rate', threshold: { comparator: 'above', value: 5 } }],
  [{ rate: { over: '1m', above: '5/s' } }, { threshold: { comparator: 'above', value: 5 } }],
  [{ rate: { over: '1m', at_most: '300/m' } }, { threshold: { comparator: 'at_most', value: 5 } }],
  [
    { ratio: { of: 'service: api', over: '5m', above: '5%', min_total: 50 } },
    { kind: 'ratio', ofText: 'service: api', minTotal: 50, threshold: { comparator: 'above', value: 0.05 } },
  ],
  [{ ratio: { of: '', over: '5m', at_least: 0.5 } }, { ofText: '', minTotal: 1, threshold: { comparator: 'at_least', value: 0.5 } }],
  [
    { spike: { over: '5m', height: 3 } },
    {
      kind: 'spike',
      direction: 'up',
      minCount: 1,
      threshold: { comparator: 'at_least', value: 3 },
      recover: { threshold: { comparator: 'below', value: 3 }, forMs: 0 },
    },
  ],
  [{ spike: { over: '5m', height: 2.5, direction: 'both', min_count: 10 } }, { direction: 'both', minCount: 10 }],
  [
    { absence: { over: '10m' } },
    {
      kind: 'absence',
      forgetMs: 86_400_000,
      threshold: { comparator: 'at_most', value: 0 },
      recover: { threshold: { comparator: 'above', value: 0 }, forMs: 0 },
    },
  ],
  [{ absence: { over: '10m', below: 5, forget: '1h' } }, { forgetMs: 3_600_000, threshold: { comparator: 'below', value: 5 } }],
  [{ distinct: { field: 'client.ip', over: '10m', at_least: 100 } }, { kind: 'distinct', field: 'client.ip' }],
])('reads the condition rule %j', (value, expected) => {
  expect(ruleOf(value)).toMatchObject({ family: 'condition', ...expected });
});

it('fills in what is not said', () => {
  expect(ruleOf({ count: { over: '60s', at_least: 10 } })).toMatchObject({
    whereText: '',
    groupBy: [],
    maxGroups: 10_000,
    forMs: 0,
    recover: { threshold: { comparator: 'below', value: 10 }, forMs: 0 },
    noData: 'keep',
    allowedLatenessMs: 60_000,
    severity: 'warning',
    labels: {},
    annotations: {},
    notify: [],
    enabled: true,
    origin: rest,
  });
});

it('takes everything that a rule may say', () => {
  const value = {
    name: 'api-errors',
    where: 'level >= error and service: api',
    count: { over: '60s', at_least: 10 },
    group_by: ['service', 'host'],
    max_groups: 100,
    for: '30s',
    recover: { below: 5, for: '1m' },
    no_data: 'fire',
    allowed_lateness: '2m',
    severity: 'critical',
    labels: { team: 'pay', tier: 1 },
    annotations: { summary: '{{ value }} errors' },
    notify: 'ops',
    enabled: false,
  };
  const rule = ruleOf(value);
  expect(rule).toMatchObject({
    groupBy: ['service.name', 'host.name'],
    maxGroups: 100,
    forMs: 30_000,
    recover: { threshold: { comparator: 'below', value: 5 }, forMs: 60_000 },
    noData: 'fire',
    allowedLatenessMs: 120_000,
    severity: 'critical',
    labels: { team: 'pay', tier: '1' },
    annotations: { summary: '{{ value }} errors' },
    notify: ['ops'],
    enabled: false,
  });
  expect(parseRule(rule.source, rest)).toEqual({ rule });
});

it.each([
  [{ name: 'Api', level: 'error' }, 'name', /"Api" is not a name.*api-errors/],
  [{ name: undefined, level: 'error' }, '', /"name" is missing/],
  [{ level: 'eror' }, 'level', /"eror" is not allowed; did you mean "error"\?/],
  [{}, '', /no kind: write one of level, match, /],
  [{ cuont: { over: '1m', at_least: 1 } }, '', /no kind.*did you mean "count"/],
  [{ level: 'error', match: true, where: 'x' }, 'match', /one kind only, not level and match/],
  [{ match: true }, '', /"where" is missing/],
  [{ match: 'x', where: 'x' }, 'match', /not an object/],
  [{ level: 'error', where: 'service:' }, 'where', /character 9 of "service:"/],
  [{ level: 'error', where: 'host: a and (b' }, 'where', /character 13.*never closed/],
  [{ level: 'error', where: 5 }, 'where', /5 is not a query/],
  [{ level: 'error', where: '@timestamp > now-1h' }, 'where', /character 14: "now" has no meaning in a rule/],
  [{ new_term: {} }, 'new_term', /"field" is missing: write field: user.id/],
  [{ new_term: { field: 'a b' } }, 'new_term.field', /not the name of a field/],
  [{ new_term: { field: 'a', remember: 30 } }, 'new_term.remember', /30 is not a duration from 1m to 366d: write 10s, 5m or 1h30m/],
  [{ count: { at_least: 1 } }, 'count', /"over" is missing: write over: 5m/],
  [{ count: { over: '60s' } }, 'count', /has no threshold: write one of at_least, above, at_most, below, such as at_least: 10/],
  [{ count: { over: '60s', at_least: 1, below: 5 } }, 'count.below', /one threshold only/],
  [{ count: { over: 'abc', at_least: 1 } }, 'count.over', /"abc" is not a duration in whole seconds/],
  [{ count: { over: '1500ms', at_least: 1 } }, 'count.over', /in whole seconds/],
  [{ count: { over: '2d', at_least: 1 } }, 'count.over', /to 1d/],
  [{ count: { over: '60s', at_least: 1.5 } }, 'count.at_least', /1.5 is not a whole number/],
  [{ count: { over: '60s', atLeast: 1 } }, 'count.atLeast', /unknown key "atLeast"; did you mean "at_least"\?/],
  [{ rate: { over: '60s', above: '5/d' } }, 'rate.above', /"5\/d" is not a rate: write events per second/],
  [{ ratio: { over: '60s', above: '5%' } }, 'ratio', /"of" is missing/],
  [{ ratio: { of: 'a', over: '60s', above: 5 } }, 'ratio.above', /5 is not a share: write 5% or 0.05/],
  [{ spike: { over: '60s' } }, 'spike', /"height" is missing/],
  [{ spike: { over: '60s', height: 0 } }, 'spike.height', /0 is not a factor/],
  [{ spike: { over: '60s', height: 2, direction: 'upp' } }, 'spike.direction', /did you mean "up"/],
  [{ distinct: { over: '60s', at_least: 5 } }, 'distinct', /"field" is missing/],
  [{ count: 5 }, 'count', /5 is not an object/],
  [{ level: 'error', groupBy: ['service'] }, 'groupBy', /unknown key "groupBy"; did you mean "group_by"\?/],
  [{ level: 'error', for: '5m' }, 'for', /unknown key "for"; it goes with count, rate/],
  [{ count: { over: '60s', at_least: 1 }, cooldown: '5m' }, 'cooldown', /it goes with level, match, new_term, change/],
  [{ level: 'error', group_by: ['a', 'b', 'c', 'd', 'e'] }, 'group_by', /5 fields; at most 4/],
  [{ level: 'error', group_by: ['service', 'service.name'] }, 'group_by', /service.name is there twice/],
  [{ level: 'error', max_groups: 2_000_000 }, 'max_groups', /whole number from 1 to 1000000/],
  [{ count: { over: '60s', at_least: 10 }, recover: { below: 11 } }, 'recover.below', /can hold while at_least 10 still fires/],
  [{ count: { over: '60s', at_least: 10 }, recover: { at_most: 10 } }, 'recover.at_most', /can hold while/],
  [{ count: { over: '60s', at_least: 10 }, recover: { at_least: 5 } }, 'recover.at_least', /can hold while/],
  [{ count: { over: '60s', below: 10 }, recover: { above: 5 } }, 'recover.above', /write above, or at_least, of 10/],
  [{ count: { over: '60s', at_least: 1 }, no_data: 'okay' }, 'no_data', /allowed: keep, ok, fire/],
  [{ level: 'error', labels: { 'a-b': 'x' } }, 'labels', /"a-b" is not the name of a label/],
  [{ level: 'error', labels: ['x'] }, 'labels', /not an object of names and texts/],
  [{ level: 'error', annotations: { summary: '' } }, 'annotations', /not a text of 1 to 4096/],
  [{ level: 'error', enabled: 'yes' }, 'enabled', /"yes" is not true or false/],
  [{ level: 'error', notify: null }, 'notify', /is empty/],
  [{ level: 'error', severity: {} }, 'severity', /not a text/],
])('refuses %j', (value, field, message) => {
  const parsed = parseRule({ name: 'x', ...value }, rest);
  expect('problems' in parsed && parsed.problems.map((problem) => [problem.field, problem.message])).toContainEqual([
    field,
    expect.stringMatching(message),
  ]);
});

it.each([
  [{ where: 'a and )' }, 'where', 6],
  [{ where: '@timestamp > now-1h' }, 'where', 13],
  [{ match: undefined, ratio: { of: 'a: (', over: '5m', above: '5%' } }, 'ratio.of', 4],
])('says which character of a query is wrong in %j', (value, field, position) => {
  expect(parseRule({ name: 'x', match: {}, ...value }, rest)).toMatchObject({ problems: [{ field, position }] });
});

it.each([[''], [' '], [undefined]])('a match of %j needs a query, and says only that', (where) => {
  expect(parseRule({ name: 'x', where, match: {} }, rest)).toMatchObject({
    problems: [{ message: expect.stringMatching(/"where" is missing/) }],
  });
});

it.each([[null], [5], ['text'], [[]]])('refuses %j, which is no object', (value) => {
  expect(parseRule(value, rest)).toMatchObject({ problems: [{ field: '', message: expect.stringMatching(/is not a rule/) }] });
});

it('tells all problems at once', () => {
  const parsed = parseRule({ name: 'X', count: { over: '5', atleast: 1 }, severity: '', frm: 1 }, rest);
  expect('problems' in parsed && parsed.problems.map(({ field }) => field).sort()).toEqual([
    'count',
    'count.atleast',
    'count.over',
    'frm',
    'name',
    'severity',
  ]);
});

describe('revision', () => {
  const rule = { where: 'service:api and level>=error', count: { over: '60s', at_least: 10 }, group_by: 'service' };
  const { revision } = ruleOf(rule);

  it.each([
    [{ severity: 'critical', labels: { a: 'b' }, annotations: { c: 'd' }, notify: 'ops', enabled: false, name: 'other' }],
    [{ where: 'service: api  level >= error' }],
    [{ count: { at_least: 10, over: '1m' }, for: '0s', group_by: ['service.name'] }],
  ])('stays with the same meaning: %j', (change) => {
    expect(ruleOf({ ...rule, ...change }).revision).toBe(revision);
  });

  it.each([
    [{ where: 'service:web and level>=error' }],
    [{ count: { over: '61s', at_least: 10 } }],
    [{ count: { over: '60s', above: 10 } }],
    [{ group_by: 'host' }],
    [{ for: '1s' }],
    [{ recover: { below: 5 } }],
    [{ no_data: 'ok' }],
    [{ allowed_lateness: '61s' }],
    [{ max_groups: 5 }],
  ])('changes with %j', (change) => {
    expect(ruleOf({ ...rule, ...change }).revision).not.toBe(revision);
    expect(revision).toMatch(/^[0-9a-f]{16}$/);
  });

  it('changes with the whole of a ratio', () => {
    const of = (text: string) => ruleOf({ ratio: { of: text, over: '1m', above: '5%' } }).revision;
    expect(of('service: a')).not.toBe(of('service: b'));
  });
});

it.each([
  ['10s', 10_000],
  ['5m', 300_000],
  ['1h30m', 5_400_000],
  ['1.5s', 1_500],
  ['500ms', 500],
  ['2w', 1_209_600_000],
  ['0', 0],
  ['5', undefined],
  ['', undefined],
  ['5 m', undefined],
  ['-5m', undefined],
])('reads the duration %j as %j ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
  if (ms !== undefined) expect(parseDuration(formatDuration(ms))).toBe(ms);
});

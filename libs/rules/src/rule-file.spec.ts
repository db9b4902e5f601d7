import { formatProblem } from './problem.js';
import { MAX_RULES, parseRules } from './rule-file.js';

const file = 'config/rules/api.yml';

function read(text: string) {
  const { rules, problems } = parseRules(text, { file });
  return { names: rules.map((rule) => rule.name), problems: problems.map(formatProblem) };
}

it.each([
  ['rules:\n  - name: a\n    level: error\n  - name: b\n    match: {}\n    where: x\n', ['a', 'b']],
  ['- { name: a, level: error }\n- { name: b, level: warn }\n', ['a', 'b']],
  ['', []],
  ['# nothing yet\n', []],
  ['rules:\n', []],
  ['rules: []\n', []],
])('reads %j', (text, names) => {
  expect(read(text)).toEqual({ names, problems: [] });
});

it('says where each rule was read', () => {
  const { rules } = parseRules('rules:\n  - name: a\n    level: error\n\n  - name: b\n    level: warn\n', { file });
  expect(rules.map((rule) => rule.origin)).toEqual([
    { kind: 'file', file, line: 2 },
    { kind: 'file', file, line: 5 },
  ]);
});

it('resolves anchors', () => {
  const { rules } = parseRules(
    '- &base\n  name: a\n  count: { over: 1m, at_least: 1 }\n- name: b\n  count: { over: &o 2m, at_least: 1 }\n- name: c\n  count: { over: *o, at_least: 2 }\n',
    { file },
  );
  expect(rules.map((rule) => 'overMs' in rule && rule.overMs)).toEqual([60_000, 120_000, 120_000]);
});

it.each([
  ['- name: a\n  level: eror\n', '2:10: rule "a", level: "eror" is not allowed; did you mean "error"?'],
  [
    '- name: a\n  count:\n    over: 5\n    at_least: 1\n',
    '3:11: rule "a", count.over: 5 is not a duration in whole seconds from 1s to 1d: write 10s, 5m or 1h30m',
  ],
  ['- name: a\n  level: error\n  groupBy: x\n', '3:3: rule "a", groupBy: unknown key "groupBy"; did you mean "group_by"?'],
  ['- level: error\n', '1:3: "name" is missing: write name: api-errors'],
  [
    '- name: a\n  count: { over: 1m }\n',
    '2:10: rule "a", count: has no threshold: write one of at_least, above, at_most, below, such as at_least: 10',
  ],
  ['- name: a\n  level: error\n  where: "service: a and (b"\n', '3:26: rule "a", where: character 16 of'],
  ['- name: a\n  level: error\n  where: service:a and (b\n', '3:24: rule "a", where: character 15 of'],
  ['- name: a\n  level: error\n  where: >\n    service:a and (b\n', '3:10: rule "a", where: character 15 of'],
  ['- name: a\n  level:\n', '2:3: rule "a", level: null is not allowed'],
  ['- 5\n', '1:3: 5 is not a rule'],
  ['rule:\n  - name: a\n', '1:1: rule: unknown key "rule"; did you mean "rules"?'],
  ['rules: 5\n', '1:8: rules: is not a list'],
  ['hello\n', '1:1: write "rules:" with a list below it, or a list alone'],
])('says line, column, field and what is allowed: %j', (text, expected) => {
  expect(read(text).problems[0]).toContain(`${file}:${expected}`);
});

it('keeps the good rules beside a bad one', () => {
  const text = 'rules:\n  - name: a\n    level: error\n  - name: b\n    level: nope\n  - name: c\n    level: warn\n';
  expect(read(text)).toEqual({ names: ['a', 'c'], problems: [expect.stringMatching(/^config\/rules\/api.yml:5:12: rule "b", level/)] });
});

it('keeps the good rules beside one that is not YAML', () => {
  const text = 'rules:\n  - name: a\n    level: error\n  - name: b\n    where: "x\\q"\n    level: error\n  - name: c\n    level: warn\n';
  const { names, problems } = read(text);
  expect(names).toEqual(['a', 'c']);
  expect(problems).toEqual([expect.stringMatching(/^config\/rules\/api.yml:5:\d+: not YAML: /)]);
});

it('keeps the first of two rules of one name', () => {
  const { names, problems } = read('- { name: a, level: error }\n- { name: a, level: warn }\n');
  expect(names).toEqual(['a']);
  expect(problems).toEqual([`${file}:2:11: rule "a", name: there is a rule of this name in line 1; the first one counts`]);
});

it('names a key that stands twice', () => {
  expect(read('- name: a\n  level: error\n  level: warn\n')).toEqual({
    names: [],
    problems: [expect.stringMatching(/^config\/rules\/api.yml:3:3: not YAML: Map keys must be unique/)],
  });
});

it('takes a bounded number of rules, characters and aliases', () => {
  const many = Array.from({ length: MAX_RULES + 1 }, (_, index) => `- { name: r${index}, level: error }\n`).join('');
  expect(read(many).names).toHaveLength(MAX_RULES);
  expect(read(many).problems).toEqual([`${file}:${MAX_RULES + 1}:3: more than ${MAX_RULES} rules in one file: split it`]);
  expect(read('#'.repeat(2 ** 20 + 1)).problems).toEqual([expect.stringMatching(/1048577 characters; at most 1048576/)]);
  const bomb = `- &a [x, x, x, x, x, x, x, x, x]\n${[...'bcdefg'].map((name, index) => `- &${name} [${`*${'abcdef'[index]}, `.repeat(9)}]\n`).join('')}`;
  expect(read(bomb).names).toEqual([]);
});

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { formatProblem } from '#libs/rules';
import { parseFilters } from './filter-file.js';

const parse = (text: string, canHash = true): { names: string[]; problems: string[] } => {
  const { filters, problems } = parseFilters(text, { file: 'a.yml', canHash });
  return { names: filters.map(({ name }) => name), problems: problems.map(formatProblem) };
};

it('the example is right', () => {
  const example = readFileSync(path.join(import.meta.dirname, '../../../config/filters.example.yml'), 'utf8');
  expect(parse(example, false)).toEqual({ names: ['secrets', 'people', 'health-checks', 'debug'], problems: [] });
  const all = example.replaceAll(/^  # (- name: customers|  redact: \{ regex)/gm, '  $1');
  expect(parse(all).names).toContain('customers');
  expect(parse(all, false).problems).toEqual([
    expect.stringMatching(/^a\.yml:\d+:\d+: filter "customers", redact\.action: .*LOGWEIR_FILTERS_HASH_KEY/),
  ]);
});

it.each([
  ['- name: a', 'a.yml:1:3: filter "a": has no kind: write one of redact, drop, sample'],
  [
    '- name: a\n  redact: {}',
    'a.yml:2:11: filter "a", redact: says not what: write patterns (url_password, token, card, email), regex or fields',
  ],
  ['- name: a\n  redact: { patterns: [cards] }', 'a.yml:2:23: filter "a", redact.patterns: "cards" is not allowed; did you mean "card"?'],
  [
    '- name: a\n  redact: { regex: "(a" }',
    'a.yml:2:21: filter "a", redact.regex: character 1 of "(a": The group is never closed. Write ")" at its end, or \\( for the character.',
  ],
  [
    '- name: a\n  redact: { regex: "a*" }',
    'a.yml:2:20: filter "a", redact.regex: matches the empty text, so it would be everywhere: say what must be there',
  ],
  [
    '- name: a\n  redact: { fields: ["@timestamp"] }',
    'a.yml:2:21: filter "a", redact.fields: @timestamp cannot be redacted: records are found, put in order or counted by it',
  ],
  ['- name: a\n  drop: {}', 'a.yml:2:9: filter "a", drop: "where" is missing: write where: \'url.path: "/healthz"\''],
  ['- name: a\n  drop: { where: "level:" }', 'a.yml:2:25: filter "a", drop.where: character 7'],
  ['- name: a\n  sample: { keep: 10 }', 'a.yml:2:19: filter "a", sample.keep: 10 is not a share: write 1 in 10 (2 to 1000000)'],
  ['- name: a\n  sample: { keep: 1 in 2 }\n  drop: { where: x }', 'one kind only, not drop and sample: write two filters'],
  ['- name: A b\n  sample: { keep: 1 in 2 }', '"A b" is not a name'],
  ['[a', 'a.yml:2:1: not YAML'],
])('%s', (text, problem) => {
  const { names, problems } = parse(`${text}\n`);
  expect(problems.join('\n')).toContain(problem);
  expect(names).toEqual([]);
});

it('a bad one does not stop the good ones', () => {
  const text =
    'filters:\n  - name: a\n    drop: { where: x }\n  - name: b\n    drop: 3\n  - name: c\n    sample: { keep: 1 in 2 }\n  - name: a\n    drop: { where: y }\n';
  const { names, problems } = parse(text);
  expect(names).toEqual(['a', 'c']);
  expect(problems).toEqual([
    'a.yml:5:11: filter "b", drop: 3 is not an object with keys and values',
    'a.yml:8:11: filter "a", name: there is a filter of this name in line 2; the first one counts',
  ]);
});

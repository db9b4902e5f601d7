/**
 * What do filters cost? CPU microseconds a record in normaliser and filters, on lines of the corpus (`bench/load`), without
 * filters and with each kind, in turns; and the same beside the cost without. No line of the corpus has anything to redact,
 * so the last rows plant an address in one line of a hundred, and in every one.
 *
 *     npm run bench -- filters [--n 100000] [--runs 7]
 */
import { execFileSync } from 'node:child_process';
import { cpuUsage } from 'node:process';
import { Filters, hashWith, type ParsedFilters, parseFilters } from '#libs/filters';
import { type Arrival, type Event, type Fields, Normaliser } from '#libs/record';
import { buildRig, machine, option, table } from './rig.js';

const FIELDS: Fields = Object.freeze({ container_id: 'd'.repeat(64), container_name: '/web-1', source: 'stdout' });
const LINES_A_READ = 200;
const SECONDS = 1_795_233_863;

const BUILT_IN = '- name: all\n  redact: { patterns: [card, token, url_password, email] }\n';
const WORK: readonly (readonly [name: string, filters: string, planted: number])[] = [
  ['none', '', 0],
  ['all built-in patterns', BUILT_IN, 0],
  ['one expression with a literal', "- name: own\n  redact: { regex: 'CUST-\\d{6}' }\n", 0],
  ['one expression without', "- name: own\n  redact: { regex: '[A-Z]{2}\\d{7}' }\n", 0],
  ['one field', '- name: field\n  redact: { fields: [attributes.address] }\n', 0],
  ['drop a path', '- name: health\n  drop: { where: \'url.path: "/healthz"\' }\n', 0],
  ['sample debug, 1 in 10', "- name: debug\n  sample: { where: 'level: debug', keep: 1 in 10 }\n", 0],
  ['all built-in, 1 in 100 has one', BUILT_IN, 100],
  ['all built-in, every line has one', BUILT_IN, 1],
];

function filtersOf(text: string): Filters | undefined {
  if (text === '') return undefined;
  const { filters, problems }: ParsedFilters = parseFilters(text, { file: 'bench', canHash: true });
  if (problems.length > 0) throw new Error(problems[0]?.message);
  return new Filters(filters, { hash: hashWith('bench'), report: () => undefined });
}

function measure(lines: readonly string[], filters: Filters | undefined): number {
  const normaliser = new Normaliser({
    node: 'node-1-abcd',
    host: 'host-1',
    zone: 'UTC',
    retentionMs: 14 * 86_400_000,
    maxMessage: 1_048_576,
    count: () => undefined,
  });
  const before = cpuUsage();
  for (let from = 0; from < lines.length; from += LINES_A_READ) {
    const arrival: Arrival = { createdNs: BigInt(SECONDS) * 1_000_000_000n + BigInt(from), source: 'forward' };
    let text = '';
    for (let index = from; index < Math.min(from + LINES_A_READ, lines.length); index += 1) {
      const event: Event = { tag: 'docker.web', seconds: SECONDS, nanos: index, text: lines[index], fields: FIELDS };
      const tail = normaliser.normalise(event, arrival);
      const passed = filters === undefined ? tail : filters.pass(tail, event);
      if (typeof passed === 'string') text += `${passed}\n`;
    }
    Buffer.from(text);
  }
  const { user, system } = cpuUsage(before);
  return (user + system) / lines.length;
}

function plant(lines: readonly string[], every: number): readonly string[] {
  // A text of its own, as a decoder gives it: not a part of the corpus.
  return lines.map((line, at) =>
    Buffer.from(every > 0 && at % every === 0 ? line.replace(/"?\}?$/, ' bob@example.com$&') : line).toString(),
  );
}

const args = process.argv.slice(2);
const corpus = execFileSync(buildRig().load, ['-print', String(option(args, 'n', 100_000))], { maxBuffer: 1 << 28 }).toString();
const lines = corpus.split('\n').filter((line) => line !== '');
const cases = WORK.map(([name, text, planted]) => ({ name, filters: filtersOf(text), lines: plant(lines, planted), least: Infinity }));
for (let run = 0; run < option(args, 'runs', 7); run += 1) {
  for (const each of cases) each.least = Math.min(each.least, measure(each.lines, each.filters));
}
const off = cases[0]?.least ?? 0;
console.log(`${machine()}; ${lines.length} lines\n`);
console.log(
  table(
    ['filters', 'normalise and filter, µs', 'filters alone, µs'],
    cases.map(({ name, least }) => [name, least.toFixed(2), (least - off).toFixed(2)]),
  ),
);

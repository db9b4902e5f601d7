/**
 * CPU microseconds that one record costs in the detector, with 0, 1, 10 and 100 rules of a believable mix, on corpus lines
 * that the real normaliser made records of, in deliveries as the journal's reader gives them.
 *
 *     node dist/bench/detect.js corpus.txt
 */
import { readFileSync, statSync } from 'node:fs';
import { cpuUsage, stdout } from 'node:process';
import { Detector, type DetectInput, parseRule, type Rule, SignalBuilder } from '#libs/rules';
import { rulesOf, writtenRules } from './alert-rules.js';
import { deliveriesOf } from './deliveries.js';

/** A quarter of a second at 20 000 records a second. */
const RECORDS_A_SIGNAL = 6_000;
const ROUNDS = 7;
const SERVICES = ['checkout', 'cart', 'billing', 'search', 'gateway', 'auth'];
const WORDS = [
  '"out of memory"',
  'timeout',
  '"connection refused"',
  'deadlock',
  'ECONNREFUSED',
  '"already closed"',
  'panic',
  '*Transient*',
];

/** In turns: levels per service, texts, shares of a service, rates, distinct values, absence, changes. */
function ruleOf(number: number): Record<string, unknown> {
  const service = SERVICES[number % SERVICES.length];
  const word = WORDS[number % WORDS.length];
  const kinds: Record<string, unknown>[] = [
    { level: 'error', group_by: ['service', 'host'] },
    { match: true, where: `${word} and service: ${service}` },
    { where: 'level >= error', ratio: { of: `service: ${service}`, over: '5m', above: '5%', min_total: 50 } },
    { match: true, where: number % 3 === 0 ? `${word} or segfault${number}` : `oops${number}` },
    { where: `level >= warn and service: ${service}-1`, count: { over: '1m', at_least: 100 }, group_by: ['host'] },
    { level: 'fatal', where: `not service: ${service}` },
    { where: `level: error and "unhandled rejection ${number}"`, rate: { over: '1m', above: '5/s' } },
    {
      where: `http.response.status_code >= 500 and service: ${service}-1`,
      ratio: { of: `service: ${service}-1`, over: '5m', above: '1%' },
    },
    { where: `service: ${service} and level >= error`, distinct: { field: 'user.id', over: '10m', at_least: 100 } },
    { where: `service: ${service}`, absence: { over: '10m' } },
  ];
  return { name: `rule-${number}`, ...kinds[number % kinds.length] };
}

function compile(count: number): Rule[] {
  return Array.from({ length: count }, (_, number) => {
    const parsed = parseRule(ruleOf(number), { kind: 'rest' });
    if ('rule' in parsed) return parsed.rule;
    throw new Error(JSON.stringify(parsed.problems));
  });
}

function measure(rules: readonly Rule[], deliveries: readonly DetectInput[]): string {
  const detector = new Detector(rules);
  let best = Infinity;
  let signals = 0;
  let matches = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = cpuUsage();
    let builder = new SignalBuilder();
    let [records, since] = [0, 0];
    signals = matches = 0;
    for (const delivery of deliveries) {
      detector.detect(delivery, builder);
      records += delivery.count;
      since += delivery.count;
      if (since < RECORDS_A_SIGNAL && !builder.isFull) continue;
      const signal = builder.finish({ journal: 'j', node: 'n', from: 0, to: 1, arrivedMs: 0 });
      for (const rule of signal.rules) for (const group of rule.groups) for (const second of group.seconds) matches += second[1];
      signals += 1;
      since = 0;
      builder = new SignalBuilder();
    }
    const { user, system } = cpuUsage(before);
    best = Math.min(best, (user + system) / records);
  }
  return `${best.toFixed(3)} µs a record, ${matches} matches, ${signals} signals`;
}

const corpus = process.argv[2] ?? 'corpus.txt';
const lines = readFileSync(corpus, 'utf8')
  .split('\n')
  .filter((line) => line !== '');
const deliveries = deliveriesOf(lines, statSync(corpus).mtimeMs);
const bytes = deliveries.reduce((sum, { bulk }) => sum + bulk.length, 0);
stdout.write(`${lines.length} records of ${Math.round(bytes / lines.length)} bytes\n`);
for (const count of [0, 1, 10, 100]) stdout.write(`${String(count).padStart(4)} rules  ${measure(compile(count), deliveries)}\n`);
stdout.write(`a believable hundred  ${measure(rulesOf(writtenRules(100)), deliveries)}\n`);

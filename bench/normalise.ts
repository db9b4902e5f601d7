import { readFileSync } from 'node:fs';
import { cpuUsage, stdout } from 'node:process';
import { Normaliser, type Arrival, type Event, type Fields } from '../libs/record/src/index.js';

/**
 * CPU microseconds that one line costs in the normaliser, its text made flat (as the journal writes it), by format and
 * over all, and as a multiple of JSON.parse + JSON.stringify of the same lines on this machine now.
 *
 *     node dist/bench/normalise.js corpus.txt
 */

const LINES_A_WRITE = 200;
const ROUNDS = 5;

const FIELDS: Fields = Object.freeze({
  container_id: 'd'.repeat(64),
  container_name: '/web-1',
  source: 'stdout',
});

function lowest(name: string, lines: readonly string[], work: (lines: readonly string[]) => number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = cpuUsage();
    work(lines);
    const { user, system } = cpuUsage(before);
    best = Math.min(best, (user + system) / lines.length);
  }
  stdout.write(`${name.padEnd(28)} ${String(lines.length).padStart(7)} lines  ${best.toFixed(3)} µs\n`);
  return best;
}

function calibrate(lines: readonly string[]): number {
  let length = 0;
  for (const line of lines) length += JSON.stringify({ message: line.startsWith('{') ? JSON.parse(line) : line }).length;
  return length;
}

function normaliseAll(lines: readonly string[]): number {
  const normaliser = new Normaliser({
    node: 'node-1-abcd',
    host: 'host-1',
    zone: 'UTC',
    retentionMs: 14 * 86_400_000,
    maxMessage: 65_536,
    count: () => undefined,
  });
  const seconds = 1_795_233_863;
  let bytes = 0;
  for (let from = 0; from < lines.length; from += LINES_A_WRITE) {
    const arrival: Arrival = { createdNs: BigInt(seconds) * 1_000_000_000n + BigInt(from), source: 'forward' };
    let text = '';
    for (let index = from; index < Math.min(from + LINES_A_WRITE, lines.length); index += 1) {
      const event: Event = { tag: 'docker.web', seconds, nanos: 785_000_000 + index, text: lines[index], fields: FIELDS };
      text += normaliser.normalise(event, arrival) + '\n';
    }
    bytes += Buffer.from(text).length;
  }
  return bytes;
}

const FORMATS: readonly (readonly [string, (line: string) => boolean])[] = [
  ['JSON (pino)', (line) => line.startsWith('{"level"')],
  ['JSON (logrus)', (line) => line.startsWith('{"component"')],
  ['text (logback)', (line) => /^\d{4}-/.test(line)],
  ['access log', (line) => /^\d+\./.test(line)],
  ['stack-trace lines', (line) => !/^[\d{]/.test(line)],
];

const lines = readFileSync(process.argv[2] ?? 'corpus.txt', 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => Buffer.from(line).toString());

const calibration = lowest('JSON.parse + JSON.stringify', lines, calibrate);
for (const [name, belongs] of FORMATS) lowest(name, lines.filter(belongs), normaliseAll);
const all = lowest('all', lines, normaliseAll);
stdout.write(`ratio ${(all / calibration).toFixed(2)}\n`);

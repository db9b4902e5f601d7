/**
 * What one record costs in the journal: append, commit with fdatasync, and a reader near the head.
 *
 *     node dist/bench/journal.js [folder]
 *
 * Prints CPU microseconds per record (user and system, all threads) for frames of different lengths.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Journal } from '#libs/journal';

const RECORD_BYTES = 600;
const RECORDS = 1_000_000;

function lineOf(length: number, text: string): string {
  const head = `},"@timestamp":"2026-11-21T04:04:23.785232175Z","message":"${text}`;
  return `${head}${'x'.repeat(length - head.length - 2)}"}`;
}

async function readAll(journal: Journal, count: number): Promise<void> {
  const reader = journal.reader('drain');
  for (let records = 0; records < count;) {
    const delivery = await reader.read({ maxBytes: 4 * 1024 * 1024, maxRecords: 10_000 });
    if (delivery === undefined) return;
    records += delivery.count;
    void reader.commit(delivery.cursor);
  }
}

async function measure(perFrame: number, text: string, urgent: boolean): Promise<void> {
  const dir = await mkdtemp(join(process.argv[2] ?? tmpdir(), 'bench-journal-'));
  const journal = await Journal.open({
    dir,
    node: 'bench',
    compose: () => '}',
    now: () => performance.now(),
    wallNs: () => BigInt(Date.now()) * 1_000_000n,
  });
  const lines = Array.from({ length: perFrame }, () => lineOf(RECORD_BYTES, text));
  const count = perFrame === 1 ? RECORDS / 10 : RECORDS;
  const reading = readAll(journal, count);
  const cpu = process.cpuUsage();
  const began = performance.now();
  let waiting: Promise<unknown>[] = [];
  for (let sent = 0; sent < count; sent += perFrame) {
    // Sources make every record anew: a rope of two pieces.
    waiting.push(journal.append({ lines: lines.map((line) => line.slice(0, 300) + line.slice(300)), urgent }));
    if (waiting.length * perFrame >= 2000) {
      await Promise.all(waiting);
      waiting = [];
    }
  }
  await Promise.all(waiting);
  await reading;
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - began) / 1000;
  const commits = journal.gauges['commits'] ?? 0;
  await journal.close();
  await rm(dir, { recursive: true });
  const figures = [
    `${perFrame} per frame${urgent ? ', urgent' : ''}${text === '' ? '' : ', Korean'}`,
    `${((user + system) / count).toFixed(3)} µs CPU (${(user / count).toFixed(3)} user)`,
    `${Math.round(count / seconds)} records/s`,
    `${commits} commits`,
  ];
  process.stdout.write(`${figures.join('  ')}\n`);
}

for (const perFrame of [1, 100, 1000]) await measure(perFrame, '', perFrame === 1);
await measure(1000, '서버에서', false);

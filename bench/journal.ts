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

interface Figures {
  readonly cpu: number;
  readonly user: number;
  readonly perSecond: number;
  readonly commits: number;
}

async function measure(perFrame: number, text: string, urgent: boolean): Promise<Figures> {
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
  return { cpu: (user + system) / count, user: user / count, perSecond: count / seconds, commits };
}

/** The best of three, as machines are shared and the first run compiles. */
async function print(perFrame: number, text = ''): Promise<void> {
  const runs: Figures[] = [];
  for (let run = 0; run < 3; run++) runs.push(await measure(perFrame, text, perFrame === 1));
  const { cpu, user, perSecond, commits } = runs.sort((a, b) => a.cpu - b.cpu)[0] as Figures;
  const what = `${perFrame} per frame${perFrame === 1 ? ', urgent' : ''}${text === '' ? '' : ', Korean'}`;
  process.stdout.write(
    `${what}: ${cpu.toFixed(3)} µs CPU (${user.toFixed(3)} user), ${Math.round(perSecond)} records/s, ${commits} commits\n`,
  );
}

for (const perFrame of [1, 100, 1000]) await print(perFrame);
await print(1000, '서버에서');

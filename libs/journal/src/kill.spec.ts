import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { journalFolder, openJournal, readToEnd } from './journal.fixture.js';

const folder = journalFolder();
const LOADER = fileURLToPath(new URL('../../../test/support/typescript.mjs', import.meta.url));
const CHILD = fileURLToPath(new URL('./writer.child.ts', import.meta.url));

interface Run {
  readonly acknowledged: Set<number>;
  readonly refused: Set<number>;
  readonly reports: string[];
}

/** Starts a writer, lets it work until `enough`, and kills it with SIGKILL. */
async function run(start: number, enough: (run: Run) => boolean, limit?: string): Promise<Run> {
  const command = `${limit ?? ''} exec '${process.execPath}' --import '${LOADER}' '${CHILD}' '${folder.dir}' ${start}`;
  const child = spawn('bash', ['-c', command], { stdio: ['ignore', 'pipe', 'inherit'] });
  const seen: Run = { acknowledged: new Set(), refused: new Set(), reports: [] };
  await watch(child, seen, enough);
  return seen;
}

function watch(child: ChildProcess, seen: Run, enough: (run: Run) => boolean): Promise<void> {
  let rest = '';
  return new Promise((resolve) => {
    child.stdout?.on('data', (data: Buffer) => {
      const lines = (rest + data.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line.startsWith('ack ')) seen.acknowledged.add(Number(line.slice(4)));
        else if (line.startsWith('nack ')) seen.refused.add(Number(line.split(' ')[1]));
        else if (line.startsWith('report ')) seen.reports.push(line);
      }
      if (enough(seen)) child.kill('SIGKILL');
    });
    child.on('close', () => resolve());
  });
}

describe('a journal whose process is killed', () => {
  it('keeps every acknowledged append whole and once, over many kills', async () => {
    const acknowledged = new Set<number>();
    for (let round = 0; round < 5; round++) {
      const { acknowledged: more } = await run(round * 100_000, (seen) => seen.acknowledged.size > 100 + round * 200);
      for (const number of more) acknowledged.add(number);
    }
    const journal = await openJournal(folder.dir);
    const records = await readToEnd(journal);
    await journal.close();
    const ids = new Set(records.map((record) => record.id));
    expect(ids.size).toBe(records.length);
    const stored = new Map<number, number>();
    for (const { message } of records) stored.set(Number(message.split('-')[0]), (stored.get(Number(message.split('-')[0])) ?? 0) + 1);
    expect([...acknowledged].filter((number) => stored.get(number) !== 2)).toEqual([]);
    expect([...stored.values()].every((count) => count === 2)).toBe(true);
    expect(records.map((record) => record.sequence)).toEqual(records.map((record) => record.sequence).sort((a, b) => a - b));
  }, 60_000);

  it('loses no acknowledged append and stores no refused one when the disk takes no more in the middle of a file', async () => {
    // A limit on the length of files stands for a full disk: writes beyond 64 KiB fail, new files are possible.
    const seen = await run(0, (each) => each.refused.size >= 8, "trap '' XFSZ; ulimit -f 64;");
    expect(seen.acknowledged.size).toBeGreaterThan(0);
    expect(seen.reports.join()).toContain('journal_write_failed');
    const journal = await openJournal(folder.dir);
    const stored = new Set((await readToEnd(journal)).map((record) => Number(record.message.split('-')[0])));
    await journal.close();
    expect([...seen.acknowledged].filter((number) => !stored.has(number))).toEqual([]);
    expect([...seen.refused].filter((number) => stored.has(number))).toEqual([]);
  }, 60_000);
});

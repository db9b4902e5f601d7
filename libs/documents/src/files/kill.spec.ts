import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FileDocuments } from './file-documents.js';

const LOADER = fileURLToPath(new URL('../../../../test/support/typescript.mjs', import.meta.url));
const CHILD = fileURLToPath(new URL('./append.child.ts', import.meta.url));

interface Run {
  /** Newest number per lane whose append resolved. */
  readonly newest: Map<number, number>;
  readonly refused: Set<number>;
  readonly puts: Map<number, number>;
  readonly reports: string[];
  acknowledged: number;
}

/** Starts a writer, lets it work until `enough`, and kills it with SIGKILL. */
async function run(dir: string, start: number, enough: (run: Run) => boolean, limit = ''): Promise<Run> {
  const command = `${limit} exec '${process.execPath}' --import '${LOADER}' '${CHILD}' '${dir}' ${start}`;
  const child = spawn('bash', ['-c', command], { stdio: ['ignore', 'pipe', 'inherit'] });
  const seen: Run = { newest: new Map(), refused: new Set(), puts: new Map(), reports: [], acknowledged: 0 };
  let rest = '';
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (data: Buffer) => {
      const lines = (rest + data.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) note(seen, line);
      if (enough(seen)) child.kill('SIGKILL');
    });
    child.on('close', () => resolve());
  });
  return seen;
}

function note(seen: Run, line: string): void {
  const [word = '', said = ''] = line.split(' ');
  const number = Number(said);
  if (word === 'ack') {
    seen.newest.set(number % 4, number);
    seen.acknowledged++;
  } else if (word === 'nack') seen.refused.add(number);
  else if (word === 'put') seen.puts.set(number % 8, number);
  else if (word === 'report') seen.reports.push(said);
}

const numberOf = (text: string | undefined): number => Number(text?.split(' ')[0]);

describe('files whose process is killed', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'logweir-killed-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  async function check(seen: Run): Promise<void> {
    const documents = await FileDocuments.open({ dir, report: () => undefined, compactFloorBytes: 40_000 });
    const entries = await documents.checkpoint('alerts').read('');
    for (const [lane, newest] of seen.newest) {
      const numbers = new Set(Array.from({ length: 20 }, (_, key) => numberOf(entries.get(`lane-${lane}/${key}`))));
      // All of an append or none of it; nothing older than what resolved.
      expect(numbers.size).toBe(1);
      const [number = 0] = numbers;
      expect(number).toBeGreaterThanOrEqual(newest);
      expect(numberOf(entries.get(`own/${number}`))).toBe(number);
      expect(entries.has(`own/${number - 40}`)).toBe(false);
    }
    for (const [index, number] of seen.puts) {
      const found = await documents.get('rules', `r${index}`);
      const { number: stored } = (found?.value ?? { number: -1 }) as { number: number };
      expect(stored).toBeGreaterThanOrEqual(number);
    }
    await documents.close();
  }

  it('keep every append that resolved, each whole, over many kills, also while the log is compacted', async () => {
    const reports: string[] = [];
    for (let round = 0; round < 6; round++) {
      const seen = await run(dir, round * 100_000, ({ acknowledged }) => acknowledged > 150 + round * 97);
      reports.push(...seen.reports);
      await check(seen);
    }
    expect(reports).toContain('checkpoint_compacted');
    expect(reports).not.toContain('checkpoint_damaged');
  }, 60_000);

  it('refuse appends while the disk is full, and keep what was there', async () => {
    // A limit on the length of files stands for a full disk; compaction makes room again.
    const seen = await run(dir, 0, ({ refused }) => refused.size >= 4, "trap '' XFSZ; ulimit -f 40;");
    expect(seen.acknowledged).toBeGreaterThan(0);
    expect(seen.reports).toContain('checkpoint_write_failed');
    await check(seen);
  }, 60_000);
});

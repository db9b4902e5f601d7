import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Journal } from './journal.js';
import type { JournalOptions } from './options.js';
import type { Delivery, Reader } from './reader.js';

export const LIMITS = { maxBytes: 1 << 20, maxRecords: 10_000 };

/** A folder of its own for every test. */
export function journalFolder() {
  const made: string[] = [];
  const folder = {
    dir: '',
    async flip(name: string, at: number): Promise<void> {
      const path = join(folder.dir, name);
      const bytes = await readFile(path);
      const file = await open(path, 'r+');
      await file.write(Buffer.from([(bytes[at] as number) ^ 0x41]), 0, 1, at);
      await file.close();
    },
  };
  beforeEach(async () => {
    folder.dir = await mkdtemp(join(tmpdir(), 'journal-'));
    made.push(folder.dir);
  });
  afterAll(async () => {
    for (const dir of made) await rm(dir, { recursive: true, force: true });
  });
  return folder;
}

export function openJournal(dir: string, options: Partial<JournalOptions> = {}): Promise<Journal> {
  return Journal.open({
    dir,
    node: 'node',
    freeFloorBytes: 0,
    now: () => performance.now(),
    wallNs: () => BigInt(Date.now()) * 1_000_000n,
    compose: (parts, separator) => message(parts.join(separator)),
    ...options,
  });
}

/** A record behind its sequence. */
export function message(text: string): string {
  return `},"message":${JSON.stringify(text)}}`;
}

export interface Handed {
  readonly id: string;
  readonly message: string;
  readonly sequence: number;
}

export function recordsOf(delivery: Delivery): Handed[] {
  const lines = delivery.bulk.toString().trimEnd().split('\n');
  const records: Handed[] = [];
  for (let at = 0; at < lines.length; at += 2) {
    const action = JSON.parse(lines[at] as string) as { create: { _id: string } };
    const source = JSON.parse(lines[at + 1] as string) as { event: { sequence: number }; message: string };
    records.push({ id: action.create._id, message: source.message, sequence: source.event.sequence });
  }
  return records;
}

export async function readAll(reader: Reader, count: number, limits = LIMITS): Promise<Handed[]> {
  const records: Handed[] = [];
  while (records.length < count) {
    const delivery = await reader.read(limits);
    if (delivery === undefined) break;
    const handed = recordsOf(delivery);
    expect(delivery.positions).toHaveLength(handed.length);
    records.push(...handed);
  }
  return records;
}

/** All that is in the journal now. */
export async function readToEnd(journal: Journal, name = 'drain'): Promise<Handed[]> {
  const reader = journal.reader(name);
  await journal.append({ lines: [message('(end)')], urgent: true });
  const records: Handed[] = [];
  while (records.at(-1)?.message !== '(end)') records.push(...(await readAll(reader, 1)));
  return records.slice(0, -1);
}

export async function eventually(check: () => Promise<void>, withinMs = 5000): Promise<void> {
  const until = performance.now() + withinMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

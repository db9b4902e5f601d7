import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Journal } from './journal.js';
import type { JournalOptions } from './options.js';
import type { Delivery, Reader } from './reader.js';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'journal-'));
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

const LIMITS = { maxBytes: 1 << 20, maxRecords: 10_000 };

function openJournal(options: Partial<JournalOptions> = {}): Promise<Journal> {
  return Journal.open({
    dir,
    node: 'node',
    freeFloorBytes: 0,
    now: () => performance.now(),
    wallNs: () => BigInt(Date.now()) * 1_000_000n,
    compose: (parts, separator) => `},"message":${JSON.stringify(parts.join(separator))}}`,
    ...options,
  });
}

function message(text: string): string {
  return `},"message":${JSON.stringify(text)}}`;
}

interface Handed {
  readonly id: string;
  readonly message: string;
  readonly sequence: number;
}

function recordsOf(delivery: Delivery): Handed[] {
  const lines = delivery.bulk.toString().trimEnd().split('\n');
  const records: Handed[] = [];
  for (let at = 0; at < lines.length; at += 2) {
    const action = JSON.parse(lines[at] as string) as { create: { _id: string } };
    const source = JSON.parse(lines[at + 1] as string) as { event: { sequence: number }; message: string };
    records.push({ id: action.create._id, message: source.message, sequence: source.event.sequence });
  }
  return records;
}

async function readAll(reader: Reader, count: number): Promise<Handed[]> {
  const records: Handed[] = [];
  while (records.length < count) {
    const delivery = await reader.read(LIMITS);
    if (delivery === undefined) break;
    records.push(...recordsOf(delivery));
  }
  return records;
}

describe('journal', () => {
  it('hands on what was appended, in order, with the position as sequence and the segment id and offset as identity', async () => {
    const journal = await openJournal();
    const reader = journal.reader('drain');
    const first = journal.next;
    await journal.append({ lines: [message('one'), message('zwei 둘')] });
    const second = journal.next;
    await journal.append({ lines: [message('three')], urgent: true });
    const records = await readAll(reader, 3);
    expect(records.map((record) => record.message)).toEqual(['one', 'zwei 둘', 'three']);
    expect(records.map((record) => record.sequence)).toEqual([first, first + 1, second]);
    expect(new Set(records.map((record) => record.id)).size).toBe(3);
    await journal.close();
  });

  it('goes on behind the committed cursor after a restart, in a new segment with a higher number', async () => {
    let journal = await openJournal();
    await journal.append({ lines: [message('one')] });
    await journal.append({ lines: [message('two')] });
    const before = journal.next;
    const reader = journal.reader('drain');
    const delivery = (await reader.read({ maxBytes: 1, maxRecords: 1 })) as Delivery;
    await reader.commit(delivery.cursor, { mark: 'm', counters: { stored: 1 } });
    await journal.close();
    journal = await openJournal();
    expect(journal.next).toBeGreaterThan(before);
    expect(journal.lines).toBe(2);
    await journal.append({ lines: [message('three')] });
    const again = journal.reader('drain');
    expect(again.start).toEqual({ mark: 'm', counters: { stored: 1 }, replayUntil: expect.any(Number) as number });
    expect((await readAll(again, 2)).map((record) => record.message)).toEqual(['two', 'three']);
    await journal.close();
  });
});

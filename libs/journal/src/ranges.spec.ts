import { journalFolder, LIMITS, message, openJournal, recordsOf } from './journal.fixture.js';
import type { Delivery } from './reader.js';

const folder = journalFolder();

async function journalOf(count: number, headBytes?: number) {
  const journal = await openJournal(folder.dir, headBytes === undefined ? {} : { headBytes });
  const ends: number[] = [];
  for (let at = 0; at < count; at++) {
    await journal.append({ lines: [message(`line ${at}`)], urgent: true });
    ends.push(journal.durable);
  }
  return { journal, ends };
}

const messages = (delivery: Delivery | undefined) =>
  delivery === undefined || delivery.count === 0 ? [] : recordsOf(delivery).map((record) => record.message);

describe('a reader of ranges', () => {
  it.each([
    ['memory', undefined],
    ['the files', 1],
  ])('ends at the position it is told, reading from %s', async (_, headBytes) => {
    const { journal, ends } = await journalOf(4, headBytes);
    const reader = journal.reader('detect');
    const first = await reader.read({ ...LIMITS, until: ends[1] ?? 0 });
    expect(messages(first)).toEqual(['line 0', 'line 1']);
    expect(first?.to).toBe(ends[1]);
    expect(messages(await reader.read(LIMITS))).toEqual(['line 2', 'line 3']);
    await journal.close();
  });

  it('gives a range that is read already as empty', async () => {
    const { journal, ends } = await journalOf(2);
    const reader = journal.reader('detect');
    await reader.read(LIMITS);
    expect(messages(await reader.read({ ...LIMITS, until: ends[1] ?? 0 }))).toEqual([]);
    await journal.close();
  });

  it('steps over what is there when it is told to', async () => {
    const { journal, ends } = await journalOf(3, 1);
    const reader = journal.reader('detect');
    await reader.read({ ...LIMITS, maxRecords: 1 });
    expect(await reader.skip()).toEqual({ position: ends[2], from: ends[2] });
    await journal.append({ lines: [message('behind')], urgent: true });
    expect(messages(await reader.read(LIMITS))).toEqual(['behind']);
    await journal.close();
  });

  it('hands on no join that it stepped over a part of, and needs nothing of it any more', async () => {
    const { journal } = await journalOf(0);
    const reader = journal.reader('detect');
    const part = async (first: number | 'self', body: string) => {
      await journal.append({ lines: [{ part: first, separator: '\n', body }], urgent: true });
    };
    const open = journal.next;
    await part('self', 'a');
    const ended = journal.next;
    await part('self', 'b');
    await journal.append({ lines: [message('read')], urgent: true });
    expect(messages(await reader.read(LIMITS))).toEqual(['read']);
    await journal.append({ lines: [{ end: ended }], urgent: true });
    expect(await reader.skip()).toEqual({ position: journal.durable, from: journal.durable });
    await part(open, 'c');
    await journal.append({ lines: [{ end: open }, message('behind')], urgent: true });
    const read = await reader.read(LIMITS);
    expect(messages(read)).toEqual(['behind']);
    expect(read?.cursor.from).toBe(read?.to);
    await journal.close();
  });
});

import { journalFolder, LIMITS, message, openJournal, readToEnd, recordsOf } from './journal.fixture.js';
import type { Journal } from './journal.js';
import type { Reader } from './reader.js';

const folder = journalFolder();
const nothingGone = (): void => {
  throw new Error('nothing was removed');
};
const append = (journal: Journal, ...texts: string[]) => journal.append({ lines: texts.map(message), urgent: true });

async function messagesOf(reader: Reader): Promise<string[]> {
  const delivery = await reader.read(LIMITS);
  return delivery === undefined ? [] : recordsOf(delivery).map((record) => record.message);
}

const readers: Reader[] = [];
const follow = (journal: Journal, ...where: Parameters<Journal['follow']>): Reader => {
  const reader = journal.follow(...where);
  readers.push(reader);
  return reader;
};

describe('a passing reader', () => {
  afterEach(() => Promise.all(readers.splice(0).map((reader) => reader.close())));

  it('begins where it is told, and again at any place that it came to', async () => {
    const journal = await openJournal(folder.dir);
    await append(journal, 'before');
    const { tip } = journal;
    await append(journal, 'one');
    await append(journal, 'two');
    const reader = follow(journal, tip, nothingGone);
    expect(await messagesOf(reader)).toEqual(['one', 'two']);
    expect(await messagesOf(follow(journal, tip, nothingGone))).toEqual(['one', 'two']);
    await journal.close();
  });

  it('collects the parts of joins that are open where it begins', async () => {
    const journal = await openJournal(folder.dir);
    await append(journal, 'before');
    const first = journal.next + 1;
    await journal.append({ lines: [message('beside'), { part: 'self', separator: '\n', body: 'a' }], urgent: true });
    await append(journal, 'between');
    const { tip } = journal;
    expect(tip.from).toBe(first - 1);
    const reader = follow(journal, tip, nothingGone);
    await journal.append({ lines: [{ part: first, separator: '\n', body: 'b' }, { end: first }], urgent: true });
    expect(await messagesOf(reader)).toEqual(['a\nb']);
    expect(journal.tip.from).toBe(journal.tip.position);
    await journal.close();
  });

  it('keeps no segment, and tells of what was removed before it was read', async () => {
    const journal = await openJournal(folder.dir, { segmentBytes: 1024 * 1024 });
    const drain = journal.reader('drain');
    const { tip } = journal;
    const gone: [number, number][] = [];
    const reader = follow(journal, tip, (from, to) => gone.push([from, to]));
    for (let n = 0; n < 40; n++) await append(journal, `${n} ${'x'.repeat(300_000)}`);
    for (let delivery = await drain.read(LIMITS); delivery !== undefined; delivery = drain.isAtEnd ? undefined : await drain.read(LIMITS)) {
      await drain.commit(delivery.cursor);
    }
    expect(journal.oldest).toBeGreaterThan(tip.position);
    const [read] = await messagesOf(reader);
    expect(gone).toEqual([[tip.position, journal.oldest]]);
    expect(Number(read?.split(' ')[0])).toBeGreaterThan(0);
    await journal.close();
  });

  it('knows after a restart what an earlier process removed', async () => {
    const before = await openJournal(folder.dir);
    const { tip } = before;
    await append(before, 'old');
    await readToEnd(before);
    await before.close();
    const journal = await openJournal(folder.dir);
    const gone: [number, number][] = [];
    const place = { position: tip.position - 2 ** 30, from: tip.position - 2 ** 30 };
    const reader = follow(journal, place, (from, to) => gone.push([from, to]));
    expect(await messagesOf(reader)).toEqual(['old', '(end)']);
    expect(gone).toEqual([[place.position, journal.oldest]]);
    await journal.close();
  });
});

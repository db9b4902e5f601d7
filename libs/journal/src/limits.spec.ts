import { rename } from 'node:fs/promises';
import { eventually, journalFolder, LIMITS, message, openJournal, readToEnd } from './journal.fixture.js';
import type { Delivery } from './reader.js';

const folder = journalFolder();

describe('a full journal', () => {
  it('tells sources to stop when drain is too far behind, still takes what they hold, and opens again by itself', async () => {
    const changes: [boolean, string][] = [];
    const journal = await openJournal(folder.dir, { maxBytes: 2000, onWritable: (writable, reason) => changes.push([writable, reason]) });
    const drain = journal.reader('drain');
    for (let at = 0; at < 20; at++) await journal.append({ lines: [message('x'.repeat(200))], urgent: true });
    expect(journal.writable).toBe(false);
    expect(journal.reason).toContain('2000 bytes');
    const delivery = (await drain.read(LIMITS)) as Delivery;
    await drain.commit(delivery.cursor);
    await eventually(async () => expect(journal.writable).toBe(true));
    expect(changes).toEqual([
      [false, expect.stringContaining('the store has not taken')],
      [true, ''],
    ]);
    expect(delivery.count).toBe(20);
    await journal.close();
  });

  it('is held by drain alone: another consumer that is behind loses the oldest, counted, and intake goes on', async () => {
    const counted: string[] = [];
    const options = { maxBytes: 5000, segmentBytes: 1000, headBytes: 1, count: (name: string) => counted.push(name) };
    const journal = await openJournal(folder.dir, options);
    const [drain, detect] = [journal.reader('drain'), journal.reader('detect')];
    let onDisk: Promise<void> | undefined;
    for (let at = 0; at < 40; at++) {
      await journal.append({ lines: [message(`${at} ${'x'.repeat(200)}`)], urgent: true });
      onDisk = drain.commit(((await drain.read(LIMITS)) as Delivery).cursor);
    }
    await onDisk;
    await eventually(async () => expect(journal.gauges['bytes']).toBeLessThan(7000));
    expect(journal.writable).toBe(true);
    const first = (await detect.read(LIMITS)) as Delivery;
    expect(first.bulk.toString()).not.toContain('"0 xxx');
    expect(counted).toContain('reader_skips');
    await journal.close();
  });

  it('stops sources under the free-space floor and names it', async () => {
    const journal = await openJournal(folder.dir, { freeFloorBytes: Number.MAX_SAFE_INTEGER });
    expect(journal.writable).toBe(false);
    expect(journal.reason).toContain('are free where');
    expect(await journal.append({ lines: [message('in hand')], urgent: true })).toBe('stored');
    await journal.close();
  });

  it('fails an append whose write fails, forgets its chunk, and goes on in a new segment when it can', async () => {
    const journal = await openJournal(folder.dir, { segmentBytes: 300 });
    const chunk = Buffer.alloc(16, 3);
    const first = journal.next;
    await journal.append({ lines: [{ part: 'self', separator: '\n', body: 'open' }, message('x'.repeat(300))], urgent: true });
    const away = `${folder.dir}-away`;
    await rename(folder.dir, away);
    await expect(journal.append({ lines: [message('lost')], chunk, urgent: true })).rejects.toMatchObject({ code: 'journal_write_failed' });
    expect(journal.known(chunk)).toBe(false);
    expect(journal.writable).toBe(false);
    expect(journal.reason).toContain('cannot write');
    await expect(journal.append({ lines: [message('lost')], chunk })).rejects.toMatchObject({ code: 'journal_full' });
    await rename(away, folder.dir);
    await eventually(async () => expect(journal.writable).toBe(true));
    expect(await journal.append({ lines: [message('again')], chunk, urgent: true })).toBe('stored');
    const records = await readToEnd(journal);
    expect(records.map((record) => record.message)).toEqual(['x'.repeat(300), 'open', 'again']);
    expect(records[1]?.sequence).toBeGreaterThan(first);
    await journal.close();
  });

  it('refuses an append without lines', async () => {
    const journal = await openJournal(folder.dir);
    await expect(journal.append({ lines: [] })).rejects.toMatchObject({ code: 'journal_append_invalid' });
    await journal.close();
  });
});

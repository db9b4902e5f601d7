import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually, journalFolder, LIMITS, message, openJournal, readAll } from './journal.fixture.js';
import type { Delivery, Reader } from './reader.js';

const folder = journalFolder();

async function commitAll(reader: Reader, count: number): Promise<void> {
  let onDisk: Promise<void> | undefined;
  for (let read = 0; read < count;) {
    const delivery = (await reader.read(LIMITS)) as Delivery;
    onDisk = reader.commit(delivery.cursor);
    read += delivery.count;
  }
  await onDisk;
}

describe('journal', () => {
  it('lets appends go on before readers look at what they wrote', async () => {
    const journal = await openJournal(folder.dir);
    const order: string[] = [];
    const read = journal.reader('rules').visit(LIMITS, () => order.push('read'));
    await journal.append({ lines: [message('m')], urgent: true });
    for (let step = 0; step < 20; step++) await Promise.resolve();
    order.push('acknowledged');
    await read;
    expect(order).toEqual(['acknowledged', 'read']);
    await journal.close();
  });

  it('hands on what was appended, in order, with the position as sequence and the segment id and offset as identity', async () => {
    const journal = await openJournal(folder.dir);
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
    let journal = await openJournal(folder.dir);
    await journal.append({ lines: [message('one')] });
    await journal.append({ lines: [message('two')] });
    const before = journal.next;
    const reader = journal.reader('drain');
    const delivery = (await reader.read({ maxBytes: 1, maxRecords: 1 })) as Delivery;
    await reader.commit(delivery.cursor, { mark: 'm', counters: { stored: 1 } });
    await journal.close();
    journal = await openJournal(folder.dir);
    expect(journal.next).toBeGreaterThan(before);
    expect(journal.lines).toBe(2);
    await journal.append({ lines: [message('three')] });
    const again = journal.reader('drain');
    expect(again.start).toEqual({ mark: 'm', counters: { stored: 1 }, replayUntil: expect.any(Number) as number });
    expect((await readAll(again, 2)).map((record) => record.message)).toEqual(['two', 'three']);
    await journal.close();
  });

  it('commits appends that come together with one write and one sync', async () => {
    const journal = await openJournal(folder.dir);
    const appends = Array.from({ length: 200 }, (_, at) => journal.append({ lines: [message(String(at))], urgent: true }));
    await Promise.all(appends);
    expect(journal.gauges['commits']).toBeLessThanOrEqual(2);
    await journal.close();
  });

  it('acknowledges what waits for a slow disk piece by piece', async () => {
    const journal = await openJournal(folder.dir);
    const done: number[] = [];
    const appends = Array.from({ length: 24 }, async () => {
      await journal.append({ lines: [message('x'.repeat(1024 * 1024))], urgent: true });
      done.push(Number(journal.gauges['commits']));
    });
    await Promise.all(appends);
    expect(done[0]).toBe(1);
    expect(done.at(-1)).toBe(6);
    await journal.close();
  });

  it('lets appends that nobody waits for share a commit for 10 ms', async () => {
    const journal = await openJournal(folder.dir);
    const first = journal.append({ lines: [message('a')] });
    await new Promise((resolve) => setImmediate(resolve));
    await Promise.all([first, journal.append({ lines: [message('b')] })]);
    expect(journal.gauges['commits']).toBe(1);
    await journal.close();
  });

  it('hands on durable lines only', async () => {
    const journal = await openJournal(folder.dir);
    const reader = journal.reader('drain');
    const order: string[] = [];
    const reading = reader.read(LIMITS).then(() => order.push('read'));
    await journal.append({ lines: [message('a')] }).then(() => order.push('durable'));
    await reading;
    expect(order).toEqual(['durable', 'read']);
    await journal.close();
  });

  it('gives two readers the same records, each with a cursor of its own', async () => {
    const journal = await openJournal(folder.dir);
    await journal.append({ lines: [message('a'), message('b')] });
    const [drain, detect] = [journal.reader('drain'), journal.reader('detect')];
    const one = (await drain.read(LIMITS)) as Delivery;
    await drain.commit(one.cursor);
    const other = (await detect.read(LIMITS)) as Delivery;
    expect(other.bulk.equals(one.bulk)).toBe(true);
    expect(detect.committed).toBeLessThan(drain.committed);
    await journal.close();
  });

  it('hands a reader behind the head the same from the files as one near it from memory', async () => {
    const journal = await openJournal(folder.dir, { headBytes: 4096, segmentBytes: 20_000 });
    const near = journal.reader('drain');
    const nearRecords = readAll(near, 600);
    for (let at = 0; at < 200; at++) await journal.append({ lines: [`${at}-1`, `${at}-2`, `${at}-3`].map(message), urgent: true });
    const behind = await readAll(journal.reader('detect'), 600);
    expect(behind).toEqual(await nearRecords);
    expect(journal.gauges['segments']).toBeGreaterThan(3);
    await journal.close();
  });

  it('exceeds the length of a segment by one frame at most, and positions rise over segments', async () => {
    const journal = await openJournal(folder.dir, { segmentBytes: 2000 });
    const positions: number[] = [];
    for (let at = 0; at < 50; at++) {
      positions.push(journal.next);
      await journal.append({ lines: [message('x'.repeat(300))], urgent: true });
    }
    expect(positions).toEqual([...new Set(positions)].sort((a, b) => a - b));
    expect((await readAll(journal.reader('drain'), 50)).map((record) => record.sequence)).toEqual(positions);
    await journal.close();
  });

  it('deletes segments that all cursors have passed, on disk, and keeps what one of them needs', async () => {
    const journal = await openJournal(folder.dir, { segmentBytes: 2000, headBytes: 1 });
    const [drain, detect] = [journal.reader('drain'), journal.reader('detect')];
    for (let at = 0; at < 50; at++) await journal.append({ lines: [message('x'.repeat(300))], urgent: true });
    const before = journal.gauges['segments'] as number;
    await commitAll(drain, 50);
    expect(journal.gauges['segments']).toBe(before);
    expect(journal.unreadBytes).toBe(0);
    await commitAll(detect, 50);
    await eventually(async () => {
      const files = (await readdir(folder.dir)).filter((name) => name.endsWith('.segment'));
      expect(files).toHaveLength(1);
    });
    await journal.close();
  });

  it('counts lines over restarts, ends of joins not among them', async () => {
    let journal = await openJournal(folder.dir, { segmentBytes: 500 });
    for (let at = 0; at < 10; at++) await journal.append({ lines: [message('a'), message('b')], urgent: true });
    const first = journal.next;
    await journal.append({ lines: [{ part: 'self', separator: '\n', body: 'x' }, { end: first }] });
    expect(journal.lines).toBe(21);
    await journal.close();
    journal = await openJournal(folder.dir);
    expect(journal.lines).toBe(21);
    await journal.append({ lines: [message('a')] });
    await journal.close();
    journal = await openJournal(folder.dir);
    expect(journal.lines).toBe(22);
    await journal.close();
  });

  it('starts a damaged cursor at the oldest record, with a report', async () => {
    let journal = await openJournal(folder.dir);
    await journal.append({ lines: [message('a')] });
    const reader = journal.reader('drain');
    await reader.commit(((await reader.read(LIMITS)) as Delivery).cursor);
    await journal.close();
    await folder.flip(join('cursors', 'drain.cursor'), 20);
    const events: string[] = [];
    journal = await openJournal(folder.dir, { report: (event) => events.push(event) });
    expect(await readAll(journal.reader('drain'), 1)).toHaveLength(1);
    expect(events).toContain('journal_cursor_damaged');
    await journal.close();
  });

  it('ends a waiting read when it closes, and when the signal is given', async () => {
    const journal = await openJournal(folder.dir);
    const stop = new AbortController();
    const read = journal.reader('drain').read({ ...LIMITS, signal: stop.signal });
    stop.abort();
    expect(await read).toBeUndefined();
    const other = journal.reader('detect').read(LIMITS);
    await journal.close();
    expect(await other).toBeUndefined();
    await expect(journal.append({ lines: [message('a')] })).rejects.toMatchObject({ code: 'journal_closed' });
  });

  it('keeps identity and sequence of a record that brings its own', async () => {
    const journal = await openJournal(folder.dir);
    await journal.append({ lines: [{ id: 'dead-1', source: '{"event":{"sequence":17},"message":"again"}' }], chunk: Buffer.alloc(16, 7) });
    expect(await readAll(journal.reader('drain'), 1)).toEqual([{ id: 'dead-1', message: 'again', sequence: 17 }]);
    await journal.close();
  });
});

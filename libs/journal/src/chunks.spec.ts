import { readdir } from 'node:fs/promises';
import { chunkHash } from './chunk-hash.js';
import { ChunkTable } from './chunk-table.js';
import { journalFolder, message, openJournal, readToEnd } from './journal.fixture.js';

const folder = journalFolder();
const lines = [message('a'), message('b')];
const chunk = chunkHash('id-1', 'payload');

describe('chunk ids', () => {
  it('make a repeat an acknowledged duplicate that is stored once', async () => {
    const journal = await openJournal(folder.dir);
    expect(await journal.append({ lines, chunk, urgent: true })).toBe('stored');
    expect(journal.known(chunk)).toBe(true);
    expect(await journal.append({ lines, chunk, urgent: true })).toBe('duplicate');
    expect(await readToEnd(journal)).toHaveLength(2);
    await journal.close();
  });

  it('give the identity of records: hash and index', async () => {
    const journal = await openJournal(folder.dir);
    await journal.append({ lines, chunk });
    const prefix = chunk.toString('base64url');
    expect((await readToEnd(journal)).map((record) => record.id)).toEqual([`${prefix}-0`, `${prefix}-1`]);
    await journal.close();
  });

  it('make a repeat that meets its append under way wait for it and share its outcome', async () => {
    const journal = await openJournal(folder.dir);
    const order: string[] = [];
    const first = journal.append({ lines, chunk }).then(() => order.push('first'));
    const second = journal.append({ lines, chunk }).then((outcome) => order.push(outcome));
    expect(journal.known(chunk)).toBe(true);
    await Promise.all([first, second]);
    expect(order).toEqual(['first', 'duplicate']);
    expect(await readToEnd(journal)).toHaveLength(2);
    await journal.close();
  });

  it('take the same id with other bytes for a new chunk, counted', async () => {
    const counted: string[] = [];
    const journal = await openJournal(folder.dir, { count: (name) => counted.push(name) });
    await journal.append({ lines, chunk });
    expect(await journal.append({ lines, chunk: chunkHash('id-1', 'other') })).toBe('stored');
    expect(counted).toContain('chunk_id_reused');
    await journal.close();
  });

  it.each([
    ['a clean stop', true],
    ['a crash', false],
  ])('are known after %s', async (_name, clean) => {
    let journal = await openJournal(folder.dir);
    await journal.append({ lines, chunk, urgent: true });
    if (clean) await journal.close();
    const next = await openJournal(folder.dir);
    expect(next.known(chunk)).toBe(true);
    expect(next.known(chunkHash('id-2', 'payload'))).toBe(false);
    await next.close();
    if (!clean) await journal.close().catch(() => undefined);
    journal = await openJournal(folder.dir);
    expect(journal.known(chunk)).toBe(true);
    await journal.close();
  });

  it('outlive their segment in a side file, and go when they are out of the window', async () => {
    let wallMs = Date.now();
    const options = { segmentBytes: 300, wallNs: () => BigInt(wallMs) * 1_000_000n };
    let journal = await openJournal(folder.dir, options);
    const drain = journal.reader('drain');
    for (let at = 0; at < 5; at++) {
      await journal.append({ lines, chunk: chunkHash(`id-${at}`, ''), urgent: true });
      const delivery = await drain.read({ maxBytes: 1, maxRecords: 1 });
      if (delivery !== undefined) await drain.commit(delivery.cursor);
    }
    await journal.close();
    const names = await readdir(folder.dir);
    expect(names.filter((name) => name.endsWith('.chunks')).length).toBeGreaterThan(
      names.filter((name) => name.endsWith('.segment')).length,
    );
    journal = await openJournal(folder.dir, options);
    expect(journal.known(chunkHash('id-0', ''))).toBe(true);
    await journal.close();
    wallMs += 11 * 60_000;
    journal = await openJournal(folder.dir, options);
    expect(journal.known(chunkHash('id-0', ''))).toBe(false);
    await journal.close();
    expect((await readdir(folder.dir)).filter((name) => name.endsWith('.chunks'))).toEqual([]);
  });
});

describe('chunk table', () => {
  const count =
    (names: [string, number][]) =>
    (name: string, by = 1) =>
      names.push([name, by]);

  it('forgets after the window', () => {
    let now = 0;
    const table = new ChunkTable({ windowMs: 600_000, maxBytes: 1 << 20, now: () => now, count: () => undefined });
    table.add(chunk);
    now = 599_000;
    expect(table.has(chunk)).toBe(true);
    now = 602_000;
    expect(table.has(chunk)).toBe(false);
  });

  it('stays within its bytes, forgets the oldest early and counts them', () => {
    const forgotten: [string, number][] = [];
    const table = new ChunkTable({ windowMs: 600_000, maxBytes: 1 << 20, now: () => 0, count: count(forgotten) });
    for (let at = 0; at < 100_000; at++) table.add(chunkHash(`id-${at}`, ''));
    expect(table.bytes).toBeLessThanOrEqual(1 << 20);
    expect(table.has(chunkHash('id-99999', ''))).toBe(true);
    expect(table.has(chunkHash('id-0', ''))).toBe(false);
    expect(forgotten.reduce((sum, [, by]) => sum + by, 0) + table.size).toBe(100_000);
  });

  it('finds every one of many ids', () => {
    const table = new ChunkTable({ windowMs: 600_000, maxBytes: 64 << 20, now: () => 0, count: () => undefined });
    const hashes = Array.from({ length: 20_000 }, (_, at) => chunkHash(`id-${at}`, 'x'));
    for (const hash of hashes) table.add(hash);
    expect(hashes.every((hash) => table.has(hash))).toBe(true);
    expect(table.has(chunkHash('other', 'x'))).toBe(false);
  });
});

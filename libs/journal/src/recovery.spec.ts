import { appendFile, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import type { Journal } from './journal.js';
import { journalFolder, message, openJournal, readToEnd } from './journal.fixture.js';

const folder = journalFolder();

async function newestSegment(): Promise<string> {
  const names = (await readdir(folder.dir)).filter((name) => name.endsWith('.segment')).sort();
  return join(folder.dir, names.at(-1) as string);
}

/** A journal of frames with two lines each. */
async function written(frames: number): Promise<Journal> {
  const journal = await openJournal(folder.dir);
  for (let at = 0; at < frames; at++) await journal.append({ lines: [message(`${at}a`), message(`${at}b`)], urgent: true });
  return journal;
}

/** Left as a crash leaves it: without a foot. */
async function crashed(frames: number): Promise<void> {
  const journal = await written(frames);
  const path = await newestSegment();
  const { size } = await stat(path);
  await journal.close();
  await truncate(path, size);
}

async function sealed(frames: number): Promise<void> {
  await (await written(frames)).close();
}

describe('recovery', () => {
  it('cuts a torn tail off, starts and reports', async () => {
    await crashed(3);
    const path = await newestSegment();
    const { size } = await stat(path);
    await truncate(path, size - 5);
    const events: string[] = [];
    const journal = await openJournal(folder.dir, { report: (event) => events.push(event) });
    expect(events).toContain('journal_tail_cut');
    expect((await readToEnd(journal)).map((record) => record.message)).toEqual(['0a', '0b', '1a', '1b']);
    await journal.close();
  });

  it('keeps a frame whole or not at all, wherever the tail is torn', async () => {
    await crashed(3);
    const path = await newestSegment();
    const whole = await readFile(path);
    for (let length = whole.length; length >= 0; length -= 37) {
      for (const name of await readdir(folder.dir)) if (name.endsWith('.segment')) await writeFile(join(folder.dir, name), '');
      await writeFile(path, whole.subarray(0, length));
      const journal = await openJournal(folder.dir);
      const kept = (await readToEnd(journal, `r${length}`)).map((record) => record.message);
      expect(kept).toEqual(['0a', '0b', '1a', '1b', '2a', '2b'].slice(0, kept.length));
      expect(kept.length % 2).toBe(0);
      await journal.close();
    }
  });

  it.each([
    ['crashed', crashed],
    ['sealed', sealed],
  ])('never refuses to start over any flipped byte of a %s segment, and loses only the frame that is hit', async (_, leave) => {
    await leave(6);
    const path = await newestSegment();
    const whole = await readFile(path);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, mask) => {
        const bytes = Buffer.from(whole);
        bytes[at] = (bytes[at] as number) ^ mask;
        for (const name of await readdir(folder.dir)) if (name.endsWith('.segment')) await writeFile(join(folder.dir, name), '');
        await writeFile(path, bytes);
        const journal = await openJournal(folder.dir);
        const kept = new Set((await readToEnd(journal, `r${at}x${mask}`)).map((record) => record.message));
        await journal.close();
        const lost = [0, 1, 2, 3, 4, 5].filter((frame) => !kept.has(`${frame}a`) || !kept.has(`${frame}b`));
        expect(lost.length).toBeLessThanOrEqual(1);
        expect(kept.size).toBe(12 - lost.length * 2);
      }),
      { numRuns: 120 },
    );
  });

  it('checks sealed segments when they are read: a damaged frame is stepped over, reported and counted', async () => {
    let journal = await openJournal(folder.dir);
    for (let at = 0; at < 5; at++) await journal.append({ lines: [message(`m${at}`)], urgent: true });
    const path = await newestSegment();
    await journal.close();
    // Quotes included: the random id in the segment's head may hold the two letters.
    const at = (await readFile(path)).indexOf('"m2"') + 1;
    await folder.flip(path.slice(folder.dir.length + 1), at);
    const seen: string[] = [];
    journal = await openJournal(folder.dir, { count: (name) => seen.push(name) });
    expect(seen).toEqual([]);
    expect((await readToEnd(journal)).map((record) => record.message)).toEqual(['m0', 'm1', 'm3', 'm4']);
    expect(seen).toEqual(['damaged_frames']);
    await journal.close();
  });

  it('takes garbage behind the last frame for a torn tail', async () => {
    await crashed(2);
    await appendFile(await newestSegment(), Buffer.alloc(100_000));
    const journal = await openJournal(folder.dir);
    expect(await readToEnd(journal)).toHaveLength(4);
    await journal.close();
  });

  it('writes a lost format file again, with the same identity', async () => {
    await crashed(1);
    const before = await openJournal(folder.dir);
    await before.close();
    await writeFile(join(folder.dir, 'format'), 'garbage');
    const journal = await openJournal(folder.dir);
    expect(journal.id).toBe(before.id);
    expect(journal.node).toBe(`node-${journal.id.slice(0, 8)}`);
    await journal.close();
  });

  it('refuses the folder of a newer version and says what to do', async () => {
    await writeFile(join(folder.dir, 'format'), '{"format":"logweir-journal","version":9,"id":"x"}');
    await expect(openJournal(folder.dir)).rejects.toMatchObject({
      code: 'journal_folder_unusable',
      message: expect.stringContaining('start that version'),
    });
  });

  it('ends joins that were open when the process ended', async () => {
    let journal = await openJournal(folder.dir, { segmentBytes: 300 });
    const first = journal.next;
    await journal.append({ lines: [{ part: 'self', separator: '\n', body: 'one' }], urgent: true });
    await journal.append({ lines: [message('other')], urgent: true });
    await journal.append({ lines: [{ part: first, separator: '\n', body: 'two' }], urgent: true });
    await journal.close();
    journal = await openJournal(folder.dir);
    expect((await readToEnd(journal)).map((record) => record.message)).toEqual(['other', 'one\ntwo']);
    expect(journal.gauges['open_joins']).toBe(0);
    await journal.close();
  });
});

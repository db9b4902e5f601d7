import fc from 'fast-check';
import { journalFolder, message, openJournal, readAll, recordsOf } from './journal.fixture.js';
import type { Reader } from './reader.js';
import { SLAB_BYTES, Slabs } from './slabs.js';

describe('memory for frames', () => {
  it('is used again when nobody needs it, and not before', () => {
    const slabs = new Slabs();
    const slab = slabs.take(100);
    const frame = slab.subarray(0, 50);
    slabs.hold(frame);
    slabs.release(slab);
    expect(slabs.take(100).buffer).not.toBe(slab.buffer);
    slabs.release(frame);
    expect(slabs.take(100).buffer).toBe(slab.buffer);
  });

  it('is not kept when it is longer than usual, nor beyond the limit', () => {
    const slabs = new Slabs();
    const long = slabs.take(SLAB_BYTES + 1);
    slabs.release(long);
    const many = Array.from({ length: 30 }, () => slabs.take(1));
    for (const each of many) slabs.release(each);
    const kept = new Set<ArrayBufferLike>(many.map(({ buffer }) => buffer));
    const again = Array.from({ length: 30 }, () => slabs.take(1)).filter(({ buffer }) => kept.has(buffer));
    expect(again).toHaveLength(12);
  });

  it('takes no note of bytes that lie elsewhere', () => {
    const slabs = new Slabs();
    const other = Buffer.allocUnsafeSlow(SLAB_BYTES);
    slabs.release(other);
    expect(slabs.take(1).buffer).not.toBe(other.buffer);
  });
});

describe('a journal that uses its memory again', () => {
  const folder = journalFolder();

  async function visitAll(reader: Reader, count: number, seen: string[]): Promise<void> {
    while (seen.length < count) {
      await reader.visit({ maxBytes: 200_000, maxRecords: 1_000 }, ({ bulk, positions }) => {
        const records = recordsOf({ bulk } as Parameters<typeof recordsOf>[0]);
        expect(records.map(({ sequence }) => sequence)).toEqual([...positions]);
        seen.push(...records.map((record) => record.message));
      });
    }
  }

  it('hands on what was appended, to those who copy and to those who look, whatever the sizes and the pace', async () => {
    let run = 0;
    const appends = fc.array(fc.tuple(fc.integer({ min: 1, max: 40_000 }), fc.integer({ min: 1, max: 9 }), fc.boolean()), {
      minLength: 10,
      maxLength: 60,
    });
    await fc.assert(
      fc.asyncProperty(appends, async (plan) => {
        const journal = await openJournal(`${folder.dir}/${(run += 1)}`, { headBytes: 64 * 1024, segmentBytes: 4 * SLAB_BYTES });
        const texts = plan.flatMap(([length, count], index) =>
          Array.from({ length: count }, (_, line) => `${index}-${line} `.padEnd(length, 'é')),
        );
        const seen: string[] = [];
        const copied = readAll(journal.reader('drain'), texts.length, { maxBytes: 300_000, maxRecords: 500 });
        const looked = visitAll(journal.reader('detect'), texts.length, seen);
        let at = 0;
        for (const [, count, wait] of plan) {
          const done = journal.append({ lines: texts.slice(at, at + count).map(message), urgent: true });
          at += count;
          if (wait) await done;
        }
        expect((await copied).map((record) => record.message)).toEqual(texts);
        await looked;
        expect(seen).toEqual(texts);
        await journal.close();
      }),
      { numRuns: 10 },
    );
  }, 60_000);
});

import { appendFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeadLetter } from './dead-letter-file.js';
import { DeadLetters } from './dead-letters.js';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'letters-'));
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

function letter(id: string, type = 'mapper_parsing_exception', source = '{"event":{"sequence":7}}'): DeadLetter {
  return { id, at: '2026-11-21T04:04:23.785232175Z', type, reason: 'no such field', origin: 'logs-logweir-default', source };
}

const idsOf = (items: readonly DeadLetter[]) => items.map((item) => item.id);

describe('dead letters', () => {
  it('keep reason, type, origin, time and the source line of a refused record, over a restart', async () => {
    const letters = await DeadLetters.open({ dir });
    await letters.put([letter('a'), letter('b')]);
    await letters.close();
    const again = await DeadLetters.open({ dir });
    expect(again.count).toBe(2);
    expect(await again.get('a')).toEqual(letter('a'));
    expect(await again.get('z')).toBeUndefined();
    await again.close();
  });

  it('list newest first, by type, page by page, also while letters are removed', async () => {
    const letters = await DeadLetters.open({ dir });
    await letters.put(['a', 'b', 'c', 'd', 'e'].map((id) => letter(id, id === 'c' ? 'other' : undefined)));
    const first = await letters.list({ limit: 2 });
    expect(idsOf(first.items)).toEqual(['e', 'd']);
    await letters.remove('d');
    const second = await letters.list({ limit: 2, after: first.next as string });
    expect(idsOf(second.items)).toEqual(['c', 'b']);
    expect(await letters.list({ limit: 2, after: second.next as string })).toEqual({ items: [letter('a')] });
    expect(idsOf((await letters.list({ limit: 9, type: 'other' })).items)).toEqual(['c']);
    expect(idsOf((await letters.list({ limit: 2, order: 'oldest' })).items)).toEqual(['a', 'b']);
    await letters.close();
  });

  it('stay removed after a restart', async () => {
    const letters = await DeadLetters.open({ dir });
    await letters.put([letter('a'), letter('b')]);
    expect(await letters.remove('a')).toBe(true);
    expect(await letters.remove('a')).toBe(false);
    await letters.close();
    const again = await DeadLetters.open({ dir });
    expect(idsOf((await again.list({ limit: 9 })).items)).toEqual(['b']);
    await again.close();
  });

  it('lose the oldest with a count when the limit in bytes is reached, and never grow beyond it by more than a file', async () => {
    let dropped = 0;
    const letters = await DeadLetters.open({ dir, maxBytes: 8192, count: (_name, by = 1) => (dropped += by) });
    for (let at = 0; at < 200; at++) await letters.put([letter(`id-${at}`)]);
    expect(letters.bytes).toBeLessThan(8192 + 1024);
    expect(letters.count + dropped).toBe(200);
    expect(await letters.get('id-199')).toBeDefined();
    expect(await letters.get('id-0')).toBeUndefined();
    await letters.close();
  });

  it('cut a torn entry off at start', async () => {
    const letters = await DeadLetters.open({ dir });
    await letters.put([letter('a')]);
    await letters.close();
    const [name = ''] = await readdir(dir);
    await appendFile(join(dir, name), '{"id":"b","type":"x","crc":1}\n{"id":"b"');
    const events: string[] = [];
    const again = await DeadLetters.open({ dir, report: (event) => events.push(event) });
    expect(events).toEqual(['dead_letters_tail_cut']);
    expect(again.count).toBe(1);
    await again.put([letter('c')]);
    expect(idsOf((await again.list({ limit: 9 })).items)).toEqual(['c', 'a']);
    await again.close();
  });

  it('take the place of a letter with the same id', async () => {
    const letters = await DeadLetters.open({ dir });
    await letters.put([letter('a'), letter('b')]);
    await letters.put([letter('a', 'other')]);
    expect(letters.count).toBe(2);
    expect((await letters.get('a'))?.type).toBe('other');
    await letters.close();
  });
});

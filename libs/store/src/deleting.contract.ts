import { parseQuery } from '#libs/query';
import type { DeleteProgress, LogStore, SearchResult } from './log-store.js';
import {
  BASE_NS,
  contractBatch,
  contractRecord,
  contractSearch,
  DAY_NS,
  PEOPLE,
  QUERIES,
  SECOND_NS,
  type SearchWords,
} from './records.contract.js';

interface Scene {
  readonly store: LogStore;
  /** Asks again until at least this many are found. */
  readonly search: (words?: SearchWords, count?: number) => Promise<SearchResult>;
}

const ever = new AbortController().signal;
const WHOLE = { fromNs: BASE_NS - 30n * DAY_NS, toNs: BASE_NS + DAY_NS };

const sequences = (result: SearchResult): number[] => result.hits.map((hit) => hit.key.sequence);

/** Deletes to the end; what was told on the way. */
export async function deleteAll(store: LogStore, q: string, range = WHOLE, signal = ever): Promise<DeleteProgress[]> {
  const told: DeleteProgress[] = [];
  for await (const progress of store.deleteMatching(parseQuery(q), range, signal)) told.push(progress);
  return told;
}

export function describeDeleting(scene: () => Scene): void {
  it('deletes with every query what it means, and nothing else', async () => {
    const { store, search } = scene();
    const groups = QUERIES.map((_, group) => BASE_NS + BigInt(group) * SECOND_NS);
    const records = groups.flatMap((_, group) =>
      PEOPLE.map((record, index) => ({
        ...record,
        ...contractRecord(group * 10 + index + 1, BigInt(group) * SECOND_NS + BigInt(index), { event: { created: undefined } }),
      })),
    );
    await store.write(contractBatch(records));
    await search({ limit: 1_000 }, records.length);
    for (const [group, [q]] of QUERIES.entries()) {
      const fromNs = groups[group] ?? 0n;
      await deleteAll(store, q, { fromNs, toNs: fromNs + SECOND_NS });
    }
    const left = sequences(await search({ limit: 1_000, order: 'asc' }));
    const expected = QUERIES.flatMap(([, found], group) => [1, 2, 3, 4, 5, 6].filter((n) => !found.includes(n)).map((n) => group * 10 + n));
    expect(left).toEqual(expected);
  }, 60_000);

  it('tells the total first and how far it is, over days and pages, and keeps what does not match', async () => {
    const { store, search } = scene();
    const records = Array.from({ length: 2_600 }, (_, index) =>
      contractRecord(index + 1, index % 2 === 0 ? 0n : -3n * DAY_NS, { message: index % 4 < 2 ? 'secret' : 'plain' }),
    );
    await store.write(contractBatch(records));
    await search({ limit: 3_000 }, 2_600);
    const told = await deleteAll(store, 'secret');
    expect(told[0]).toEqual({ deleted: 0, total: 1_300 });
    expect(told.at(-1)).toEqual({ deleted: 1_300, total: 1_300 });
    expect(told.map(({ deleted }) => deleted)).toEqual(told.map(({ deleted }) => deleted).sort((a, b) => a - b));
    const left = await search({ limit: 3_000 });
    expect(left.hits).toHaveLength(1_300);
    expect(left.hits.filter((hit) => hit.record['message'] !== 'plain')).toEqual([]);
    expect((await store.histogram({ ...contractSearch(), intervalMs: 86_400_000, by: 'log.level' })).total).toBe(1_300);
    expect(await deleteAll(store, 'secret')).toEqual([{ deleted: 0, total: 0 }]);
  });

  it('takes the range with its start and without its end', async () => {
    const { store, search } = scene();
    await store.write(contractBatch([1, 2, 3, 4].map((sequence) => contractRecord(sequence, BigInt(sequence)))));
    await search({}, 4);
    await deleteAll(store, '', { fromNs: BASE_NS + 2n, toNs: BASE_NS + 4n });
    expect(sequences(await search())).toEqual([4, 1]);
  });

  it('takes new and late records afterwards', async () => {
    const { store, search } = scene();
    await store.write(contractBatch([1, 2, 3].map((sequence) => contractRecord(sequence, -DAY_NS))));
    await search({}, 3);
    await deleteAll(store, '');
    await store.write(contractBatch([contractRecord(4, -DAY_NS), contractRecord(5, 0n)]));
    expect(sequences(await search({}, 2))).toEqual([5, 4]);
  });

  it('deletes nothing from an empty store, and nothing once its signal is aborted', async () => {
    const { store, search } = scene();
    expect(await deleteAll(store, '')).toEqual([{ deleted: 0, total: 0 }]);
    await store.write(contractBatch([contractRecord(1, 0n)]));
    await search({}, 1);
    await expect(deleteAll(store, '', WHOLE, AbortSignal.abort())).rejects.toMatchObject({ code: 'store_aborted' });
    expect(sequences(await search())).toEqual([1]);
  });
}

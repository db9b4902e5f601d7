import { parseQuery } from '#libs/query';
import { ANSWER_CUT } from './answer-size.js';
import type { LogStore, OrderKey } from './log-store.js';
import { contractBatch, contractRecord, contractSearch } from './records.contract.js';

/** More than one answer may have, each less than a message may. */
const RECORDS = 72;
const MESSAGE = 'x'.repeat(1_000_000);

interface Scene {
  readonly store: LogStore;
  readonly remove: () => Promise<void>;
  /** The store that finds all that was written, when it is not the same at once. */
  readonly reading?: () => Promise<LogStore>;
}

/** What each store does with records that do not fit into one answer. */
export function describeLargeAnswers(name: string, open: (count: (event: string) => void) => Promise<Scene>): void {
  describe(`${name}, asked for more than an answer may hold,`, () => {
    let scene: Scene;
    let store: LogStore;
    let counted: string[];
    beforeEach(async () => {
      counted = [];
      scene = await open((event) => counted.push(event));
      const records = Array.from({ length: RECORDS }, (_, at) => contractRecord(at + 1, BigInt(at), { message: MESSAGE }));
      for (const record of records) expect(await scene.store.write(contractBatch([record]))).toMatchObject({ stored: 1 });
      store = (await scene.reading?.()) ?? scene.store;
    }, 60_000);
    afterEach(() => scene.remove());

    it('gives a part, says that there is more, goes on behind it, and exports all', async () => {
      const found: number[] = [];
      let after: OrderKey | undefined;
      let pages = 0;
      for (let more = true; more; pages++) {
        const { hits, cut, partial } = await store.search(contractSearch({ limit: 100, order: 'asc', ...(after && { after }) }));
        expect(partial).toBe(false);
        found.push(...hits.map(({ key }) => key.sequence));
        after = hits.at(-1)?.key;
        more = cut === true;
      }
      expect(pages).toBeGreaterThan(1);
      expect(counted.filter((event) => event === ANSWER_CUT)).toHaveLength(pages - 1);
      expect(found).toEqual(Array.from({ length: RECORDS }, (_, at) => at + 1));

      const { fromNs, toNs } = contractSearch();
      let lines = 0;
      let records = 0;
      for await (const chunk of store.export({ query: parseQuery(''), fromNs, toNs, format: 'ndjson', order: 'desc' })) {
        records += chunk.records;
        for (const byte of chunk.bytes) if (byte === 10) lines++;
      }
      expect([records, lines]).toEqual([RECORDS, RECORDS]);
      expect(await store.fields({ ...contractSearch(), limit: 10 })).toMatchObject({ sampled: RECORDS, total: RECORDS, partial: false });
    }, 60_000);
  });
}

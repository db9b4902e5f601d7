/** Started by a test as a process of its own: deletes by query from a DuckDB store, until it is killed or done. */
import { parseQuery } from '#libs/query';
import { DuckDbStore } from '#libs/store';

const store = new DuckDbStore({ folder: process.argv[2] ?? '', now: () => Date.UTC(2026, 10, 21, 12) });
await store.start();
const range = { fromNs: 0n, toNs: BigInt(Date.UTC(2027, 0)) * 1_000_000n };
for await (const { deleted } of store.deleteMatching(parseQuery('secret'), range, new AbortController().signal)) {
  process.stdout.write(`${deleted}\n`);
}
await store.close();

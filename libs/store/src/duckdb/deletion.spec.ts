import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseQuery } from '#libs/query';
import { deleteAll } from '../deleting.contract.js';
import { CONTRACT_NOW_MS, contractBatch, contractRecord, contractSearch, DAY_NS, type Source } from '../records.contract.js';
import { DuckDbStore } from './duckdb-store.js';

const DAY_MS = 86_400_000;
const SUPPORT = new URL('../../../../test/support/', import.meta.url);
const MARK = 'zq-secret-service';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'logweir-delete-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function open(nowMs = CONTRACT_NOW_MS): Promise<DuckDbStore> {
  const store = new DuckDbStore({ folder, now: () => nowMs });
  await store.start();
  return store;
}

const records = (count: number, first = 1, offsetNs = 0n): Source[] =>
  Array.from({ length: count }, (_, index) =>
    contractRecord(first + index, offsetNs + BigInt(first + index) * 1_000n, {
      message: `order ${first + index} was ${index % 3 === 0 ? 'secret' : 'paid'}`,
      service: { name: index % 3 === 0 ? MARK : 'shop' },
    }),
  );

const total = async (store: DuckDbStore, q = ''): Promise<number> =>
  (await store.histogram({ ...contractSearch({ q }), intervalMs: DAY_MS })).total;

async function filesWith(mark: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const contents = await Promise.all(paths.map(async (path) => [path, await readFile(path)] as const));
  return contents.filter(([, content]) => content.includes(mark)).map(([path]) => path);
}

/** Deletes day after day in a process of its own, which is killed a moment after it began. */
async function deleteAndKill(ms: number): Promise<void> {
  const args = ['--import', new URL('typescript.mjs', SUPPORT).href, new URL('delete-until-killed.ts', SUPPORT).pathname, folder];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  await Promise.race([once(child.stdout, 'data'), exit]);
  setTimeout(() => child.kill('SIGKILL'), ms);
  await exit;
}

describe('deleting from day files', () => {
  it.each(['in the log', 'in the file'])('takes what is %s off the disk', async (place) => {
    const first = await open();
    await first.write(contractBatch(records(300)));
    if (place === 'in the file') await first.close();
    const store = place === 'in the file' ? await open() : first;
    expect(await filesWith(MARK)).not.toEqual([]);
    await deleteAll(store, 'secret');
    expect(await filesWith(MARK)).toEqual([]);
    expect(await readdir(folder)).not.toContainEqual(expect.stringContaining('.compact'));
    await store.close();
    expect(await filesWith(MARK)).toEqual([]);
  });

  it('is not undone by a replay of the journal, also after a restart', async () => {
    const store = await open();
    const batch = contractBatch([...records(300), ...records(90, 1_000, -DAY_NS)]);
    await store.write(batch);
    await deleteAll(store, 'secret');
    expect(await store.write(batch)).toMatchObject({ stored: 390, retry: [] });
    expect(await total(store)).toBe(260);
    await store.close();
    const again = await open();
    await again.write(batch);
    expect(await total(again)).toBe(260);
    expect(await total(again, 'secret')).toBe(0);
    await again.close();
  });

  it('keeps everything that is written while it deletes', async () => {
    const store = await open();
    await store.write(contractBatch(records(120_000)));
    let deleted = false;
    const deleting = deleteAll(store, 'secret').finally(() => (deleted = true));
    let written = 120_000;
    for (; !deleted; written += 900) expect(await store.write(contractBatch(records(900, written + 1)))).toMatchObject({ stored: 900 });
    await deleting;
    await deleteAll(store, 'secret');
    expect(await total(store)).toBe((written / 3) * 2);
    expect((await store.search(contractSearch({ q: `"order 119999"`, limit: 5 }))).hits).toHaveLength(1);
    await store.close();
  }, 60_000);

  it('and the rewrite of a closed day do not undo each other, and a rewritten day stays rewritten', async () => {
    const store = await open(CONTRACT_NOW_MS + 2 * DAY_MS);
    await store.write(contractBatch(records(60_000)));
    await Promise.all([store.maintain(), deleteAll(store, 'secret'), store.maintain()]);
    expect(await total(store)).toBe(40_000);
    await store.maintain();
    await deleteAll(store, '"order 2"');
    expect((await store.maintain()).compacted).toEqual([]);
    expect(await total(store)).toBe(39_999);
    expect((await store.search(contractSearch({ q: '"order 59999"', limit: 5 }))).hits).toHaveLength(1);
    await store.close();
  }, 60_000);

  it('can be aborted in the middle: a day is whole or done', async () => {
    const store = await open();
    await store.write(contractBatch([...records(60_000), ...records(60_000, 100_000, -DAY_NS)]));
    const abort = new AbortController();
    const told: number[] = [];
    const deleteSome = async (): Promise<void> => {
      for await (const { deleted } of store.deleteMatching(parseQuery('secret'), contractSearch(), abort.signal)) {
        told.push(deleted);
        if (deleted > 0) abort.abort();
      }
    };
    await expect(deleteSome()).rejects.toMatchObject({ code: 'store_aborted' });
    expect(told).toEqual([0, 20_000]);
    expect(await total(store)).toBe(100_000);
    await deleteAll(store, 'secret');
    expect(await total(store)).toBe(80_000);
    await store.close();
  }, 60_000);

  it('leaves every day whole or done when it is killed at any moment, and goes on when asked again', async () => {
    const days = [0n, 1n, 2n];
    const batch = contractBatch(days.flatMap((day) => records(6_000, 1 + Number(day) * 6_000, -day * DAY_NS)));
    const store = await open();
    await store.write(batch);
    await store.close();
    for (const ms of [5, 80, 200]) {
      await deleteAndKill(ms);
      const after = await open();
      const secrets = await total(after, 'secret');
      expect([0, 2_000, 4_000, 6_000]).toContain(secrets);
      expect(await total(after, 'paid')).toBe(12_000);
      expect(await after.write(batch)).toMatchObject({ stored: 18_000 });
      expect(await total(after)).toBe(12_000 + secrets);
      await after.close();
    }
    const last = await open();
    await deleteAll(last, 'secret');
    expect(await total(last)).toBe(12_000);
    await last.close();
    expect(await filesWith(MARK)).toEqual([]);
  }, 60_000);
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { describeLargeAnswers } from '../answer-size.contract.js';
import { describeLogStore } from '../log-store.contract.js';
import { CONTRACT_NOW_MS, contractBatch, contractRecord, contractSearch, DAY_NS, type Source } from '../records.contract.js';
import { DuckDbStore, type DuckDbStoreOptions } from './duckdb-store.js';
import type { StoreReport } from './protocol.js';

const DAY_MS = 86_400_000;

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'logweir-duckdb-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function open(options: Partial<DuckDbStoreOptions> = {}): Promise<DuckDbStore> {
  const store = new DuckDbStore({ folder, now: () => CONTRACT_NOW_MS, ...options });
  await store.start();
  return store;
}

const records = (count: number, offsetNs = 0n, first = 1): Source[] =>
  Array.from({ length: count }, (_, index) =>
    contractRecord(first + index, offsetNs + BigInt(index) * 1000n, {
      message: `order ${first + index} was paid`,
      log: { level: index % 3 ? 'info' : 'error' },
    }),
  );

describeLogStore('DuckDbStore', async (now) => {
  const store = await open({ now });
  return { store, expires: true, remove: async () => {} };
});

describeLargeAnswers('DuckDbStore', async (count) => {
  const store = await open({ count });
  return { store, remove: () => store.close() };
});

describeLargeAnswers('DuckDbStore with little memory', async (count) => {
  let store = await open();
  const reading = async () => {
    await store.close();
    return (store = await open({ memoryLimitMb: 192, count }));
  };
  return { store, reading, remove: () => store.close() };
});

describe('DuckDbStore', () => {
  it('opens a file from before patterns had a column, keeps its records and writes new ones beside them', async () => {
    const before = await open();
    await before.write(contractBatch(records(3)));
    await before.close();
    const [file = ''] = (await readdir(folder)).filter((name) => /^\d{4}-.*\.duckdb$/.test(name));
    const engine = await DuckDBInstance.create(join(folder, file));
    const connection = await engine.connect();
    await connection.run(`ALTER TABLE logs DROP COLUMN pattern; UPDATE meta SET value = '1' WHERE key = 'format'`);
    connection.closeSync();
    engine.closeSync();
    const store = await open();
    const pattern = '0123456789ab';
    await store.write(contractBatch([contractRecord(9, 9_000n, { log: { pattern, level: 'info' } })]));
    const found = await store.search(contractSearch({ q: `log.pattern: ${pattern}` }));
    expect(found.hits.map((hit) => hit.record)).toMatchObject([{ log: { pattern, level: 'info' } }]);
    expect((await store.search(contractSearch({ q: 'not log.pattern: *' }))).hits).toHaveLength(3);
    await store.close();
  });

  it('refuses a folder that another store of this process has open, in one line', async () => {
    const first = await open();
    await expect(open()).rejects.toMatchObject({ code: 'store_locked', message: expect.stringMatching(/^[^\n]*already open[^\n]*$/) });
    await first.close();
    await (await open()).close();
  });

  it('refuses a folder that another process has open, in one line that names it', async () => {
    const code = `const { DuckDBInstance } = require('@duckdb/node-api');
      DuckDBInstance.create(${JSON.stringify(join(folder, 'catalog.duckdb'))}).then(() => { console.log('open'); setInterval(() => {}, 1000); });`;
    const other = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      await once(other.stdout, 'data');
      const message = expect.stringMatching(new RegExp(`^[^\\n]*in use by process ${other.pid}[^\\n]*$`)) as unknown;
      await expect(open()).rejects.toMatchObject({ code: 'store_locked', message });
    } finally {
      other.kill('SIGKILL');
      await once(other, 'exit');
    }
  });

  it('finds everything again after a restart, and skips what a day file has', async () => {
    const batch = contractBatch([...records(500), ...records(20, -DAY_NS, 501)]);
    const first = await open();
    await first.write(batch);
    await first.close();
    const second = await open();
    expect(await second.write(batch)).toMatchObject({ stored: 520, duplicate: 0, retry: [] });
    expect((await second.search(contractSearch({ limit: 1 }))).total).toEqual({ value: 520, exact: true });
    expect(await second.histogram({ ...contractSearch(), intervalMs: DAY_MS, by: 'log.level' })).toMatchObject({ total: 520 });
    await second.close();
  });

  it('sets a damaged day file aside with a report, and starts', async () => {
    const first = await open();
    await first.write(contractBatch([...records(5), ...records(5, -DAY_NS, 6)]));
    await first.close();
    await writeFile(join(folder, '2026-11-20.duckdb'), 'x'.repeat(9_999));
    const reports: StoreReport[] = [];
    const second = await open({ report: (report) => reports.push(report) });
    expect(reports).toEqual([{ type: 'day_set_aside', message: expect.stringContaining('2026-11-20.duckdb cannot be read') }]);
    expect(await readdir(folder)).toContainEqual(expect.stringMatching(/^2026-11-20\.duckdb\.corrupt-\d+$/));
    expect((await second.search(contractSearch())).total.value).toBe(5);
    await second.close();
  });

  it('drops days past retention, and counts their late records as expired', async () => {
    const store = await open({ retentionDays: 2 });
    const old = await store.write(contractBatch([...records(3), ...records(4, -3n * DAY_NS, 4)]));
    expect(old).toMatchObject({ stored: 3, expired: 4 });
    await store.close();
    const later = await open({ retentionDays: 2, now: () => CONTRACT_NOW_MS + 3 * DAY_MS });
    const { dropped } = await later.maintain();
    expect(dropped).toEqual([{ day: '2026-11-21', reason: 'days', records: 3, bytes: expect.any(Number) }]);
    expect(await readdir(folder)).not.toContain('2026-11-21.duckdb');
    expect(await later.write(contractBatch(records(2, 0n, 10)))).toMatchObject({ stored: 0, expired: 2 });
    await later.close();
  });

  it('drops the oldest days when the files are larger than allowed, today never, and remembers it over a restart', async () => {
    const store = await open({ retentionBytes: 1 });
    await store.write(contractBatch([...records(3), ...records(3, -DAY_NS, 4), ...records(3, -2n * DAY_NS, 7)]));
    const { dropped } = await store.maintain();
    expect(dropped.map(({ day, reason, records: count }) => [day, reason, count])).toEqual([
      ['2026-11-19', 'bytes', 3],
      ['2026-11-20', 'bytes', 3],
    ]);
    await store.close();
    const again = await open();
    expect(await again.write(contractBatch(records(2, -DAY_NS, 20)))).toMatchObject({ stored: 0, expired: 2 });
    expect((await again.search(contractSearch())).total).toEqual({ value: 3, exact: true });
    await again.close();
  });

  it('rewrites a closed day in order with all it knows, and once', async () => {
    const store = await open({ now: () => CONTRACT_NOW_MS + DAY_MS });
    const batch = contractBatch(
      records(20_000)
        .reverse()
        .map((record, index) => ({ ...record, event: { sequence: index + 1 } })),
    );
    await store.write(batch);
    const before = await store.search(contractSearch({ q: 'paid', limit: 50 }));
    const { compacted } = await store.maintain();
    expect(compacted).toEqual([{ day: '2026-11-21', before: expect.any(Number), after: expect.any(Number) }]);
    expect(await store.search(contractSearch({ q: 'paid', limit: 50 }))).toEqual(before);
    expect(await store.write(batch)).toMatchObject({ stored: 20_000 });
    expect((await store.search(contractSearch({ limit: 1 }))).total).toEqual({ value: 20_000, exact: true });
    expect((await store.maintain()).compacted).toEqual([]);
    expect(await readdir(folder)).not.toContainEqual(expect.stringContaining('.compact'));
    await store.close();
  });

  it('opens a rewritten day again for a late record', async () => {
    const store = await open({ now: () => CONTRACT_NOW_MS + DAY_MS });
    await store.write(contractBatch(records(100)));
    await store.maintain();
    await store.write(contractBatch(records(1, 5n, 101)));
    expect((await store.search(contractSearch())).total).toEqual({ value: 101, exact: true });
    await store.close();
  });

  it('gives what it has when the time is up, and says so', async () => {
    const store = await open();
    await store.write(contractBatch(records(100)));
    const result = await store.search(contractSearch({ timeoutMs: 0 }));
    expect(result).toMatchObject({
      hits: [],
      partial: true,
      total: { value: 0, exact: false },
      warnings: [expect.stringContaining('time was up')],
    });
    expect(await store.histogram({ ...contractSearch({ q: 'paid' }), intervalMs: 60_000, timeoutMs: 0 })).toMatchObject({ partial: true });
    await store.close();
  });

  it('ends a search that is aborted while it runs', async () => {
    const store = await open();
    await store.write(contractBatch(records(2_000)));
    const abort = new AbortController();
    const running = store.search(contractSearch({ q: 'message:/.*paid.*/', signal: abort.signal }));
    abort.abort();
    await expect(running).rejects.toMatchObject({ code: 'store_aborted', retryable: false });
    expect((await store.search(contractSearch({ limit: 1 }))).total.value).toBe(2_000);
    await store.close();
  });

  it('hands records of a day that it cannot write back for another try, stores the rest, and is not healthy until it can', async () => {
    const store = await open();
    await mkdir(join(folder, '2026-11-20.duckdb.wal'));
    await mkdir(join(folder, '2026-11-20.duckdb'));
    const outcome = await store.write(contractBatch([...records(2), ...records(2, -DAY_NS, 3), ...records(1, 5n, 5)]));
    expect(outcome).toMatchObject({ stored: 3, rejected: [], retry: [2, 3], retryAfterMs: expect.any(Number) });
    expect(outcome.reason).toContain('2026-11-20');
    expect(await store.health()).toEqual({ ok: false, reason: outcome.reason });
    await rm(join(folder, '2026-11-20.duckdb'), { recursive: true });
    await rm(join(folder, '2026-11-20.duckdb.wal'), { recursive: true });
    expect(await store.write(contractBatch(records(2, -DAY_NS, 3)))).toMatchObject({ stored: 2, retry: [] });
    expect(await store.health()).toEqual({ ok: true, reason: '' });
    expect((await store.search(contractSearch())).total).toEqual({ value: 5, exact: true });
    await store.close();
  });

  it('answers reads while a large batch is written', async () => {
    const store = await open();
    await store.write(contractBatch(records(100)));
    const writing = store.write(contractBatch(records(30_000, 1_000_000n, 101)));
    const first = await Promise.race([writing.then(() => 'write'), store.search(contractSearch()).then(() => 'read')]);
    expect(first).toBe('read');
    expect((await writing).stored).toBe(30_000);
    await store.close();
  });

  it('leaves one small file per day and no log when it is closed', async () => {
    const store = await open();
    for (let index = 0; index < 3; index += 1) {
      await store.write(contractBatch(records(5_000, BigInt(index) * 5_000_000n, index * 5_000 + 1)));
    }
    await store.close();
    await expect(stat(join(folder, '2026-11-21.duckdb.wal'))).rejects.toMatchObject({ code: 'ENOENT' });
    expect((await stat(join(folder, '2026-11-21.duckdb'))).size).toBeLessThan(15_000 * 150);
  });

  it.each([
    ['', 300],
    ['level:error', 100],
    ['level>=info and not level:error', 200],
    ['-level:*', 0],
    ['level:error and paid', 100],
  ])('counts %p by level alike from its counts and from its rows', async (q, total) => {
    const store = await open();
    await store.write(contractBatch(records(300)));
    const request = { ...contractSearch({ q }), by: 'log.level' };
    const counted = await store.histogram({ ...request, intervalMs: 60_000 });
    expect(counted.total).toBe(total);
    expect(await store.histogram({ ...request, intervalMs: 60_000 * 1.5 })).toMatchObject({ total });
    expect((await store.search(contractSearch({ q, limit: 1 }))).total).toEqual({ value: total, exact: true });
    await store.close();
  });

  it('says that it is closed, and takes nothing more', async () => {
    const store = await open();
    await store.close();
    await store.close();
    expect(await store.health()).toEqual({ ok: false, reason: 'the store is closed' });
    expect(await store.write(contractBatch(records(2)))).toMatchObject({ stored: 0, retry: [0, 1], reason: 'the store is closed' });
    await expect(store.search(contractSearch())).rejects.toMatchObject({ code: 'store_closed' });
  });
});

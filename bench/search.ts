/**
 * How does DuckDB answer with 10 M records in it? Seeds a store through `write`, then asks what the page asks.
 *
 *   npm run bench -- search [--n 10000000] [--runs 20] [--folder DIR [--reuse]]
 *
 * `--reuse` asks a folder that an earlier run filled with as many records: what it measures is searches and start-up only.
 */
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseQuery } from '#libs/query';
import { DuckDbStore, type SearchRequest } from '#libs/store';
import { LogRecords, RARE_WORD } from './log-records.js';
import { readExport } from './search-export.js';

const BATCH_RECORDS = 5_000;
const NOW_MS = Date.UTC(2026, 10, 21, 12);
const DAY_MS = 86_400_000;
/** What comes in while searches are timed. */
const LOAD_PER_SECOND = 20_000;
const LOAD_BATCH = 2_000;

interface Row {
  readonly name: string;
  readonly p50: string;
  readonly p95: string;
  readonly goal: string;
}

const open = async (folder: string): Promise<DuckDbStore> => {
  const store = new DuckDbStore({ folder, now: () => NOW_MS });
  await store.start();
  return store;
};

interface Seeded {
  readonly perSecond: number;
  readonly slowestMs: number;
  readonly bytes: number;
  readonly cpuUs: number;
}

async function seed(store: DuckDbStore, records: LogRecords, n: number): Promise<Seeded> {
  const stepMs = DAY_MS / n;
  const before = process.cpuUsage();
  let writingMs = 0;
  let slowestMs = 0;
  let bytes = 0;
  for (let done = 0; done < n; done += BATCH_RECORDS) {
    const batch = records.batch(Math.min(BATCH_RECORDS, n - done), NOW_MS - DAY_MS + done * stepMs, stepMs);
    bytes += batch.bulk.length;
    const start = performance.now();
    const outcome = await store.write(batch);
    const took = performance.now() - start;
    if (outcome.stored !== batch.count) throw new Error(`not stored: ${outcome.reason ?? outcome.rejected[0]?.reason ?? 'expired'}`);
    writingMs += took;
    slowestMs = Math.max(slowestMs, took);
  }
  const { user, system } = process.cpuUsage(before);
  return { perSecond: n / (writingMs / 1000), slowestMs, bytes, cpuUs: (user + system) / n };
}

async function bytesOf(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(folder)) bytes += (await stat(join(folder, name))).size;
  return bytes;
}

/** Highest resident size of this process so far, in MiB. */
async function peakMiB(): Promise<number> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}

async function time(name: string, goal: string, runs: number, ask: () => Promise<unknown>): Promise<Row> {
  await ask();
  const times: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const start = performance.now();
    await ask();
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => `${(times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0).toFixed(1)} ms`;
  return { name, p50: at(0.5), p95: at(0.95), goal };
}

/** Writes at the given rate until told to stop; resolves to the rate reached. */
function load(store: DuckDbStore, records: LogRecords): () => Promise<number> {
  let running = true;
  const run = async (): Promise<number> => {
    const start = performance.now();
    let written = 0;
    while (running) {
      await store.write(records.batch(LOAD_BATCH, NOW_MS + written / 20, 0.05));
      written += LOAD_BATCH;
      const ahead = (written / LOAD_PER_SECOND) * 1000 - (performance.now() - start);
      if (ahead > 0) await new Promise((resolve) => setTimeout(resolve, ahead));
    }
    return written / ((performance.now() - start) / 1000);
  };
  const done = run();
  return () => {
    running = false;
    return done;
  };
}

function requests(store: DuckDbStore) {
  const range = { fromNs: BigInt(NOW_MS - 2 * DAY_MS) * 1_000_000n, toNs: BigInt(NOW_MS + DAY_MS) * 1_000_000n, timeoutMs: 30_000 };
  const page = (q: string): SearchRequest => ({ ...range, query: parseQuery(q), limit: 100, order: 'desc' });
  const all = { ...range, query: parseQuery('') };
  const levels = () => store.histogram({ ...all, intervalMs: 60_000, by: 'log.level' });
  const fields = ['log.level', 'service.name', 'container.name', 'host.name'];
  return {
    newest: () => store.search(page('')),
    levels,
    services: () => store.histogram({ ...all, intervalMs: 600_000, by: 'service.name' }),
    facets: () => Promise.all([store.facets({ ...all, fields, limit: 10 }), levels()]),
    context: () => context(store, range),
    patterns: () => store.patterns({ ...all, order: 'count', limit: 50, intervalMs: 3_600_000 }),
    error: () => store.search(page('level:error')),
    rare: () => store.search(page(RARE_WORD)),
    custom: () => store.search(page('user_id:4711')),
  };
}

/** What the API asks for the records around one of ten hours ago. */
async function context(store: DuckDbStore, range: Pick<SearchRequest, 'timeoutMs'>): Promise<void> {
  const at = BigInt(NOW_MS - 10 * 3_600_000) * 1_000_000n;
  const one = { ...range, query: parseQuery(''), fromNs: at, toNs: at + 600_000_000_000n, limit: 1, order: 'asc', count: false } as const;
  const { hits } = await store.search(one);
  const [hit] = hits;
  if (hit === undefined) throw new Error('there is no record of ten hours ago');
  const record = (await store.get(hit.key)) ?? {};
  const { id } = record['container'] as { readonly id: string };
  const around = {
    ...range,
    query: parseQuery(`container.id:"${id}" and stream:stdout`),
    after: hit.key,
    limit: 20,
    count: false as const,
  };
  const place = BigInt(hit.key.timestampNs);
  const [before, after] = await Promise.all([
    store.search({ ...around, order: 'desc', fromNs: 0n, toNs: place + 1n }),
    store.search({ ...around, order: 'asc', fromNs: place, toNs: 2n ** 63n - 1n }),
  ]);
  if (before.hits.length + after.hits.length !== 40) throw new Error('there are too few records around one of ten hours ago');
}

async function exporting(store: DuckDbStore, format: 'ndjson' | 'text', n: number): Promise<Row> {
  const range = { fromNs: BigInt(NOW_MS - 2 * DAY_MS) * 1_000_000n, toNs: BigInt(NOW_MS) * 1_000_000n };
  const { perSecond, earlyMiB, mostMiB } = await readExport(store, { ...range, query: parseQuery(''), format, order: 'asc' }, n);
  const memory = `RSS ${earlyMiB} MiB after a tenth, ${mostMiB} MiB at most`;
  return { name: `export as ${format}`, p50: `${Math.round(perSecond)} records/s`, p95: memory, goal: '200000 records/s, flat' };
}

async function timings(store: DuckDbStore, records: LogRecords, { runs, n }: { runs: number; n: number }): Promise<Row[]> {
  const ask = requests(store);
  const rows = [
    await time('newest 100', '50 ms', runs, ask.newest),
    await time('newest 100 errors', '', runs, ask.error),
    await time('histogram by minute and level', '100 ms', runs, ask.levels),
    await time('histogram by 10 minutes and service', '', runs, ask.services),
    await time('patterns, 50 with trend and samples', '', Math.ceil(runs / 2), ask.patterns),
    await time('four facets and histogram', '150 ms', runs, ask.facets),
    await time('context, 20 before and after', '50 ms', runs, ask.context),
    await time('rare word', '50 ms', Math.ceil(runs / 2), ask.rare),
    await time('exact custom field', '60 ms', Math.ceil(runs / 2), ask.custom),
  ];
  rows.push(await exporting(store, 'ndjson', n), await exporting(store, 'text', n));
  const stop = load(store, records);
  const busy = await time('newest 100', '200 ms', runs * 5, ask.newest);
  const rate = await stop();
  return [...rows, { ...busy, name: `newest 100 while ${Math.round(rate)} records/s come in` }];
}

async function startUp(folder: string): Promise<Row> {
  const start = performance.now();
  const store = await open(folder);
  const took = `${(performance.now() - start).toFixed(0)} ms`;
  await store.close();
  return { name: 'start-up', p50: took, p95: '', goal: '2 s' };
}

function describe({ bytes, perSecond, slowestMs, cpuUs }: Seeded, n: number): string {
  const speed = `${Math.round(perSecond)} records/s written, slowest write ${slowestMs.toFixed(0)} ms`;
  return `${n} records of ${Math.round(bytes / n)} bytes: ${speed}, ${cpuUs.toFixed(1)} µs of CPU per record (generator included)`;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    args: process.argv.slice(2).filter((argument) => argument !== 'search'),
    options: {
      n: { type: 'string', default: '10000000' },
      runs: { type: 'string', default: '20' },
      folder: { type: 'string' },
      reuse: { type: 'boolean', default: false },
    },
  });
  const folder = values.folder ?? (await mkdtemp(join(tmpdir(), 'logweir-bench-')));
  const n = Number(values.n);
  // The store takes no position of a journal twice, so a folder that is used again gets a journal of its own.
  const records = new LogRecords(values.reuse ? `again-${Date.now()}` : 'seed');
  const store = await open(folder);
  const seeded = values.reuse ? undefined : await seed(store, records, n);
  const afterSeed = await peakMiB();
  const bytes = await bytesOf(folder);
  const rows = await timings(store, records, { runs: Number(values.runs), n });
  const peak = await peakMiB();
  await store.close();
  rows.push(await startUp(folder));
  if (values.folder === undefined) await rm(folder, { recursive: true });

  const written = seeded ? describe(seeded, n) : `${n} records of an earlier run`;
  const facts = [
    written,
    `${(bytes / n).toFixed(1)} bytes per record on disk (log included), peak RSS ${afterSeed} MiB before searching, ${peak} MiB after`,
  ];
  const lines = rows.map(({ name, p50, p95, goal }) => `| ${name} | ${p50} | ${p95} | ${goal} |`);
  process.stdout.write([...facts, '', '| | p50 | p95 | goal |', '|---|---|---|---|', ...lines, ''].join('\n'));
}

await main();

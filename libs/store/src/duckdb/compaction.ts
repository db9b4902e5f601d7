import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { filterRows, storeFilter } from './blocks.js';
import type { Catalog } from './catalog.js';
import { quoteText, schemaOf, STORAGE_VERSION } from './columns.js';
import type { DayFile } from './day-file.js';
import { windowSql, windowsOf } from './search.js';
import { FilterBuilder } from './token-filter.js';
import { NS_PER_MS } from './timestamp.js';
import type { Turns } from './turns.js';

/**
 * A closed day is rewritten in the order of its records, in full row groups and with its counts summed up: into `<day>.compact`,
 * which takes the day's name only when it is whole and on disk, and only when nothing was written to the day meanwhile.
 * Until the rename the old file counts.
 */

/** Records sorted at once: about 100 MB, well inside the memory limit beside searches. */
const SLICE_RECORDS = 100_000;
/** Late records that make a rewritten day worth another rewrite. */
const REWRITE_GROWTH = 1.1;

export const wantsCompaction = (day: DayFile): boolean =>
  day.counts.total > 0 && (day.compactedRecords < 0 || day.counts.total > day.compactedRecords * REWRITE_GROWTH);

/** Bytes before and after; undefined when a write came between and the rewrite was given up. */
export async function compact(catalog: Catalog, turns: Turns, day: DayFile): Promise<{ before: number; after: number } | undefined> {
  const path = `${day.path.replace(/\.duckdb$/, '')}.compact`;
  const connection = await catalog.connect();
  try {
    const writes = day.writes;
    await removeBoth(path);
    await rewrite(connection, day, path);
    const before = await day.bytes();
    const after = (await stat(path)).size;
    const swapped = await turns.take(() => day.alone(() => swap(catalog, day, path, writes)));
    return swapped ? { before, after } : undefined;
  } finally {
    connection.closeSync();
    await removeBoth(path);
  }
}

async function rewrite(connection: DuckDBConnection, day: DayFile, path: string): Promise<void> {
  const target = `compact_${day.name}`;
  await connection.run(`ATTACH ${quoteText(path)} AS ${target} (STORAGE_VERSION '${STORAGE_VERSION}')`);
  try {
    for (const statement of schemaOf(target)) await connection.run(statement);
    await copyRows(connection, day, target);
    await connection.run(`INSERT INTO ${target}.minutes SELECT minute, level, sum(records) FROM ${day.name}.minutes GROUP BY ALL`);
    await connection.run(`INSERT INTO ${target}.applied SELECT journal, max(position) FROM ${day.name}.applied GROUP BY ALL`);
    await connection.run(`INSERT INTO ${target}.meta SELECT 'compacted', count(*)::VARCHAR FROM ${target}.logs`);
    await connection.run(`CHECKPOINT ${target}`);
  } finally {
    await connection.run(`DETACH ${target}`);
  }
}

async function copyRows(connection: DuckDBConnection, day: DayFile, target: string): Promise<void> {
  const whole = { fromNs: BigInt(day.startMs) * NS_PER_MS, toNs: BigInt(day.endMs) * NS_PER_MS };
  let filter = new FilterBuilder(0);
  for (const slice of windowsOf(day, whole, 'asc', { first: SLICE_RECORDS, growth: 1 })) {
    await day.reading(async () => {
      await connection.run(`INSERT INTO ${target}.logs SELECT * FROM ${day.name}.logs WHERE ${windowSql(slice)} ORDER BY ts, seq, node`);
    });
    filter = await filterRows(connection, target, filter);
    await connection.run(`CHECKPOINT ${target}`);
  }
  if (filter.records > 0) await storeFilter(connection, target, filter);
}

async function swap(catalog: Catalog, day: DayFile, path: string, writes: number): Promise<boolean> {
  if (day.writes !== writes || catalog.isDropped(day.day)) return false;
  await day.checkpoint(catalog.checkpointer);
  await day.detach(catalog.writer);
  try {
    // A log left behind would be replayed onto the new file.
    if (
      await stat(`${day.path}.wal`).then(
        () => true,
        () => false,
      )
    )
      return false;
    await syncPath(path);
    await rename(path, day.path);
    await syncPath(dirname(day.path));
    day.compactedRecords = day.counts.total;
    day.rewrites += 1;
    return true;
  } finally {
    await day.attachAgain(catalog.writer);
  }
}

async function syncPath(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

async function removeBoth(path: string): Promise<void> {
  await rm(path, { force: true });
  await rm(`${path}.wal`, { force: true });
}

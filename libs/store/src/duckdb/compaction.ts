import { stat } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { filterRows, FilterRun } from './filter-runs.js';
import type { Catalog } from './catalog.js';
import type { DayFile } from './day-file.js';
import { attachNew, newPath, removeNew, swapIn } from './rewrite.js';
import { windowSql, windowsOf } from './search.js';
import { NS_PER_MS } from './timestamp.js';
import type { Turns } from './turns.js';

/**
 * A closed day is rewritten in the order of its records, in full row groups and with its counts summed up; given up when something
 * was written to the day meanwhile.
 */

/** Records sorted at once: about 100 MB, well inside the memory limit beside searches. */
const SLICE_RECORDS = 100_000;
/** Late records that make a rewritten day worth another rewrite. */
const REWRITE_GROWTH = 1.1;

export const wantsCompaction = (day: DayFile): boolean =>
  day.counts.total > 0 && (day.compactedRecords < 0 || day.counts.total > day.compactedRecords * REWRITE_GROWTH);

/** Bytes before and after; undefined when a write came between and the rewrite was given up. */
export async function compact(catalog: Catalog, turns: Turns, day: DayFile): Promise<{ before: number; after: number } | undefined> {
  const path = newPath(day);
  const connection = await catalog.connect();
  try {
    const writes = day.writes;
    await removeNew(day);
    await rewrite(connection, day);
    const before = await day.bytes();
    const after = (await stat(path)).size;
    const swapped = await turns.take(() => day.alone(async () => day.writes === writes && (await swapIn(catalog, day))));
    if (!swapped) return undefined;
    day.compactedRecords = day.counts.total;
    return { before, after };
  } finally {
    connection.closeSync();
    await removeNew(day);
  }
}

async function rewrite(connection: DuckDBConnection, day: DayFile): Promise<void> {
  const target = await attachNew(connection, day);
  try {
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
  const filters = new FilterRun(0);
  for (const slice of windowsOf(day, whole, 'asc', { first: SLICE_RECORDS, growth: 1 })) {
    await day.reading(async () => {
      await connection.run(`INSERT INTO ${target}.logs SELECT * FROM ${day.name}.logs WHERE ${windowSql(slice)} ORDER BY ts, seq, node`);
    });
    await filterRows(connection, target, filters);
    await connection.run(`CHECKPOINT ${target}`);
  }
  await filters.finish(connection, target);
}

import type { DuckDBConnection } from '@duckdb/node-api';
import { StoreError } from '../errors.js';
import { filterRows, FilterRun } from './filter-runs.js';
import type { Catalog } from './catalog.js';
import type { DayFile } from './day-file.js';
import type { DeleteCall, MatchCall, MatchingDay } from './protocol.js';
import { Deadline } from './readers.js';
import { attachNew, newPath, removeNew, swapIn } from './rewrite.js';
import { cut, daysOf, windowSql } from './search.js';
import type { Turns } from './turns.js';

/**
 * Deleting by query: every day that has matches is written anew without them, so that rows, words and token filters are gone from
 * the disk, and not only marked. Its applied positions stay, so that a replay of the journal skips what was deleted. Most rows are
 * copied beside writing; only what came meanwhile is copied while writes wait, and the two files change places then.
 */

/** Rows copied at once: about 100 MB, well inside the memory limit beside searches. */
const SLICE_ROWS = 100_000;
/** Rows that may be left for the time when writes wait: about half a second. */
const LAST_ROWS = 50_000;
/** A day that is written to as fast as it is copied is not waited for any longer. */
const MAX_ROUNDS = 5;

export async function matchingDays(catalog: Catalog, call: MatchCall, signal: AbortSignal): Promise<MatchingDay[]> {
  const found: MatchingDay[] = [];
  for (const day of daysOf(catalog, call, 'asc')) {
    const sql = `SELECT count(*)::DOUBLE FROM ${day.name}.logs WHERE ${matches(day, call)}`;
    const rows = await day.reading(() => catalog.readers.rows(sql, call.filter.params, new Deadline(Infinity, signal)));
    const records = Number(rows[0]?.[0] ?? 0);
    if (records > 0) found.push({ day: day.day, records });
  }
  return found;
}

/** How many records went. One call at a time, and no other rewrite beside it. */
export async function deleteFrom(catalog: Catalog, turns: Turns, call: DeleteCall, signal: AbortSignal): Promise<number> {
  const day = catalog.list().find((file) => file.day === call.day);
  if (day === undefined) return 0;
  const connection = await catalog.connect();
  try {
    await removeNew(day);
    const copy = new Copy(connection, day, await attachNew(connection, day), call);
    try {
      await copy.ahead(signal);
      return await turns.take(() => finish(catalog, day, copy));
    } finally {
      await copy.detach();
    }
  } finally {
    connection.closeSync();
    await removeNew(day);
  }
}

async function finish(catalog: Catalog, day: DayFile, copy: Copy): Promise<number> {
  if (catalog.isDropped(day.day)) return 0;
  if (!catalog.list().includes(day)) throw new StoreError('store_unavailable', `${day.day} was opened anew meanwhile: ask again`, true);
  const before = day.counts.total;
  await copy.finish();
  await day.alone(async () => {
    if (!(await swapIn(catalog, day)))
      throw new StoreError('store_unavailable', `${newPath(day)} could not take its place: ask again`, true);
    await day.reload(catalog.writer);
  });
  return before - day.counts.total;
}

const matches = (day: DayFile, { filter, ...span }: MatchCall): string => {
  const part = cut(span, day.startMs, day.endMs);
  return part === undefined ? 'FALSE' : `${windowSql(part)} AND (${filter.sql})`;
};

/** Rows that stay, copied in the order in which they lie. */
class Copy {
  private next = 0;
  private readonly filters = new FilterRun(0);
  private attached = true;

  constructor(
    private readonly connection: DuckDBConnection,
    private readonly day: DayFile,
    private readonly target: string,
    private readonly call: MatchCall,
  ) {}

  /** Copies until little is left. */
  async ahead(signal: AbortSignal): Promise<void> {
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const end = await this.day.reading(() => this.rows());
      if (round > 0 && end - this.next <= LAST_ROWS) return;
      await this.upTo(end, (slice) => {
        if (signal.aborted) throw new StoreError('store_aborted', 'the deletion was aborted by its caller', false);
        return this.day.reading(slice);
      });
      await this.connection.run(`CHECKPOINT ${this.target}`);
    }
  }

  /** Copies the rest and what is known of the day, while nobody writes to it. */
  async finish(): Promise<void> {
    const { connection, day, target } = this;
    await this.upTo(await this.rows(), (slice) => slice());
    await this.filters.finish(connection, target);
    await connection.run(
      `INSERT INTO ${target}.minutes SELECT ts // ${MINUTE_NS}, coalesce(level, ''), count(*) FROM ${target}.logs GROUP BY ALL`,
    );
    await connection.run(`INSERT INTO ${target}.applied SELECT journal, max(position) FROM ${day.name}.applied GROUP BY ALL`);
    // A day that was in order still is.
    if (day.compactedRecords >= 0)
      await connection.run(`INSERT INTO ${target}.meta SELECT 'compacted', count(*)::VARCHAR FROM ${target}.logs`);
    await connection.run(`CHECKPOINT ${target}`);
    await this.detach();
  }

  async detach(): Promise<void> {
    if (!this.attached) return;
    this.attached = false;
    await this.connection.run(`DETACH ${this.target}`);
  }

  /** Behind the last row; none was ever deleted in place, so that ids have no gaps that matter. */
  private async rows(): Promise<number> {
    const found = await this.connection.runAndReadAll(`SELECT coalesce(max(rowid) + 1, 0)::DOUBLE FROM ${this.day.name}.logs`);
    return Number(found.getRowsJS()[0]?.[0] ?? 0);
  }

  private async upTo(end: number, run: (slice: () => Promise<void>) => Promise<void>): Promise<void> {
    const { connection, day, target, call } = this;
    for (; this.next < end; this.next = Math.min(end, this.next + SLICE_ROWS)) {
      const last = Math.min(end, this.next + SLICE_ROWS) - 1;
      await run(async () => {
        await connection.run(
          `INSERT INTO ${target}.logs SELECT * FROM ${day.name}.logs
           WHERE rowid BETWEEN ${this.next} AND ${last} AND (${matches(day, call)}) IS NOT TRUE`,
          [...call.filter.params],
        );
      });
      await filterRows(connection, target, this.filters);
    }
  }
}

const MINUTE_NS = 60_000_000_000n;

import type { DuckDBConnection } from '@duckdb/node-api';
import { FILTERS, TEXT_COLUMNS } from './columns.js';
import type { DayFile } from './day-file.js';
import { hashStored } from './row-tokens.js';
import { FilterBuilder, Tokens } from './token-filter.js';
import { msOf } from './timestamp.js';
import { breathe } from './turns.js';

/** Each flush of a table with so many columns costs two milliseconds, whatever it holds. */
const STORED_AT_ONCE = 4;

/** The filters of rows that follow each other: those that are full and not stored yet, and the one that the next record goes into. */
export class FilterRun {
  private full: FilterBuilder[] = [];
  private current: FilterBuilder;

  /** `first` is the row id of the first record to come. */
  constructor(first: number) {
    this.current = new FilterBuilder(first);
  }

  /** Row id behind the last record. */
  get end(): number {
    return this.current.end;
  }

  /** Not stored yet, those of rows that are being written among them. */
  get unstored(): readonly FilterBuilder[] {
    return this.current.records > 0 ? [...this.full, this.current] : this.full;
  }

  /** Takes the tokens: they are empty behind it. */
  add(ms: number, tokens: Tokens): void {
    this.current.add(ms, tokens);
    if (!this.current.isFull) return;
    this.full.push(this.current);
    this.current = new FilterBuilder(this.end);
  }

  /** Writes full filters once there are some, in the transaction of their last rows. */
  async store(connection: DuckDBConnection, database: string): Promise<void> {
    if (this.full.length >= STORED_AT_ONCE) await storeFilters(connection, database, this.full.splice(0));
  }

  /** All of them; no record may come any more. */
  async finish(connection: DuckDBConnection, database: string): Promise<void> {
    if (this.current.records > 0) this.full.push(this.current);
    await storeFilters(connection, database, this.full.splice(0));
  }
}

async function storeFilters(connection: DuckDBConnection, database: string, filters: readonly FilterBuilder[]): Promise<void> {
  const appender = await connection.createAppender(FILTERS, 'main', database);
  for (const filter of filters) {
    for (const value of [filter.first, filter.records, filter.fromMs, filter.toMs]) appender.appendBigInt(BigInt(value));
    for (const bits of filter.finish()) appender.appendBlob(bits);
    appender.endRow();
  }
  appender.closeSync();
}

/** Days that get records at once and build filters; the rows of a day that falls out wait for its rewrite. */
const MAX_BUILDING = 4;

export class OpenFilters {
  private readonly open = new Map<DayFile, { readonly run: FilterRun; readonly rewrites: number }>();

  /** Those that the day's next record goes into; anew behind what a rewrite or a failure left. */
  of(file: DayFile): FilterRun {
    const known = this.open.get(file);
    const { total } = file.counts;
    return known?.rewrites === file.rewrites && known.run.end === total ? known.run : new FilterRun(total);
  }

  /** Filters of the newest stored rows, and of such as may be stored next. */
  unstored(file: DayFile): readonly FilterBuilder[] {
    const known = this.open.get(file);
    return known?.rewrites === file.rewrites ? known.run.unstored : [];
  }

  /** They go on behind the rows that are stored now. */
  keep(file: DayFile, run: FilterRun): void {
    this.open.delete(file);
    this.open.set(file, { run, rewrites: file.rewrites });
    const [oldest] = this.open.keys();
    if (this.open.size > MAX_BUILDING && oldest) this.open.delete(oldest);
  }

  /** They hold rows that were not stored. */
  drop(file: DayFile): void {
    this.open.delete(file);
  }
}

/** Filters for the rows that a rewrite copied, read back in their new order. */
export async function filterRows(connection: DuckDBConnection, database: string, run: FilterRun): Promise<void> {
  const columns = TEXT_COLUMNS.slice(0, -1).map(([column]) => column);
  const result = await connection.stream(
    `SELECT rowid::DOUBLE, ts, words, rest, ${columns.join(', ')} FROM ${database}.logs WHERE rowid >= ${run.end}`,
  );
  const tokens = new Tokens();
  for await (const rows of result.yieldRowsJs()) {
    for (const [id, ns, words, rest, ...texts] of rows) {
      if (id !== run.end) throw new Error(`row ${run.end} came out of order while its day was rewritten`);
      hashStored(texts as (string | null)[], words as string | null, rest as string, tokens);
      run.add(msOf(ns as bigint), tokens);
    }
    await breathe();
  }
  await run.store(connection, database);
}

import type { DuckDBAppender } from '@duckdb/node-api';
import type { Rejection, WriteOutcome } from '../log-store.js';
import type { Catalog } from './catalog.js';
import { LEVEL_INDEX, MESSAGE_INDEX, PATTERN_INDEX } from './columns.js';
import type { DayFile } from './day-file.js';
import type { FilterRun } from './filter-runs.js';
import { MinuteCounts, minuteOf } from './minute-counts.js';
import type { WriteCall } from './protocol.js';
import { parseRow, RowError, type Row } from './row.js';
import { hashStored } from './row-tokens.js';
import { Tokens } from './token-filter.js';
import { dayOf } from './timestamp.js';
import { breathe } from './turns.js';

/**
 * A batch becomes one transaction per day file: its rows, its counts per minute and level, and the applied position of the
 * journal. A replay skips what a file has, because positions of a journal rise over its batches.
 */

/** Rows parsed or appended before the thread sees to its port again: about 5 ms. */
const SLICE_ROWS = 400;
/**
 * Source bytes in a write-ahead log before its checkpoint: about 60 000 rows, so one checkpoint makes about one row group and
 * holds the next write up for 0.1 s to 0.2 s. It also bounds what a start after a crash must replay.
 */
const CHECKPOINT_BYTES = 36 * 2 ** 20;
/** A full disk or a busy machine is seldom better at once. */
const RETRY_MS = 1_000;
const NEWLINE = 10;

/** A row with what the outcome needs of its record. */
interface Entry {
  readonly row: Row;
  readonly index: number;
  readonly bytes: number;
}

interface Tally {
  stored: number;
  expired: number;
  readonly rejected: Rejection[];
  readonly retry: number[];
  reason: string | undefined;
}

export class Writing {
  /** Why the last write kept records back; empty when it did not. */
  failure = '';
  /** Those of the record at hand. */
  private readonly tokens = new Tokens();

  constructor(
    private readonly catalog: Catalog,
    private readonly isExpired: (day: string, nowMs: number) => boolean,
  ) {}

  async write(call: WriteCall): Promise<WriteOutcome> {
    const tally: Tally = { stored: 0, expired: 0, rejected: [], retry: [], reason: undefined };
    for (const [day, entries] of await this.writeFirstDay(call, tally)) {
      const transaction = await DayTransaction.begin(this.catalog, day, call);
      for (const [at, entry] of entries.entries()) {
        const { texts, words, rest } = entry.row;
        hashStored(texts, words, rest, this.tokens);
        transaction.add(entry, this.tokens);
        if (at % SLICE_ROWS === SLICE_ROWS - 1) await breathe();
      }
      await transaction.commit(tally);
    }
    const { stored, expired, rejected, retry, reason } = tally;
    this.failure = reason ?? '';
    const later = reason === undefined ? {} : { retryAfterMs: RETRY_MS, reason };
    return { stored, duplicate: 0, rejected, retry: retry.sort((a, b) => a - b), expired, ...later };
  }

  /** Rows go to the file as they are parsed, mostly all of them: a batch seldom spans days. Returns the rows of other days. */
  private async writeFirstDay(call: WriteCall, tally: Tally): Promise<Map<string, Entry[]>> {
    const others = new Map<string, Entry[]>();
    const days = new DayNames();
    let transaction: DayTransaction | undefined;
    let index = -1;
    for (const line of sourceLines(call.bulk)) {
      index += 1;
      if (index % SLICE_ROWS === SLICE_ROWS - 1) await breathe();
      const row = parseOrReject(line, this.tokens, { index, tally });
      if (row === undefined) continue;
      const day = days.of(row.ms);
      const entry = { row, index, bytes: line.length };
      if (day === transaction?.day) transaction.add(entry, this.tokens);
      else if (this.isExpired(day, call.nowMs)) tally.expired += 1;
      else if (transaction !== undefined) entriesOf(others, day).push(entry);
      else (transaction = await DayTransaction.begin(this.catalog, day, call)).add(entry, this.tokens);
    }
    await transaction?.commit(tally);
    return others;
  }
}

/** The rows of a batch for one day file: all of them are stored with their counts and the applied position, or none. */
class DayTransaction {
  private readonly indexes: number[] = [];
  private readonly counts = new MinuteCounts();
  private bytes = 0;
  private position = -1;
  private failure: Error | undefined;
  private file: DayFile | undefined;
  private appender: DuckDBAppender | undefined;
  private run: FilterRun | undefined;

  private constructor(
    readonly day: string,
    private readonly catalog: Catalog,
    private readonly call: WriteCall,
  ) {}

  /** Never throws, nor does anything after it: a failure is kept until `commit` counts it. */
  static async begin(catalog: Catalog, day: string, call: WriteCall): Promise<DayTransaction> {
    const transaction = new DayTransaction(day, catalog, call);
    try {
      transaction.file = await catalog.open(day, call.nowMs);
      await catalog.writer.run('BEGIN');
      transaction.run = catalog.filters.of(transaction.file);
      transaction.appender = await catalog.writer.createAppender('logs', 'main', transaction.file.name);
    } catch (error) {
      transaction.failure = error as Error;
    }
    return transaction;
  }

  add({ row, index, bytes }: Entry, tokens: Tokens): void {
    this.indexes.push(index);
    const position = this.call.positions[index] ?? 0;
    if (this.failure !== undefined || position <= (this.file?.applied.get(this.call.journal) ?? -1)) return;
    try {
      appendRow(this.appender as DuckDBAppender, row);
      this.run?.add(row.ms, tokens);
    } catch (error) {
      this.failure = error as Error;
    }
    this.counts.add(minuteOf(row.ms), row.texts[LEVEL_INDEX] ?? '', 1);
    this.position = position;
    this.bytes += bytes;
  }

  async commit(tally: Tally): Promise<void> {
    try {
      if (this.failure !== undefined) throw this.failure;
      const file = this.file as DayFile;
      await this.store(file);
      tally.stored += this.indexes.length;
      if (file.unsavedBytes > CHECKPOINT_BYTES) void file.checkpoint(this.catalog.checkpointer).catch(() => {});
    } catch (error) {
      await this.undo();
      tally.retry.push(...this.indexes);
      tally.reason = `DuckDB did not store records of ${this.day}: ${(error as Error).message}`;
    }
  }

  private async store(file: DayFile): Promise<void> {
    const { writer } = this.catalog;
    await file.saved;
    this.appender?.closeSync();
    if (this.counts.total > 0) {
      await this.storeBooks(file.name);
      await this.run?.store(writer, file.name);
      file.writes += 1;
    }
    await writer.run('COMMIT');
    if (this.counts.total === 0) return;
    if (this.run) this.catalog.filters.keep(file, this.run);
    file.counts.merge(this.counts);
    file.applied.set(this.call.journal, this.position);
    file.unsavedBytes += this.bytes;
  }

  /** By appenders: a statement of SQL costs each batch two milliseconds. */
  private async storeBooks(database: string): Promise<void> {
    const { writer } = this.catalog;
    const applied = await writer.createAppender('applied', 'main', database);
    applied.appendVarchar(this.call.journal);
    applied.appendBigInt(BigInt(this.position));
    applied.endRow();
    applied.closeSync();
    const minutes = await writer.createAppender('minutes', 'main', database);
    for (const [minute, level, records] of this.counts.entries()) {
      minutes.appendBigInt(BigInt(minute));
      minutes.appendVarchar(level);
      minutes.appendBigInt(BigInt(records));
      minutes.endRow();
    }
    minutes.closeSync();
  }

  private async undo(): Promise<void> {
    // What it still holds would be written when the collector takes it, outside of any transaction.
    this.appender?.clear();
    await this.catalog.writer.run('ROLLBACK').catch(() => {});
    if (this.file) this.catalog.filters.drop(this.file);
    if (this.file) await this.catalog.forget(this.file).catch(() => {});
  }
}

function entriesOf(others: Map<string, Entry[]>, day: string): Entry[] {
  const entries = others.get(day) ?? [];
  others.set(day, entries);
  return entries;
}

function appendRow(appender: DuckDBAppender, row: Row): void {
  appender.appendBigInt(row.ns);
  appender.appendBigInt(BigInt(row.sequence));
  appender.appendVarchar(row.node);
  for (let index = 0; index < PATTERN_INDEX; index += 1) appendText(appender, row.texts[index]);
  appendText(appender, row.texts[MESSAGE_INDEX]);
  appendText(appender, row.words);
  appender.appendVarchar(row.rest);
  appendText(appender, row.texts[PATTERN_INDEX]);
  appender.endRow();
}

function appendText(appender: DuckDBAppender, text: string | null | undefined): void {
  if (text === null || text === undefined) appender.appendNull();
  else appender.appendVarchar(text);
}

function parseOrReject(line: string, tokens: Tokens, { index, tally }: { index: number; tally: Tally }): Row | undefined {
  try {
    return parseRow(line, tokens);
  } catch (error) {
    if (!(error instanceof RowError)) throw error;
    tally.rejected.push({ index, type: error.type, reason: error.message });
    return undefined;
  }
}

/** Every second line: the sources without their actions. */
function* sourceLines(bulk: Uint8Array): Generator<string> {
  const bytes = Buffer.from(bulk.buffer, bulk.byteOffset, bulk.byteLength);
  let at = 0;
  while (at < bytes.length) {
    const start = bytes.indexOf(NEWLINE, at) + 1;
    const found = bytes.indexOf(NEWLINE, start);
    const end = found < 0 ? bytes.length : found;
    yield bytes.toString('utf8', start, end);
    at = end + 1;
  }
}

/** Day names by record; neighbours mostly share theirs. */
class DayNames {
  private number = -1;
  private name = '';

  of(ms: number): string {
    const number = Math.floor(ms / 86_400_000);
    if (number !== this.number) {
      this.number = number;
      this.name = dayOf(ms);
    }
    return this.name;
  }
}

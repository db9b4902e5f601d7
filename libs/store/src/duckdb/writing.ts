import type { DuckDBAppender } from '@duckdb/node-api';
import type { Rejection, WriteOutcome } from '../log-store.js';
import type { Catalog } from './catalog.js';
import { LEVEL_INDEX, quoteText } from './columns.js';
import type { DayFile } from './day-file.js';
import { MinuteCounts, minuteOf } from './minute-counts.js';
import type { WriteCall } from './protocol.js';
import { parseRow, RowError, type Row } from './row.js';
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

/** Rows of one day with their indexes in the batch. */
interface Share {
  readonly indexes: number[];
  readonly rows: Row[];
  bytes: number;
}

interface Tally {
  stored: number;
  expired: number;
  readonly rejected: Rejection[];
  readonly retry: number[];
  reason: string | undefined;
}

export class Writing {
  constructor(
    private readonly catalog: Catalog,
    private readonly isExpired: (day: string, nowMs: number) => boolean,
  ) {}

  async write(call: WriteCall): Promise<WriteOutcome> {
    const tally: Tally = { stored: 0, expired: 0, rejected: [], retry: [], reason: undefined };
    const shares = await this.share(call, tally);
    for (const [day, share] of [...shares].sort(([a], [b]) => (a < b ? -1 : 1))) await this.store(day, share, call, tally);
    const { stored, expired, rejected, retry, reason } = tally;
    const later = reason === undefined ? {} : { retryAfterMs: RETRY_MS, reason };
    return { stored, duplicate: 0, rejected, retry: retry.sort((a, b) => a - b), expired, ...later };
  }

  private async share(call: WriteCall, tally: Tally): Promise<Map<string, Share>> {
    const shares = new Map<string, Share>();
    const days = new DayNames();
    let index = 0;
    for (const line of sourceLines(call.bulk)) {
      const row = parseOrReject(line, index, tally);
      if (row !== undefined) this.place(row, index, { shares, day: days.of(row.ms), bytes: line.length, tally, nowMs: call.nowMs });
      index += 1;
      if (index % SLICE_ROWS === 0) await breathe();
    }
    return shares;
  }

  private place(
    row: Row,
    index: number,
    to: { shares: Map<string, Share>; day: string; bytes: number; tally: Tally; nowMs: number },
  ): void {
    let share = to.shares.get(to.day);
    if (share === undefined) {
      if (this.isExpired(to.day, to.nowMs)) {
        to.tally.expired += 1;
        return;
      }
      share = { indexes: [], rows: [], bytes: 0 };
      to.shares.set(to.day, share);
    }
    share.indexes.push(index);
    share.rows.push(row);
    share.bytes += to.bytes;
  }

  private async store(day: string, share: Share, call: WriteCall, tally: Tally): Promise<void> {
    let file: DayFile | undefined;
    try {
      file = await this.catalog.open(day, call.nowMs);
      await this.append(file, share, call);
      tally.stored += share.rows.length;
    } catch (error) {
      await this.undo(file);
      tally.retry.push(...share.indexes);
      tally.reason = `DuckDB did not store records of ${day}: ${(error as Error).message}`;
      return;
    }
    if (file.unsavedBytes > CHECKPOINT_BYTES) await file.checkpoint(this.catalog.writer).catch(() => {});
  }

  private async undo(file: DayFile | undefined): Promise<void> {
    await this.catalog.writer.run('ROLLBACK').catch(() => {});
    if (file) await this.catalog.forget(file).catch(() => {});
  }

  private async append(file: DayFile, share: Share, call: WriteCall): Promise<void> {
    const { writer } = this.catalog;
    const applied = file.applied.get(call.journal) ?? -1;
    const fresh = share.rows.filter((_, at) => (call.positions[share.indexes[at] ?? 0] ?? 0) > applied);
    if (fresh.length === 0) return;
    const counts = new MinuteCounts();
    const position = call.positions[share.indexes.at(-1) ?? 0] ?? 0;
    await writer.run('BEGIN');
    await appendRows(await writer.createAppender('logs', 'main', file.name), fresh, counts);
    await writer.run(`INSERT INTO ${file.name}.applied VALUES (${quoteText(call.journal)}, ${position})`);
    await writer.run(`INSERT INTO ${file.name}.minutes VALUES ${countValues(counts)}`);
    file.writes += 1;
    await writer.run('COMMIT');
    file.counts.merge(counts);
    file.applied.set(call.journal, position);
    file.unsavedBytes += share.bytes;
  }
}

const countValues = (counts: MinuteCounts): string =>
  [...counts.entries()].map(([minute, level, records]) => `(${minute}, ${quoteText(level)}, ${records})`).join(',');

async function appendRows(appender: DuckDBAppender, rows: readonly Row[], counts: MinuteCounts): Promise<void> {
  try {
    for (const [index, row] of rows.entries()) {
      appendRow(appender, row);
      counts.add(minuteOf(row.ms), row.texts[LEVEL_INDEX] ?? '', 1);
      if (index % SLICE_ROWS === SLICE_ROWS - 1) await breathe();
    }
  } finally {
    appender.closeSync();
  }
}

function appendRow(appender: DuckDBAppender, row: Row): void {
  appender.appendBigInt(row.ns);
  appender.appendBigInt(BigInt(row.sequence));
  appender.appendVarchar(row.node);
  for (const text of row.texts) appendText(appender, text);
  appendText(appender, row.words);
  appender.appendVarchar(row.rest);
  appender.endRow();
}

function appendText(appender: DuckDBAppender, text: string | null): void {
  if (text === null) appender.appendNull();
  else appender.appendVarchar(text);
}

function parseOrReject(line: string, index: number, tally: Tally): Row | undefined {
  try {
    return parseRow(line);
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

import { MAX_ANSWER_BYTES, searchWithin } from '../answer-size.js';
import type { DuckDBValue, JS } from '@duckdb/node-api';
import type { SearchHit, SearchResult } from '../log-store.js';
import { DayRows } from './blocks.js';
import type { Catalog } from './catalog.js';
import { countedLevels } from './counted-levels.js';
import type { DayFile } from './day-file.js';
import { minuteOf } from './minute-counts.js';
import type { Filter, SearchCall, Span } from './protocol.js';
import { Deadline, DeadlinePassed } from './readers.js';
import { projectionOf, recordOf, type Projection } from './record.js';
import { MINUTE_MS, msOf, NS_PER_MS } from './timestamp.js';

/**
 * A search goes through the days in order, newest (or oldest) first, and inside a day through windows of whole minutes that grow
 * until the limit is reached. Bounds are plain comparisons of `ts`: DuckDB skips row groups by them, which it does not by tuples.
 */

/** Records that the first window should hold: a few vectors, cheap to look at, often enough for a common filter. */
const SEARCH_WINDOWS = { first: 20_000, growth: 8 };
/** Where filters can say where to look, only what is common enough to fill the first page at once is looked for without them. */
const FIRST_OF_FILTERED = 4_096;
/** Rows of a block that may hold no more than one match: so many for each record that is still wanted are read in one go. */
const BLOCK_ROWS = 2_048;
/** What counting all matches may cost beyond the search itself; then the total is a lower bound. */
const COUNT_MS = 150;

export interface Answer {
  partial: boolean;
  readonly warnings: string[];
}

/** The part of `span` that a day covers; undefined when they do not meet. */
export function cut(span: Span, startMs: number, endMs: number): Span | undefined {
  const startNs = BigInt(startMs) * NS_PER_MS;
  const endNs = BigInt(endMs) * NS_PER_MS;
  const fromNs = span.fromNs > startNs ? span.fromNs : startNs;
  const toNs = span.toNs < endNs ? span.toNs : endNs;
  return fromNs < toNs ? { fromNs, toNs } : undefined;
}

/** Days that meet the span, in the order of the search. */
export function daysOf(catalog: Catalog, span: Span, order: 'asc' | 'desc'): DayFile[] {
  const days = catalog.list().filter((day) => cut(span, day.startMs, day.endMs) !== undefined);
  return order === 'asc' ? days : days.reverse();
}

/** Runs `read` on every day; a day that fails costs its own records and says so, the deadline ends the answer. */
export async function eachDay(days: readonly DayFile[], answer: Answer, read: (day: DayFile) => Promise<'more' | 'enough'>): Promise<void> {
  for (const day of days) {
    try {
      if ((await day.reading(() => read(day))) === 'enough') return;
    } catch (error) {
      answer.partial = true;
      if (error instanceof DeadlinePassed) {
        answer.warnings.push(`the time was up in ${day.day}: narrow the time range or give the search more time`);
        return;
      }
      if (!isDayFault(error)) throw error;
      answer.warnings.push(`${day.day} could not be read: ${(error as Error).message}`);
    }
  }
}

/** Faults of a file; anything else (a filter that DuckDB refuses, an abort) is the search's own. */
const isDayFault = (error: unknown): boolean =>
  error instanceof Error && /^(IO|FATAL|INTERNAL|Serialization|Catalog) Error/i.test(error.message);

/** Windows of whole minutes that cover the span, each estimated to hold the wanted number of records. */
export function* windowsOf(day: DayFile, span: Span, order: 'asc' | 'desc', size = SEARCH_WINDOWS): Generator<Span> {
  const minutes = day.counts.minutes(minuteOf(msOf(span.fromNs)), minuteOf(msOf(span.toNs - 1n)) + 1);
  if (order === 'desc') minutes.reverse();
  let wanted = size.first;
  let records = 0;
  let start: number | undefined;
  for (const [index, minute] of minutes.entries()) {
    start ??= minute;
    records += day.counts.recordsIn(minute);
    if (records < wanted && index < minutes.length - 1) continue;
    const window = cut(span, Math.min(start, minute) * MINUTE_MS, (Math.max(start, minute) + 1) * MINUTE_MS);
    if (window) yield window;
    start = undefined;
    records = 0;
    wanted *= size.growth;
  }
}

class Search {
  readonly hits: SearchHit[] = [];
  readonly answer: Answer = { partial: false, warnings: [] };
  private readonly projection: Projection;
  /** What was read without them did not fill the page. */
  private asksFilters = false;
  private bytes = 0;
  private isCut = false;

  constructor(
    private readonly catalog: Catalog,
    private readonly call: SearchCall,
    private readonly deadline: Deadline,
  ) {
    this.projection = projectionOf(call.fields);
  }

  async run(): Promise<SearchResult> {
    const span = this.spanBehindCursor();
    if (this.call.limit > 0) await eachDay(daysOf(this.catalog, span, this.call.order), this.answer, (day) => this.readDay(day, span));
    return { hits: this.hits, ...(this.isCut && { cut: true }), total: await this.total(), ...this.answer };
  }

  private spanBehindCursor(): Span {
    const { fromNs, toNs, after, order } = this.call;
    if (after === undefined) return { fromNs, toNs };
    const at = BigInt(after.timestampNs);
    if (order === 'desc') return { fromNs, toNs: at + 1n < toNs ? at + 1n : toNs };
    return { fromNs: at > fromNs ? at : fromNs, toNs };
  }

  private async readDay(day: DayFile, span: Span): Promise<'more' | 'enough'> {
    const part = cut(span, day.startMs, day.endMs);
    if (part === undefined) return 'more';
    const { order, filter, limit } = this.call;
    const rows = new DayRows(this.catalog, day, { needs: filter.needs, deadline: this.deadline });
    const size = filter.needs === undefined ? SEARCH_WINDOWS : { ...SEARCH_WINDOWS, first: FIRST_OF_FILTERED };
    for (const window of windowsOf(day, part, order, size)) {
      // A common word is mostly found in the first window, which costs less than reading filters.
      const isPlain = filter.needs === undefined || !this.asksFilters;
      this.asksFilters = true;
      const rest = order === 'desc' ? { ...part, toNs: window.toNs } : { ...part, fromNs: window.fromNs };
      if (isPlain) await this.readWindow(`${day.name}.logs`, window);
      else if ((await rows.sizeFor(rest)) <= (limit - this.hits.length) * BLOCK_ROWS) {
        await this.readWindow(await rows.tableFor(rest), rest);
        break;
      } else await this.readWindow(await rows.tableFor(window), window);
      if (this.isFull) return 'enough';
    }
    return this.isFull ? 'enough' : 'more';
  }

  private get isFull(): boolean {
    return this.hits.length >= this.call.limit || this.isCut;
  }

  private async readWindow(table: string, window: Span): Promise<void> {
    const { filter, order } = this.call;
    const cursor = cursorSql(this.call);
    const direction = order.toUpperCase();
    const columns = [
      'ts',
      'seq::DOUBLE',
      'node',
      ...this.projection.texts.map(([column]) => column),
      this.projection.rest ? 'rest' : 'NULL',
    ];
    const rows = await this.catalog.readers.rows(
      `SELECT ${columns.join(', ')} FROM ${table} WHERE ${windowSql(window)} AND (${filter.sql}) ${cursor.sql}
       ORDER BY ts ${direction}, seq ${direction}, node ${direction} LIMIT ${this.call.limit - this.hits.length}`,
      [...filter.params, ...cursor.params],
      this.deadline,
    );
    for (const row of rows) {
      const texts = row.slice(3) as (string | null)[];
      for (const text of texts) this.bytes += text?.length ?? 0;
      this.isCut = this.bytes > MAX_ANSWER_BYTES && this.hits.length > 0;
      if (this.isCut) return;
      this.hits.push(this.hitOf(row, texts));
    }
  }

  private hitOf(row: readonly JS[], texts: (string | null)[]): SearchHit {
    const [ns, sequence, node] = row as [bigint, number, string];
    const rest = texts.pop() ?? null;
    const record = recordOf({ ns, sequence, node, texts, rest }, this.projection);
    return { key: { timestampNs: String(ns), sequence, node }, record };
  }

  private async total(): Promise<{ value: number; exact: boolean }> {
    const { after, limit, count } = this.call;
    const seen = this.hits.length;
    if (this.answer.partial) return { value: seen, exact: false };
    if (after === undefined && seen < limit && !this.isCut) return { value: seen, exact: true };
    if (count === false) return { value: seen, exact: false };
    const budget = new Deadline(Math.min(COUNT_MS, this.deadline.leftMs), this.deadline.signal);
    const counted = await countAll(this.catalog, this.call, budget);
    return { value: Math.max(seen, counted.value), exact: counted.exact };
  }
}

export const search = (catalog: Catalog, call: SearchCall, deadline: Deadline): Promise<SearchResult> =>
  searchWithin(call.limit, (limit) => new Search(catalog, { ...call, limit }, deadline).run());

export const windowSql = (window: Span): string => `ts >= ${window.fromNs} AND ts < ${window.toNs}`;

export function cursorSql({ after, order }: Pick<SearchCall, 'after' | 'order'>): { sql: string; params: DuckDBValue[] } {
  if (after === undefined) return { sql: '', params: [] };
  const beyond = order === 'desc' ? '<' : '>';
  const ts = BigInt(after.timestampNs);
  return {
    sql: `AND (ts ${beyond} ${ts} OR seq ${beyond} ${BigInt(after.sequence)} OR (seq = ${BigInt(after.sequence)} AND node ${beyond} ?))`,
    params: [after.node],
  };
}

/** Counts by whole minutes from memory where the filter allows it, else window by window until the deadline. */
export async function countAll(
  catalog: Catalog,
  range: Span & { readonly filter: Filter },
  deadline: Deadline,
): Promise<{ value: number; exact: boolean }> {
  let value = 0;
  const answer: Answer = { partial: false, warnings: [] };
  await eachDay(daysOf(catalog, range, 'desc'), answer, async (day) => {
    const part = cut(range, day.startMs, day.endMs);
    if (part === undefined) return 'more';
    const levels = await countedLevels(catalog, day, range.filter, deadline);
    const { edges, minutes } = levels ? splitMinutes(day, part) : { edges: [...windowsOf(day, part, 'desc')], minutes: [] };
    for (const minute of minutes) value += day.counts.recordsIn(minute, levels);
    const rows = new DayRows(catalog, day, { needs: range.filter.needs, deadline });
    for (const window of edges) {
      const sql = `SELECT count(*)::DOUBLE FROM ${await rows.tableFor(window)} WHERE ${windowSql(window)} AND (${range.filter.sql})`;
      value += Number((await catalog.readers.rows(sql, range.filter.params, deadline))[0]?.[0] ?? 0);
    }
    return 'more';
  });
  return { value, exact: !answer.partial };
}

/** Minutes that lie inside the span as a whole, and what is left at its two ends. */
export function splitMinutes(day: DayFile, span: Span): { readonly edges: Span[]; readonly minutes: number[] } {
  const minuteNs = BigInt(MINUTE_MS) * NS_PER_MS;
  const first = (span.fromNs + minuteNs - 1n) / minuteNs;
  const end = span.toNs / minuteNs;
  if (first >= end) return { edges: [span], minutes: [] };
  const edges = [
    { fromNs: span.fromNs, toNs: first * minuteNs },
    { fromNs: end * minuteNs, toNs: span.toNs },
  ].filter((edge) => edge.fromNs < edge.toNs);
  return { edges, minutes: day.counts.minutes(Number(first), Number(end)) };
}

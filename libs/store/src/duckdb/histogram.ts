import type { HistogramResult } from '../log-store.js';
import { DayRows } from './blocks.js';
import type { Catalog } from './catalog.js';
import { countedLevels } from './counted-levels.js';
import { fieldSql } from './columns.js';
import type { DayFile } from './day-file.js';
import type { HistogramCall, Span } from './protocol.js';
import type { Deadline } from './readers.js';
import { cut, daysOf, eachDay, splitMinutes, windowSql, type Answer } from './search.js';
import { MINUTE_MS, NS_PER_MS } from './timestamp.js';

/** Counts per bucket and value: whole minutes from the day's counts when nothing but levels is asked for, the rest by SQL. */

/** Buckets times values of one day: beyond it a split by a field with a value per record would fill the memory. */
const MAX_GROUPS = 50_000;

class Buckets {
  total = 0;
  private readonly counts = new Map<number, Map<string, number>>();

  add(startMs: number, value: string, records: number): void {
    let values = this.counts.get(startMs);
    if (values === undefined) {
      values = new Map();
      this.counts.set(startMs, values);
    }
    values.set(value, (values.get(value) ?? 0) + records);
    this.total += records;
  }

  list(): HistogramResult['buckets'] {
    const starts = [...this.counts.keys()].sort((a, b) => a - b);
    return starts.map((startMs) => ({ startMs, counts: Object.fromEntries(this.counts.get(startMs) ?? []) }));
  }
}

class Histogram {
  private readonly buckets = new Buckets();
  private readonly answer: Answer = { partial: false, warnings: [] };

  constructor(
    private readonly catalog: Catalog,
    private readonly call: HistogramCall,
    private readonly deadline: Deadline,
  ) {}

  async run(): Promise<HistogramResult> {
    await eachDay(daysOf(this.catalog, this.call, 'desc'), this.answer, async (day) => {
      const part = cut(this.call, day.startMs, day.endMs);
      if (part) await this.readDay(day, part);
      return 'more';
    });
    return { buckets: this.buckets.list(), total: this.buckets.total, ...this.answer };
  }

  private async readDay(day: DayFile, part: Span): Promise<void> {
    const { filter, by, intervalMs } = this.call;
    const countable = intervalMs % MINUTE_MS === 0 && (by === undefined || by === 'log.level');
    const levels = countable ? await countedLevels(this.catalog, day, filter, this.deadline) : undefined;
    const { edges, minutes } = levels ? splitMinutes(day, part) : { edges: [part], minutes: [] };
    for (const minute of minutes) this.addMinute(day, minute, levels);
    for (const edge of edges) await this.readRows(day, edge);
  }

  private addMinute(day: DayFile, minute: number, levels: ReadonlySet<string> | undefined): void {
    for (const [level, records] of day.counts.levelsIn(minute)) {
      if (levels?.has(level)) this.add(minute * MINUTE_MS, this.call.by === undefined ? '' : level, records);
    }
  }

  private async readRows(day: DayFile, span: Span): Promise<void> {
    const { filter, by, intervalMs } = this.call;
    const table = await new DayRows(this.catalog, day, { needs: filter.needs, deadline: this.deadline }).tableFor(span);
    const value = by === undefined ? `''` : `coalesce(${fieldSql(by)}, '')`;
    const rows = await this.catalog.readers.rows(
      `SELECT (ts // ${BigInt(intervalMs) * NS_PER_MS})::DOUBLE, ${value}, count(*)::DOUBLE FROM ${table}
       WHERE ${windowSql(span)} AND (${filter.sql}) GROUP BY ALL LIMIT ${MAX_GROUPS}`,
      filter.params,
      this.deadline,
    );
    for (const [bucket, text, records] of rows as [number, string, number][]) this.add(bucket * intervalMs, text, records);
    if (rows.length < MAX_GROUPS) return;
    this.answer.partial = true;
    this.answer.warnings.push(
      `${day.day} has more than ${MAX_GROUPS} groups of ${by ?? 'time'}: split by a field with fewer values, or take a longer interval`,
    );
  }

  private add(ms: number, value: string, records: number): void {
    this.buckets.add(Math.floor(ms / this.call.intervalMs) * this.call.intervalMs, value, records);
  }
}

export const histogram = (catalog: Catalog, call: HistogramCall, deadline: Deadline): Promise<HistogramResult> =>
  new Histogram(catalog, call, deadline).run();

import type { HistogramResult } from '../log-store.js';
import { DayRows } from './blocks.js';
import type { Catalog } from './catalog.js';
import { countedLevels } from './counted-levels.js';
import type { DayFile } from './day-file.js';
import type { HistogramCall, Span } from './protocol.js';
import type { Deadline } from './readers.js';
import { cut, daysOf, eachDay, splitMinutes, windowSql, type Answer } from './search.js';
import { MINUTE_MS, NS_PER_MS } from './timestamp.js';
import { bounded, columnSql, valueRows, type MatchingRows } from './values.js';

/** Counts per bucket and value: whole minutes from the day's counts when nothing but levels is asked for, the rest by SQL. */

/** Buckets times values of one day: beyond it a split by a field with a value per record would fill the memory. */
const MAX_GROUPS = 50_000;

class Buckets {
  private readonly counts = new Map<number, Map<string, number>>();

  /** A record with several values counts for each. */
  add(startMs: number, value: string, records: number): void {
    let values = this.counts.get(startMs);
    if (values === undefined) {
      values = new Map();
      this.counts.set(startMs, values);
    }
    values.set(value, (values.get(value) ?? 0) + records);
  }

  list(): HistogramResult['buckets'] {
    const starts = [...this.counts.keys()].sort((a, b) => a - b);
    return starts.map((startMs) => ({ startMs, counts: Object.fromEntries(this.counts.get(startMs) ?? []) }));
  }
}

class Histogram {
  private total = 0;
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
    return { buckets: this.buckets.list(), total: this.total, ...this.answer };
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
      if (!levels?.has(level)) continue;
      this.add(minute * MINUTE_MS, this.call.by === undefined ? '' : level, records);
      this.total += records;
    }
  }

  private async readRows(day: DayFile, span: Span): Promise<void> {
    const { filter, by, intervalMs } = this.call;
    const table = await new DayRows(this.catalog, day, { needs: filter.needs, deadline: this.deadline }).tableFor(span);
    const matching = { table, where: `${windowSql(span)} AND (${filter.sql})` };
    const values = by === undefined ? `SELECT ts, '' AS v FROM ${table} WHERE ${matching.where}` : valueRows(by, matching);
    const counts = `SELECT (ts // ${BigInt(intervalMs) * NS_PER_MS})::DOUBLE AS bucket, v, count(*) AS n FROM (${values}) GROUP BY ALL LIMIT ${MAX_GROUPS}`;
    const rows = await this.catalog.readers.rows(
      `SELECT bucket, coalesce(${bounded('v')}, ''), sum(n)::DOUBLE, count(*)::DOUBLE FROM (${counts}) GROUP BY ALL`,
      filter.params,
      this.deadline,
    );
    let counted = 0;
    let groups = 0;
    for (const [bucket, text, records, merged] of rows as [number, string, number, number][]) {
      this.add(bucket * intervalMs, text, records);
      counted += records;
      groups += merged;
    }
    // A record with several values is in several rows.
    this.total += by === undefined || columnSql(by) !== undefined ? counted : await this.count(matching);
    if (groups < MAX_GROUPS) return;
    this.answer.partial = true;
    this.answer.warnings.push(
      `${day.day} has more than ${MAX_GROUPS} groups of ${by ?? 'time'}: split by a field with fewer values, or take a longer interval`,
    );
  }

  private async count({ table, where }: MatchingRows): Promise<number> {
    const sql = `SELECT count(*)::DOUBLE FROM ${table} WHERE ${where}`;
    return Number((await this.catalog.readers.rows(sql, this.call.filter.params, this.deadline))[0]?.[0] ?? 0);
  }

  private add(ms: number, value: string, records: number): void {
    this.buckets.add(Math.floor(ms / this.call.intervalMs) * this.call.intervalMs, value, records);
  }
}

export const histogram = (catalog: Catalog, call: HistogramCall, deadline: Deadline): Promise<HistogramResult> =>
  new Histogram(catalog, call, deadline).run();

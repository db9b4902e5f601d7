import { inOrder, MAX_SERVICES, mostFrequent, type PatternCounts, type PatternSample, type PatternsResult } from '../patterns.js';
import { DayRows } from './blocks.js';
import type { Catalog } from './catalog.js';
import { quoteText } from './columns.js';
import type { DayFile } from './day-file.js';
import type { PatternsCall, Span } from './protocol.js';
import type { Deadline } from './readers.js';
import { cut, daysOf, eachDay, windowSql, type Answer } from './search.js';
import { NS_PER_MS } from './timestamp.js';

/**
 * Patterns in two rounds over the days: how many records each has and when, then for those that are listed what else is told of
 * them. Messages are read of the first and the last record of each only.
 */

/** Patterns of one day: some megabytes. More means that messages without any order are taken for statements. */
const MAX_PATTERNS = 50_000;
/** What GROUPING gives for (bucket, service, level) where one of them is in the set. */
const BY_BUCKET = 3;
const BY_SERVICE = 5;
const BY_LEVEL = 6;

class Pattern {
  count = 0;
  firstNs = 2n ** 63n;
  lastNs = -1n;
  readonly buckets = new Map<number, number>();
  readonly services = new Map<string, number>();
  readonly levels = new Map<string, number>();
  first: PatternSample | undefined;
  last: PatternSample | undefined;

  constructor(readonly id: string) {}

  seen(records: number, firstNs: bigint, lastNs: bigint): void {
    this.count += records;
    if (firstNs < this.firstNs) this.firstNs = firstNs;
    if (lastNs > this.lastNs) this.lastNs = lastNs;
  }

  /** Rows come in the order of records. */
  sample(ns: bigint, sample: PatternSample): void {
    if (ns === this.firstNs) this.first ??= sample;
    if (ns === this.lastNs) this.last = sample;
  }

  /** undefined when its records went while they were read. */
  result(): PatternCounts | undefined {
    const { id, count, first, last, services, levels } = this;
    if (first === undefined || last === undefined) return undefined;
    const buckets = [...this.buckets].map(([startMs, records]) => ({ startMs, count: records })).sort((a, b) => a.startMs - b.startMs);
    const [level = ''] = mostFrequent(levels);
    const named = mostFrequent(services).filter((name) => name !== '');
    return { id, count, buckets, services: named.slice(0, MAX_SERVICES), level: level === '' ? undefined : level, first, last };
  }
}

class PatternSearch {
  private total = 0;
  private missing = 0;
  private readonly found = new Map<string, Pattern>();
  private readonly answer: Answer = { partial: false, warnings: [] };

  constructor(
    private readonly catalog: Catalog,
    private readonly call: PatternsCall,
    private readonly deadline: Deadline,
  ) {}

  async run(): Promise<PatternsResult> {
    await this.eachPart((day, part) => this.count(day, part));
    const listed = inOrder([...this.found.values()], this.call, ({ firstNs }) => firstNs);
    if (listed.length > 0) await this.eachPart((day, part) => this.detail(day, part, listed));
    const patterns = listed.flatMap((pattern) => pattern.result() ?? []);
    return { patterns, total: this.total, missing: this.missing, distinct: this.found.size, ...this.answer };
  }

  private eachPart(read: (day: DayFile, part: Span) => Promise<void>): Promise<void> {
    return eachDay(daysOf(this.catalog, this.call, 'desc'), this.answer, async (day) => {
      const part = cut(this.call, day.startMs, day.endMs);
      if (part) await read(day, part);
      return 'more';
    });
  }

  private async count(day: DayFile, part: Span): Promise<void> {
    const rows = (await this.rows(
      `SELECT pattern, count(*)::DOUBLE, min(ts), max(ts) FROM ${await this.matching(day, part)} GROUP BY pattern
       ORDER BY pattern IS NULL DESC, count(*) DESC LIMIT ${MAX_PATTERNS + 1}`,
    )) as [string | null, number, bigint, bigint][];
    for (const [id, records, firstNs, lastNs] of rows) {
      this.total += records;
      if (id === null) this.missing += records;
      else this.patternOf(id).seen(records, firstNs, lastNs);
    }
    if (rows.length <= MAX_PATTERNS) return;
    this.answer.partial = true;
    this.answer.warnings.push(`${day.day} has more than ${MAX_PATTERNS} patterns, of which the most frequent count: narrow the search`);
  }

  private patternOf(id: string): Pattern {
    let pattern = this.found.get(id);
    if (pattern === undefined) this.found.set(id, (pattern = new Pattern(id)));
    return pattern;
  }

  private async detail(day: DayFile, part: Span, listed: readonly Pattern[]): Promise<void> {
    const ids = listed.map(({ id }) => quoteText(id)).join(', ');
    const matching = `${await this.matching(day, part)} AND pattern IN (${ids})`;
    await this.countParts(matching);
    const times = listed.flatMap(({ firstNs, lastNs }) => [firstNs, lastNs]).filter((ns) => ns >= part.fromNs && ns < part.toNs);
    if (times.length > 0) await this.readSamples(`${matching} AND ts IN (${[...new Set(times)].join(', ')})`);
  }

  private async countParts(matching: string): Promise<void> {
    const bucketNs = BigInt(this.call.intervalMs) * NS_PER_MS;
    const rows = (await this.rows(
      `SELECT GROUPING(b, service, level)::INTEGER, pattern, b, coalesce(service, level, ''), count(*)::DOUBLE
       FROM (SELECT pattern, (ts // ${bucketNs})::DOUBLE AS b, service, level FROM ${matching})
       GROUP BY GROUPING SETS ((pattern, b), (pattern, service), (pattern, level))`,
    )) as [number, string, number, string, number][];
    for (const [set, id, bucket, name, records] of rows) {
      const pattern = this.patternOf(id);
      if (set === BY_BUCKET) add(pattern.buckets, bucket * this.call.intervalMs, records);
      else if (set === BY_SERVICE) add(pattern.services, name, records);
      else if (set === BY_LEVEL) add(pattern.levels, name, records);
    }
  }

  private async readSamples(matching: string): Promise<void> {
    const rows = (await this.rows(`SELECT pattern, ts, seq::DOUBLE, node, message FROM ${matching} ORDER BY ts, seq, node`)) as [
      string,
      bigint,
      number,
      string,
      string | null,
    ][];
    for (const [id, ns, sequence, node, message] of rows)
      this.patternOf(id).sample(ns, { key: { timestampNs: String(ns), sequence, node }, message: message ?? '' });
  }

  /** What follows FROM. */
  private async matching(day: DayFile, part: Span): Promise<string> {
    const { filter } = this.call;
    const table = await new DayRows(this.catalog, day, { needs: filter.needs, deadline: this.deadline }).tableFor(part);
    return `${table} WHERE ${windowSql(part)} AND (${filter.sql})`;
  }

  private rows(sql: string): Promise<unknown[][]> {
    return this.catalog.readers.rows(sql, this.call.filter.params, this.deadline);
  }
}

function add<Key>(counts: Map<Key, number>, key: Key, records: number): void {
  counts.set(key, (counts.get(key) ?? 0) + records);
}

export const patterns = (catalog: Catalog, call: PatternsCall, deadline: Deadline): Promise<PatternsResult> =>
  new PatternSearch(catalog, call, deadline).run();

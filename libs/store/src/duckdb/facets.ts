import { COUNTED_VALUES, ValueCounts, type FacetsResult } from '../facets.js';
import { DayRows } from './blocks.js';
import type { Catalog } from './catalog.js';
import { quoteText } from './columns.js';
import type { DayFile } from './day-file.js';
import type { FacetsCall, Span } from './protocol.js';
import type { Deadline } from './readers.js';
import { cut, daysOf, eachDay, windowSql, type Answer } from './search.js';
import { bounded, columnSql, valueRows, type MatchingRows } from './values.js';

/**
 * Counts per value, day by day. All fields with a column are counted in one pass over the matching rows; a field of `rest` costs a pass
 * of its own, in which its JSON is read.
 */

/** Which set of groups, a value, its records; or for a whole set its records and different values. */
type CountRow = [set: number, value: string | null, records: number, distinct: number | null];

class Facets {
  private total = 0;
  private readonly counts: ReadonlyMap<string, ValueCounts>;
  private readonly columns: readonly string[];
  private readonly answer: Answer = { partial: false, warnings: [] };

  constructor(
    private readonly catalog: Catalog,
    private readonly call: FacetsCall,
    private readonly deadline: Deadline,
  ) {
    this.counts = new Map(call.fields.map((name) => [name, new ValueCounts(name, call.prefix)]));
    this.columns = call.fields.filter((name) => columnSql(name) !== undefined);
  }

  async run(): Promise<FacetsResult> {
    const days = daysOf(this.catalog, this.call, 'desc');
    await eachDay(days, this.answer, async (day) => {
      const part = cut(this.call, day.startMs, day.endMs);
      if (part) await this.readDay(day, part, days.length === 1);
      return 'more';
    });
    const facets = [...this.counts.values()].map((counts) => counts.take(this.call.limit));
    return { facets, total: this.total, ...this.answer };
  }

  private async readDay(day: DayFile, part: Span, whole: boolean): Promise<void> {
    const { filter, fields } = this.call;
    const table = await new DayRows(this.catalog, day, { needs: filter.needs, deadline: this.deadline }).tableFor(part);
    const matching = { table, where: `${windowSql(part)} AND (${filter.sql})` };
    this.total += await this.readColumns(matching, whole);
    for (const name of fields) if (!this.columns.includes(name)) await this.readRest(name, matching, whole);
  }

  /** Gives the number of matching records. */
  private async readColumns(matching: MatchingRows, whole: boolean): Promise<number> {
    const { columns } = this;
    if (columns.length === 0)
      return (await this.rows(`SELECT count(*)::DOUBLE FROM ${matching.table} WHERE ${matching.where}`))[0]?.[0] ?? 0;
    const sets = columns.map((_, index) => setOf(index, columns.length));
    const rows = await this.counted(columnCounts(columns, matching), sets);
    for (const [index, name] of columns.entries()) this.take(name, ofSet(rows, sets[index]), whole);
    const everything = 2 ** columns.length - 1;
    return ofSet(rows, everything).find(([, , , distinct]) => distinct !== null)?.[2] ?? 0;
  }

  private async readRest(name: string, matching: MatchingRows, whole: boolean): Promise<void> {
    const counts = `SELECT 0 AS s, v, count(*) AS n FROM (${valueRows(name, matching)}) GROUP BY v`;
    this.take(name, await this.counted(counts, [0]), whole);
  }

  private take(name: string, rows: readonly CountRow[], whole: boolean): void {
    const counts = this.counts.get(name);
    if (counts === undefined) return;
    let listed = 0;
    for (const [, value, records, distinct] of rows) {
      if (distinct !== null) continue;
      listed += records;
      if (value === null) counts.missing += records;
      else counts.add(value, records);
    }
    const [, , records = 0, distinct = 0] = rows.find((row) => row[3] !== null) ?? [];
    if (records > listed) counts.addRest(records - listed, distinct ?? 0, whole);
  }

  private counted(counts: string, sets: readonly number[]): Promise<CountRow[]> {
    const { prefix = '' } = this.call;
    const wanted = prefix === '' ? 'TRUE' : `v IS NULL OR starts_with(lower(v), ${quoteText(prefix.toLowerCase())})`;
    const values = `SELECT s, ${bounded('v')} AS v, n FROM (${counts})`;
    return this.rows(`WITH counted AS MATERIALIZED (SELECT * FROM (${values}) WHERE ${wanted}) ${tops(sets)}`);
  }

  private rows(sql: string): Promise<CountRow[]> {
    return this.catalog.readers.rows(sql, this.call.filter.params, this.deadline) as Promise<CountRow[]>;
  }
}

/** What GROUPING gives for the set of one column: a bit for each column that is not in it. */
const setOf = (index: number, columns: number): number => 2 ** columns - 1 - 2 ** (columns - 1 - index);
const ofSet = (rows: readonly CountRow[], wanted: number | undefined): CountRow[] => rows.filter(([set]) => set === wanted);

function columnCounts(columns: readonly string[], { table, where }: MatchingRows): string {
  const names = columns.map((_, index) => `v${index}`).join(', ');
  const values = columns.map((name, index) => `${columnSql(name) ?? 'NULL'} AS v${index}`).join(', ');
  const sets = columns.map((_, index) => `(v${index})`).join(', ');
  return `SELECT GROUPING(${names})::INTEGER AS s, coalesce(${names}) AS v, count(*) AS n
    FROM (SELECT ${values} FROM ${table} WHERE ${where}) GROUP BY GROUPING SETS (${sets}, ())`;
}

/** Of each set the records without a value, the most frequent values, and what there is in all. */
function tops(sets: readonly number[]): string {
  const lists = sets.map(
    (set) =>
      `UNION ALL (SELECT s, v, n::DOUBLE, NULL FROM counted WHERE s = ${set} AND v IS NOT NULL ORDER BY n DESC, v LIMIT ${COUNTED_VALUES})`,
  );
  const missing = 'UNION ALL SELECT s, NULL, sum(n)::DOUBLE, NULL FROM counted WHERE v IS NULL GROUP BY s';
  return `SELECT s, NULL, sum(n)::DOUBLE, count(v)::DOUBLE FROM counted GROUP BY s ${missing} ${lists.join(' ')}`;
}

export const facets = (catalog: Catalog, call: FacetsCall, deadline: Deadline): Promise<FacetsResult> =>
  new Facets(catalog, call, deadline).run();

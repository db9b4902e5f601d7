import type { Catalog } from './catalog.js';
import { quoteText } from './columns.js';
import type { DayFile } from './day-file.js';
import type { Filter } from './protocol.js';
import type { Deadline } from './readers.js';

/**
 * Which of a day's levels a filter takes, when its counts per minute and level can answer it: the filter itself is asked,
 * over one row per level. undefined when the filter looks at more than the level.
 */
export async function countedLevels(
  catalog: Catalog,
  day: DayFile,
  filter: Filter,
  deadline: Deadline,
): Promise<ReadonlySet<string> | undefined> {
  if (filter.reads === 'records') return undefined;
  const levels = day.counts.levels();
  if (filter.reads === 'nothing' || levels.length === 0) return new Set(levels);
  const values = levels.map((level) => `(${level === '' ? 'NULL' : quoteText(level)})`).join(',');
  const sql = `SELECT coalesce(level, '') FROM (VALUES ${values}) AS known(level) WHERE (${filter.sql})`;
  const rows = await catalog.readers.rows(sql, filter.params, deadline);
  return new Set((rows as [string][]).map(([level]) => level));
}

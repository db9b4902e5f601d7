import { fieldOf } from '#libs/query';
import { MAX_VALUE } from '../facets.js';
import { BY_ECS_NAME, quoteText } from './columns.js';

/** The values of a field as text, one row each, as Elasticsearch counts them: those of an array one by one, none that is too long. */

/** Rows of a day that a question is about; `where` may hold parameters. */
export interface MatchingRows {
  readonly table: string;
  readonly where: string;
}

/**
 * SQL for the value of a field that has a column, NULL when the record has none; undefined when its values stand in `rest`. A value
 * may be too long unless it is ever new text: it is to be `bounded` when it is grouped, which costs a third less than for each record.
 */
export function columnSql(name: string): string | undefined {
  if (name === 'event.sequence') return 'seq::VARCHAR';
  if (name === 'logweir.node') return `nullif(node, '')`;
  const column = BY_ECS_NAME.get(name);
  return column !== undefined && fieldOf(name).type === 'text' ? bounded(column) : column;
}

/** SQL for rows of `ts` and `v`: one for each value of each record, one with NULL for a record that has none; see `columnSql`. */
export function valueRows(name: string, { table, where }: MatchingRows): string {
  const column = columnSql(name);
  if (column !== undefined) return `SELECT ts, ${column} AS v FROM ${table} WHERE ${where}`;
  // Text in a field of numbers counts as none.
  const value = fieldOf(name).type === 'long' ? 'TRY_CAST(x AS BIGINT)::VARCHAR' : bounded('x');
  return `SELECT ts, ${value} AS v FROM (SELECT ts, unnest(${textsSql(name)}) AS x FROM ${table} WHERE ${where})`;
}

/** None of a value that is too long. */
export const bounded = (text: string): string => `CASE WHEN length(${text}) <= ${MAX_VALUE} THEN ${text} END`;

/** A JSON pointer, because a JSON path has no way to quote a quote. */
export const pointerTo = (name: string): string => quoteText(`/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`);

/** A key stands in JSON text only as it is quoted, so that arrays are told apart without reading the JSON of every record twice. */
function textsSql(name: string): string {
  const pointer = pointerTo(name);
  const isArray = `contains(rest, ${quoteText(`${JSON.stringify(name)}:[`)}) AND json_type(rest, ${pointer}) = 'ARRAY'`;
  const texts = `list_filter(list_distinct(from_json(json_extract(rest, ${pointer}), '["VARCHAR"]')), lambda x: length(x) <= ${MAX_VALUE})`;
  return `CASE WHEN ${isArray} THEN coalesce(nullif(${texts}, []), [NULL]) ELSE [rest->>${pointer}] END`;
}

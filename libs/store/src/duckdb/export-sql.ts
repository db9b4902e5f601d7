import { columnsOf, CSV_QUOTED } from '../export.js';
import { BY_ECS_NAME, quoteText, TEXT_COLUMNS } from './columns.js';
import type { ExportCall } from './protocol.js';
import { pointerTo } from './values.js';

/**
 * SQL for the line of one record, its end included, as `lineWriter` makes it. DuckDB does that on all its threads and several times
 * faster than JavaScript, which would have to be handed every value first.
 */
export function lineSql({ format, fields }: Pick<ExportCall, 'format' | 'fields'>): string {
  if (format === 'text') return textSql();
  return format === 'csv' ? csvSql(columnsOf(fields)) : jsonSql(fields);
}

const NEWLINE = 'chr(10)';
/** 2026-11-21T11:59:59.999999999Z */
const TIME = `strftime(make_timestamp(ts // 1000), '%Y-%m-%dT%H:%M:%S.') || lpad((ts % 1000000000)::VARCHAR, 9, '0') || 'Z'`;

function textSql(): string {
  const level = `coalesce(nullif(upper(level), ''), '-')`;
  const origin = `coalesce(nullif(container_name, ''), nullif(service, ''), '-')`;
  const rest = `replace(${level} || ' ' || ${origin} || ': ' || coalesce(message, ''), ${NEWLINE}, ${NEWLINE} || chr(9))`;
  return `${TIME} || ' ' || ${rest} || ${NEWLINE}`;
}

function csvSql(columns: readonly string[]): string {
  const quoted = (value: string) =>
    `coalesce(CASE WHEN regexp_matches(${value}, ${quoteText(CSV_QUOTED)}) THEN '"' || replace(${value}, '"', '""') || '"' ELSE ${value} END, '')`;
  return `${columns.map((name) => quoted(`(${textSqlOf(name)})`)).join(` || ',' || `)} || ${NEWLINE}`;
}

function textSqlOf(name: string): string {
  if (name === '@timestamp') return TIME;
  if (name === 'event.sequence') return 'seq::VARCHAR';
  if (name === 'logweir.node') return 'node';
  return BY_ECS_NAME.get(name) ?? `rest->>${pointerTo(name)}`;
}

const START = `'{"id":' || to_json(ts || '-' || seq || '-' || node)::VARCHAR || ',"@timestamp":"' || ${TIME} || '"'`;
const OWN_COLUMNS: ReadonlyMap<string, string> = new Map([
  ['event.sequence', `',"event.sequence":' || seq`],
  ['logweir.node', `CASE WHEN node = '' THEN '' ELSE ',"logweir.node":' || to_json(node)::VARCHAR END`],
]);

function jsonSql(fields: readonly string[] | undefined): string {
  if (fields !== undefined) {
    const members = fields.filter((name) => name !== '@timestamp').map(memberSql);
    return [START, ...members, `'}' || ${NEWLINE}`].join(' || ');
  }
  const columns = TEXT_COLUMNS.map(([, name]) => memberSql(name));
  // `rest` is an object: its members follow without the brace.
  return [START, ...OWN_COLUMNS.values(), ...columns, `CASE WHEN rest = '{}' THEN '}' ELSE ',' || substr(rest, 2) END`, NEWLINE].join(
    ' || ',
  );
}

function memberSql(name: string): string {
  const own = OWN_COLUMNS.get(name);
  if (own !== undefined) return own;
  const column = BY_ECS_NAME.get(name);
  const value = column === undefined ? `json_extract(rest, ${pointerTo(name)})` : `to_json(${column})`;
  return `coalesce(${quoteText(`,${JSON.stringify(name)}:`)} || ${value}::VARCHAR, '')`;
}

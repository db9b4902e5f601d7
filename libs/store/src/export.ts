import type { OrderKey, Question, StoredRecord } from './question.js';

/**
 * Records as lines. What DuckDB writes (duckdb/export-sql.ts) and what is made here must be the same.
 *
 *   ndjson  one flat JSON object: `id`, `@timestamp`, then every other field under its full name as a query takes it
 *   csv     RFC 4180, one column per field; a text that begins with `#` is quoted, so that no line but ours does
 *   text    `<RFC 3339 ns> <LEVEL> <container or service>: <message>`; further lines of a message are indented by a tab
 */
export const EXPORT_FORMATS = ['ndjson', 'csv', 'text'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface ExportRequest extends Omit<Question, 'timeoutMs'> {
  readonly format: ExportFormat;
  readonly order: 'asc' | 'desc';
  /** ECS names of single fields: the columns of csv, the members of ndjson beside `id` and `@timestamp`. All, or the usual columns, when absent. */
  readonly fields?: readonly string[];
}

/** Whole lines, each with its end. */
export interface ExportChunk {
  readonly bytes: Uint8Array;
  readonly records: number;
}

const USUAL_COLUMNS = ['@timestamp', 'log.level', 'service.name', 'container.name', 'stream', 'message'];

export const columnsOf = (fields: readonly string[] | undefined): readonly string[] => fields ?? USUAL_COLUMNS;

export const csvLine = (values: readonly string[]): string => `${values.map(quoteCsv).join(',')}\n`;

/** What has to be quoted, as a regular expression that DuckDB reads as well. */
export const CSV_QUOTED = '[",\\n\\r]|^#';
const QUOTED = new RegExp(CSV_QUOTED);

const quoteCsv = (text: string): string => (QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

type Flat = Readonly<Record<string, unknown>>;

/** Makes the line of one record. */
export function lineWriter({ format, fields }: Pick<ExportRequest, 'format' | 'fields'>): (key: OrderKey, record: StoredRecord) => string {
  if (format === 'text') return (_, record) => textLine(flatten(record));
  if (format === 'csv') {
    const columns = columnsOf(fields);
    return (_, record) => {
      const flat = flatten(record);
      return csvLine(columns.map((name) => textOf(flat[name])));
    };
  }
  return (key, record) => {
    const { '@timestamp': timestamp, ...flat } = flatten(record);
    const wanted = fields === undefined ? flat : Object.fromEntries(fields.flatMap((name) => (name in flat ? [[name, flat[name]]] : [])));
    return `${JSON.stringify({ id: `${key.timestampNs}-${key.sequence}-${key.node}`, '@timestamp': timestamp, ...wanted })}\n`;
  };
}

function textLine(flat: Flat): string {
  const level = textOf(flat['log.level']).toUpperCase() || '-';
  const origin = textOf(flat['container.name']) || textOf(flat['service.name']) || '-';
  return `${textOf(flat['@timestamp'])} ${`${level} ${origin}: ${textOf(flat['message'])}`.replaceAll('\n', '\n\t')}\n`;
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Objects whose members are one flat level with dotted keys already. */
const FLAT: ReadonlySet<string> = new Set(['attributes', 'labels', 'container.labels']);

function flatten(record: StoredRecord): Flat {
  const members: [string, unknown][] = [];
  const walk = (object: StoredRecord, parent: string): void => {
    for (const [key, value] of Object.entries(object)) {
      const name = parent === '' ? key : `${parent}.${key}`;
      if (!FLAT.has(parent) && isObject(value)) walk(value, name);
      else members.push([name, value]);
    }
  };
  walk(record, '');
  return Object.fromEntries(members);
}

const isObject = (value: unknown): value is StoredRecord => typeof value === 'object' && value !== null && !Array.isArray(value);

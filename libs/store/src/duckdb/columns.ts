import { PARTS } from './token-filter.js';

/**
 * The table `logs` of a day file. Fields that people filter by have a column, everything else stands in `rest`: the JSON text of
 * one flat object under full dotted ECS names. Absent is NULL. `words` holds the message's tokens for whole-word search.
 */

/** Format of the day files; another one is set aside at start, never guessed at. */
export const FORMAT = '2';
/** Without the column `pattern`: gets it when it is opened. */
export const FORMAT_BEFORE = '1';

/**
 * Column names of the text fields, with the ECS name each stands for. The order is that of the table, but for `pattern`, which is its
 * last column: that is where files of before get it.
 */
export const TEXT_COLUMNS = [
  ['level', 'log.level'],
  ['service', 'service.name'],
  ['host', 'host.name'],
  ['container_id', 'container.id'],
  ['container_name', 'container.name'],
  ['image', 'container.image.name'],
  ['stream', 'stream'],
  ['logger', 'log.logger'],
  ['trace_id', 'trace.id'],
  ['span_id', 'span.id'],
  ['tag', 'logweir.tag'],
  ['pattern', 'log.pattern'],
  ['message', 'message'],
] as const;

export const LEVEL_INDEX = 0;
export const MESSAGE_INDEX = TEXT_COLUMNS.length - 1;
export const PATTERN_INDEX = MESSAGE_INDEX - 1;

/** Column by ECS name. */
export const BY_ECS_NAME: ReadonlyMap<string, string> = new Map<string, string>(TEXT_COLUMNS.map(([column, name]) => [name, column]));

/** Objects whose members are one flat level with dotted keys, as the normaliser makes them. */
export const FLAT_OBJECTS: ReadonlySet<string> = new Set(['attributes', 'labels', 'container.labels']);

/** Token filters per block of rows, see `token-filter.ts`: the number is that of their format. */
export const FILTERS = 'filters_3';
/** Filters of earlier formats: nobody reads them. */
const OLD_FILTERS = ['filters_1', 'filters_2'];

/** Columns of ever new text. zstd takes a third less room for them than DuckDB's own choice, and less time; needs the version below. */
const FREE_TEXT: ReadonlySet<string> = new Set(['message', 'words', 'rest']);
export const STORAGE_VERSION = 'v1.2.0';

const textColumn = (column: string): string => `${column} VARCHAR${FREE_TEXT.has(column) ? ' USING COMPRESSION zstd' : ''}`;
const LAST = 'pattern';
const textColumns = [...TEXT_COLUMNS.map(([column]) => column).filter((column) => column !== LAST), 'words', 'rest', LAST]
  .map(textColumn)
  .join(', ');

/** The column of one part of a filter. Its bits are as good as random: to compress them would only cost time, at each checkpoint again. */
export const filterColumn = (part: number): string => `part_${part}`;
const filterColumns = Array.from({ length: PARTS }, (_, part) => `${filterColumn(part)} BLOB USING COMPRESSION uncompressed`).join(', ');

/** Files of before have none, and get it when they are opened. */
export const filtersOf = (name: string): string[] => [
  ...OLD_FILTERS.map((table) => `DROP TABLE IF EXISTS ${name}.${table}`),
  `CREATE TABLE IF NOT EXISTS ${name}.${FILTERS} (first BIGINT, records BIGINT, from_ms BIGINT, to_ms BIGINT, ${filterColumns})`,
];

/** Statements that bring a file of the format before to this one. */
export const upgradeOf = (name: string): string[] => [
  `ALTER TABLE ${name}.logs ADD COLUMN ${textColumn(LAST)}`,
  `UPDATE ${name}.meta SET value = '${FORMAT}' WHERE key = 'format'`,
];

/** Statements that make a day file's tables in the attached database `name`. */
export function schemaOf(name: string): string[] {
  return [
    `CREATE TABLE ${name}.logs (ts BIGINT, seq BIGINT, node VARCHAR, ${textColumns})`,
    `CREATE TABLE ${name}.minutes (minute BIGINT, level VARCHAR, records BIGINT)`,
    `CREATE TABLE ${name}.applied (journal VARCHAR, position BIGINT)`,
    ...filtersOf(name),
    `CREATE TABLE ${name}.meta (key VARCHAR, value VARCHAR)`,
    `INSERT INTO ${name}.meta VALUES ('format', '${FORMAT}')`,
  ];
}

/** A NUL would end the statement, so it stands outside the quotes. */
export function quoteText(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return text.includes('\0') ? `(${quoted.replaceAll('\0', "' || chr(0) || '")})` : quoted;
}

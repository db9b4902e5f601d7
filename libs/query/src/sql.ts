import type { Query } from './ast.js';
import { conditionOf, type Condition } from './condition.js';
import { KNOWN_FIELDS, type Field } from './fields.js';
import { NUMBER_PATTERN } from './literals.js';
import { addressSql } from './sql-address.js';
import { sequencePattern, piecePattern, TOKEN_GAPS } from './sql-text.js';
import { formatTime } from './times.js';

export type SqlParam = string | number | bigint | boolean;

export interface SqlCondition {
  /** A boolean expression over DuckDB's `logs` table; everything a person typed is a `?`. */
  readonly sql: string;
  readonly params: readonly SqlParam[];
}

/** A `WHERE` condition for the table of `docs/query-language.md`, "How it is asked". */
export function toSql(query: Query, options: { readonly nowNs: bigint }): SqlCondition {
  return translate(query, options.nowNs);
}

function translate(query: Query, nowNs: bigint): SqlCondition {
  switch (query.type) {
    case 'all':
      return plain('TRUE');
    case 'and':
    case 'or':
      return combine(
        query.type === 'and' ? ' AND ' : ' OR ',
        query.clauses.map((clause) => translate(clause, nowNs)),
      );
    case 'not':
      return negate(translate(query.clause, nowNs));
    default:
      return leaf(conditionOf(query, nowNs));
  }
}

function plain(sql: string, ...params: SqlParam[]): SqlCondition {
  return { sql, params };
}

function combine(sign: ' AND ' | ' OR ', of: readonly SqlCondition[]): SqlCondition {
  return { sql: `(${of.map(({ sql }) => sql).join(sign)})`, params: of.flatMap(({ params }) => params) };
}

/** What is absent matches nothing, so its negation matches: NULL counts as false. */
function negate({ sql, params }: SqlCondition): SqlCondition {
  return { sql: `NOT coalesce(${sql}, FALSE)`, params };
}

function leaf(condition: Condition): SqlCondition {
  switch (condition.kind) {
    case 'all':
      return plain('TRUE');
    case 'none':
      return plain('FALSE');
    case 'any':
      return combine(' OR ', condition.of.map(leaf));
    case 'exists':
      return exists(condition.field);
    case 'absent':
      return negate(exists(condition.field));
    case 'attributes':
      return manyAttributes(condition);
    case 'time':
      return time(condition);
    default:
      return valueLeaf(condition);
  }
}

type ValueCondition = Exclude<Condition, { kind: 'all' | 'none' | 'any' | 'exists' | 'absent' | 'attributes' | 'time' }>;

/** Makes the test of one value from the SQL of that value. */
type Test = (value: string) => SqlCondition;

function valueLeaf(condition: ValueCondition): SqlCondition {
  switch (condition.kind) {
    case 'words':
    case 'pieces':
    case 'tokenRegex':
      return condition.field.column === undefined ? anyValue(condition.field, restText(condition)) : messageText(condition);
    case 'oneOf':
      return anyValue(condition.field, (value) =>
        plain(`${value} IN (${condition.values.map(() => '?').join(', ')})`, ...condition.values),
      );
    case 'equals':
      return anyValue(condition.field, equals(condition.text, condition.number), equalTexts(condition.text, condition.number));
    case 'like':
      return anyValue(condition.field, like(condition.parts));
    case 'regex':
      return anyValue(condition.field, (value) => plain(`regexp_full_match(${value}, ?, 's')`, condition.regex.source));
    case 'number':
      return anyValue(condition.field, number(condition.operator, condition.number, condition.field.column !== undefined));
    case 'order':
      return anyValue(condition.field, (value) => plain(`${value} ${condition.operator} ?`, condition.text));
    case 'address':
      return anyValue(condition.field, (value) => plain(`${addressSql(value)} BETWEEN ? AND ?`, condition.low, condition.high));
  }
}

type TextCondition = Extract<Condition, { kind: 'words' | 'pieces' | 'tokenRegex' }>;

/** On `message` the column `words` has the tokens ready, one space around each. */
function messageText(condition: TextCondition): SqlCondition {
  switch (condition.kind) {
    case 'words':
      return plain('contains(words, ?)', ` ${condition.tokens.join(' ')} `);
    case 'pieces':
      return combine(' AND ', condition.pieces.map(pieceInWords));
    case 'tokenRegex':
      return plain(
        `len(list_filter(string_split(words, ' '), lambda w: w <> '' AND regexp_full_match(w, ?, 's'))) > 0`,
        condition.regex.source,
      );
  }
}

function pieceInWords(parts: readonly string[]): SqlCondition {
  const filled = parts.filter((part) => part !== '');
  const text = ` ${parts.join('*')} `.replace(' *', '').replace('* ', '');
  if (filled.length === 1 && !text.includes('*')) return plain('contains(words, ?)', text);
  return plain('regexp_matches(words, ?)', ` ${parts.map(quoteRegex).join('[^ ]*')} `);
}

function restText(condition: TextCondition): Test {
  switch (condition.kind) {
    case 'words':
      return (value) => plain(`regexp_matches(lower(${value}), ?, 's')`, sequencePattern(condition.tokens));
    case 'pieces':
      return (value) =>
        combine(
          ' AND ',
          condition.pieces.map((parts) => plain(`regexp_matches(lower(${value}), ?, 's')`, piecePattern(parts))),
        );
    case 'tokenRegex':
      return (value) =>
        plain(
          `len(list_filter(string_split_regex(lower(${value}), ?), lambda w: w <> '' AND regexp_full_match(w, ?, 's'))) > 0`,
          TOKEN_GAPS,
          condition.regex.source,
        );
  }
}

function equals(text: string, wanted: number | undefined): Test {
  if (wanted === undefined) return (value) => plain(`${value} = ?`, text);
  return (value) => combine(' OR ', [plain(`${value} = ?`, text), number('=', wanted, false)(value)]);
}

/** The number travels as text: clients bind a whole number as a 64-bit integer, and 1e30 is none. */
function number(operator: string, wanted: number, isNumber: boolean): Test {
  if (isNumber) return (value) => plain(`${value} ${operator} CAST(? AS DOUBLE)`, String(wanted));
  const read = (value: string): string => `CASE WHEN regexp_matches(${value}, '${NUMBER_PATTERN}') THEN TRY_CAST(${value} AS DOUBLE) END`;
  return (value) => plain(`${read(value)} ${operator} CAST(? AS DOUBLE)`, String(wanted));
}

function like(parts: readonly string[]): Test {
  const pattern = parts.map(quoteRegex).join('.*');
  if (parts.length === 2 && parts[1] === '') return (value) => plain(`starts_with(${value}, ?)`, parts[0] ?? '');
  return (value) => plain(`regexp_full_match(${value}, ?, 's')`, pattern);
}

function quoteRegex(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/gu, '\\$&');
}

function time({ field, fromNs, toNs }: Extract<Condition, { kind: 'time' }>): SqlCondition {
  const bounds: [sign: string, ns: bigint][] = [];
  if (fromNs !== undefined) bounds.push(['>=', fromNs]);
  if (toNs !== undefined) bounds.push(['<', toNs]);
  if (field.column !== undefined)
    return combine(
      ' AND ',
      bounds.map(([sign, ns]) => plain(`${field.column} ${sign} ?`, ns)),
    );
  return anyValue(field, (value) =>
    combine(
      ' AND ',
      bounds.map(([sign, ns]) => plain(`${value} ${sign} ?`, formatTime(ns))),
    ),
  );
}

/** A JSON pointer takes any key, where a JSON path would need quoting. */
function pointer(name: string): string {
  return `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/**
 * The text before it skips the parsing of rows that do not have the field: a key stands in JSON text only as it is quoted.
 * `beginnings` is a pattern of how the JSON text of any value that passes the test can begin.
 */
function anyValue(field: Field, test: Test, beginnings?: string): SqlCondition {
  if (field.column !== undefined) return test(field.column);
  const path = pointer(field.name);
  const key = JSON.stringify(field.name);
  const element = test('x');
  const before = beginnings === undefined ? plain('contains(rest, ?)', key) : beginsLike(key, beginnings);
  const holds = `len(list_filter(${valuesAt('?')}, lambda x: ${element.sql})) > 0`;
  return {
    sql: beginnings === undefined ? `(${before.sql} AND ${holds})` : `CASE WHEN ${before.sql} THEN ${holds} ELSE FALSE END`,
    params: [...before.params, path, path, path, ...element.params],
  };
}

/** Half the time of reading the value from the JSON; DuckDB finds out by itself which of the two is better asked first. */
function beginsLike(key: string, beginnings: string): SqlCondition {
  return plain('contains(rest, ?) AND regexp_matches(rest, ?)', key, `${quoteRegex(key)}:(?:${beginnings})`);
}

/** `rest` is what `JSON.stringify` writes, so a value has one text there. A number may also stand as a string, in any spelling. */
function equalTexts(text: string, wanted: number | undefined): string {
  if (wanted !== undefined) return `${quoteRegex(String(wanted))}|["\\[]`;
  const bare = /^(?:true|false|\{)/u.exec(text)?.[0];
  return [quoteRegex(JSON.stringify(text)), '\\[', ...(bare === undefined ? [] : [quoteRegex(bare)])].join('|');
}

/** The value at a pointer as a list of texts: an array matches when any element does. */
function valuesAt(path: string): string {
  return (
    `CASE json_type(rest, ${path}) WHEN 'ARRAY' THEN from_json(json_extract(rest, ${path}), '["VARCHAR"]') ` +
    `ELSE [json_extract_string(rest, ${path})] END`
  );
}

const HAS_VALUE = 'lambda x: x IS NOT NULL';

function exists(field: Field): SqlCondition {
  if (field.column !== undefined) return plain(`${field.column} IS NOT NULL`);
  const path = pointer(field.name);
  const here: SqlCondition = {
    sql: `(contains(rest, ?) AND len(list_filter(${valuesAt('?')}, ${HAS_VALUE})) > 0)`,
    params: [JSON.stringify(field.name), path, path, path],
  };
  const hasBelow = field.type === 'dynamic' || (field.type === 'flattened' && Object.hasOwn(KNOWN_FIELDS, field.name));
  return hasBelow ? combine(' OR ', [here, someKey('starts_with(k, ?)', [`${field.name}.`], plain('TRUE'))]) : here;
}

/** Whether `rest` has a key that fits, with a value that fits. */
function someKey(key: string, keyParams: readonly SqlParam[], value: SqlCondition): SqlCondition {
  const values = valuesAt(`'/' || replace(replace(k, '~', '~0'), '/', '~1')`);
  const params = [...keyParams, ...value.params];
  return {
    sql: `len(list_filter(json_keys(rest), lambda k: ${key} AND len(list_filter(${values}, lambda x: x IS NOT NULL AND ${value.sql})) > 0)) > 0`,
    params,
  };
}

function manyAttributes({ names, text, number: wanted }: Extract<Condition, { kind: 'attributes' }>): SqlCondition {
  const pattern = `attributes\\.${names.map(quoteRegex).join('.*')}`;
  return someKey(`regexp_full_match(k, ?, 's')`, [pattern], text === undefined ? plain('TRUE') : equals(text, wanted)('x'));
}

import type { Query } from './ast.js';
import { addressKey } from './addresses.js';
import { conditionOf, type Condition } from './condition.js';
import type { Field } from './fields.js';
import { parseNumber } from './literals.js';
import { compileRegex } from './regex-matcher.js';
import { compareText, type Comparison, comparison } from './comparison.js';
import { formatTime } from './times.js';
import { wordsOf } from './tokeniser.js';
import { wildcardMatches } from './wildcards.js';

/** A stored record: ECS names as nested objects, `attributes` and labels with dotted keys. */
type StoredRecord = Readonly<Record<string, unknown>>;

export type Predicate = (record: StoredRecord) => boolean;

/** Compiles a query once for many records; the predicate never throws, whatever the record holds. */
export function toPredicate(query: Query, options: { readonly nowNs: bigint }): Predicate {
  return compile(query, options.nowNs);
}

function compile(query: Query, nowNs: bigint): Predicate {
  switch (query.type) {
    case 'all':
      return () => true;
    case 'and': {
      const clauses = query.clauses.map((clause) => compile(clause, nowNs));
      return (record) => clauses.every((clause) => clause(record));
    }
    case 'or': {
      const clauses = query.clauses.map((clause) => compile(clause, nowNs));
      return (record) => clauses.some((clause) => clause(record));
    }
    case 'not': {
      const clause = compile(query.clause, nowNs);
      return (record) => !clause(record);
    }
    default:
      return leaf(conditionOf(query, nowNs));
  }
}

function leaf(condition: Condition): Predicate {
  switch (condition.kind) {
    case 'all':
      return () => true;
    case 'none':
      return () => false;
    case 'any': {
      const of = condition.of.map(leaf);
      return (record) => of.some((test) => test(record));
    }
    case 'exists':
      return (record) => existsIn(record, condition.field);
    case 'absent':
      return (record) => !existsIn(record, condition.field);
    case 'attributes':
      return attributes(condition);
    default:
      return valueLeaf(condition);
  }
}

type ValueCondition = Exclude<Condition, { kind: 'all' | 'none' | 'any' | 'exists' | 'absent' | 'attributes' }>;

function valueLeaf(condition: ValueCondition): Predicate {
  const { path } = condition.field;
  if (condition.kind === 'words') {
    const phrase = ` ${condition.tokens.join(' ')} `;
    return (record) => wordsIn(record, path).includes(phrase);
  }
  if (condition.kind === 'pieces' || condition.kind === 'tokenRegex') {
    const test = tokensTest(condition);
    return (record) => test(wordsIn(record, path).split(' '));
  }
  const test = valueTest(condition);
  return (record) => some(valueAt(record, path), test);
}

function tokensTest(condition: Extract<Condition, { kind: 'pieces' | 'tokenRegex' }>): (tokens: readonly string[]) => boolean {
  if (condition.kind === 'tokenRegex') {
    const matches = compileRegex(condition.regex);
    return (tokens) => tokens.some((token) => token !== '' && matches(token));
  }
  return (tokens) => condition.pieces.every((piece) => tokens.some((token) => token !== '' && wildcardMatches(token, piece)));
}

type Test = (value: unknown) => boolean;

function valueTest(condition: Exclude<ValueCondition, { kind: 'words' | 'pieces' | 'tokenRegex' }>): Test {
  switch (condition.kind) {
    case 'oneOf': {
      const values = new Set(condition.values);
      return (value) => values.has(textOf(value));
    }
    case 'equals':
      return equals(condition.text, condition.number);
    case 'like':
      return (value) => wildcardMatches(textOf(value), condition.parts);
    case 'regex': {
      const matches = compileRegex(condition.regex);
      return (value) => matches(textOf(value));
    }
    default:
      return orderTest(condition);
  }
}

function orderTest(condition: Extract<Condition, { kind: 'number' | 'order' | 'time' | 'address' }>): Test {
  switch (condition.kind) {
    case 'number': {
      const test: Comparison = comparison(condition.operator);
      return (value) => {
        const number = numberOf(value);
        return number !== undefined && test(number - condition.number);
      };
    }
    case 'order': {
      const test: Comparison = comparison(condition.operator);
      return (value) => test(compareText(textOf(value), condition.text));
    }
    case 'time': {
      const from = condition.fromNs === undefined ? '' : formatTime(condition.fromNs);
      const to = condition.toNs === undefined ? '~' : formatTime(condition.toNs);
      return (value) => typeof value === 'string' && value >= from && value < to;
    }
    case 'address':
      return (value) => {
        const key = typeof value === 'string' ? addressKey(value) : undefined;
        return key !== undefined && key >= condition.low && key <= condition.high;
      };
  }
}

function equals(text: string, number: number | undefined): Test {
  if (number === undefined) return (value) => textOf(value) === text;
  return (value) => textOf(value) === text || numberOf(value) === number;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : String(value);
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' ? parseNumber(value) : undefined;
}

/** An array matches when any element does; nothing matches what is not there. */
function some(value: unknown, test: Test): boolean {
  if (value === undefined || value === null) return false;
  return Array.isArray(value) ? value.some((element) => element !== null && test(element)) : typeof value !== 'object' && test(value);
}

function valueAt(record: StoredRecord, path: readonly string[]): unknown {
  let value: unknown = record;
  for (const key of path) {
    if (!isObject(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function existsIn(record: StoredRecord, field: Field): boolean {
  if (isThere(valueAt(record, field.path))) return true;
  if (field.type !== 'dynamic') return false;
  const attributes = record['attributes'];
  const below = `${field.path.at(-1) ?? ''}.`;
  return isObject(attributes) && Object.keys(attributes).some((key) => key.startsWith(below) && isThere(attributes[key]));
}

function isThere(value: unknown): boolean {
  if (value === undefined || value === null) return false;
  if (Array.isArray(value)) return value.some(isThere);
  return typeof value !== 'object' || Object.keys(value).length > 0;
}

function attributes(condition: Extract<Condition, { kind: 'attributes' }>): Predicate {
  const { names, text, number } = condition;
  const test = text === undefined ? () => true : equals(text, number);
  return (record) => {
    const values = record['attributes'];
    return isObject(values) && Object.keys(values).some((key) => wildcardMatches(key, names) && some(values[key], test));
  };
}

/** The words of the last records, as many predicates (rules) look at one record. */
const messageWords = new WeakMap<StoredRecord, string>();

function wordsIn(record: StoredRecord, path: readonly string[]): string {
  const value = valueAt(record, path);
  if (typeof value !== 'string') return '';
  if (path.length > 1) return wordsOf(value);
  const known = messageWords.get(record);
  if (known !== undefined) return known;
  const words = wordsOf(value);
  messageWords.set(record, words);
  return words;
}

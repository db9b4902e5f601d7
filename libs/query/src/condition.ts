import type { LeafQuery, MatchQuery, RangeOperator, RangeQuery, Value } from './ast.js';
import { parseAddresses } from './addresses.js';
import { QueryError } from './errors.js';
import { fieldOf, KNOWN_FIELDS, type Field } from './fields.js';
import { levelName, levelsInRange } from './levels.js';
import { parseNumber, parseQuantity } from './literals.js';
import { parseRegex, type Regex } from './regex.js';
import { parseTime } from './times.js';
import { tokenise } from './tokeniser.js';
import { tokenPieces } from './wildcards.js';

/** A leaf with its field resolved and its value read: all that the back ends have to translate, and no more. */
export type Condition =
  | { readonly kind: 'all' }
  | { readonly kind: 'none' }
  | { readonly kind: 'any'; readonly of: readonly Condition[] }
  | { readonly kind: 'exists'; readonly field: Field }
  | { readonly kind: 'absent'; readonly field: Field }
  /** Text: these tokens one behind the other. */
  | { readonly kind: 'words'; readonly field: Field; readonly tokens: readonly string[] }
  /** Text: each piece fits some token. */
  | { readonly kind: 'pieces'; readonly field: Field; readonly pieces: readonly (readonly string[])[] }
  /** Text: some token is in the language of the expression. */
  | { readonly kind: 'tokenRegex'; readonly field: Field; readonly regex: Regex }
  /** Keyword and flattened: one of these texts. */
  | { readonly kind: 'oneOf'; readonly field: Field; readonly values: readonly string[] }
  /** Attribute: this text, or this number however it is written. */
  | { readonly kind: 'equals'; readonly field: Field; readonly text: string; readonly number?: number }
  | { readonly kind: 'like'; readonly field: Field; readonly parts: readonly string[] }
  | { readonly kind: 'regex'; readonly field: Field; readonly regex: Regex }
  | { readonly kind: 'number'; readonly field: Field; readonly operator: RangeOperator | '='; readonly number: number }
  /** Keyword: order of UTF-8 bytes. */
  | { readonly kind: 'order'; readonly field: Field; readonly operator: RangeOperator; readonly text: string }
  | { readonly kind: 'time'; readonly field: Field; readonly fromNs?: bigint; readonly toNs?: bigint }
  | { readonly kind: 'address'; readonly field: Field; readonly low: string; readonly high: string }
  /** Any attribute whose name fits: has this value, or any when `text` is absent. */
  | { readonly kind: 'attributes'; readonly names: readonly string[]; readonly text?: string; readonly number?: number };

/** A regular expression's own positions begin behind its slash. */
const SLASH = 1;
const LOWEST_ADDRESS = '0'.repeat(32);
const HIGHEST_ADDRESS = 'f'.repeat(32);

/** What is wrong with a leaf, without its place in the text. */
class LeafError extends Error {
  constructor(
    readonly code: 'query_value' | 'query_field',
    message: string,
    readonly hint: string,
  ) {
    super(message);
  }
}

/** Throws `QueryError` at `position` when the leaf has no meaning, so that the back ends never fail on a parsed query. */
export function checkLeaf(leaf: LeafQuery, position: number): void {
  conditionAt(leaf, 0n, position);
}

/** The meaning of a leaf; `nowNs` is what `now` stands for. */
export function conditionOf(leaf: LeafQuery, nowNs: bigint): Condition {
  return conditionAt(leaf, nowNs, 0);
}

function conditionAt(leaf: LeafQuery, nowNs: bigint, position: number): Condition {
  try {
    return read(leaf, nowNs);
  } catch (error) {
    if (error instanceof LeafError) throw new QueryError(error.code, error.message, position, error.hint);
    if (error instanceof QueryError) throw new QueryError(error.code, error.message, position + SLASH + error.position, error.hint);
    throw error;
  }
}

function read(leaf: LeafQuery, nowNs: bigint): Condition {
  const name = leaf.field ?? 'message';
  if (name.includes('*')) return manyFields(leaf, name, nowNs);
  const field = fieldOf(name);
  if (leaf.type === 'exists') return { kind: 'exists', field };
  return leaf.type === 'range' ? range(leaf, field, nowNs) : match(leaf.value, field, nowNs);
}

function match(value: Value, field: Field, nowNs: bigint): Condition {
  if (value.kind === 'wildcard') return wildcard(value.parts, field);
  if (value.kind === 'regex') return expression(value.pattern, field);
  if (value.kind === 'word' && value.text === 'null' && field.name !== 'message') return { kind: 'absent', field };
  return equality(value.text, field, nowNs);
}

function equality(text: string, field: Field, nowNs: bigint): Condition {
  switch (field.type) {
    case 'text': {
      const tokens = tokenise(text);
      return tokens.length === 0 ? { kind: 'all' } : { kind: 'words', field, tokens };
    }
    case 'dynamic':
      return { kind: 'equals', field, text, ...numberOf(text) };
    case 'long':
      return { kind: 'number', field, operator: '=', number: quantity(text, field) };
    case 'date':
      return { kind: 'time', field, ...time(text, field, nowNs) };
    case 'ip':
      return { kind: 'address', field, ...addresses(text, field) };
    default:
      return { kind: 'oneOf', field, values: [field.name === 'log.level' ? levelName(text) : text] };
  }
}

function numberOf(text: string): { number?: number } {
  const number = parseNumber(text);
  return number === undefined ? {} : { number };
}

function range(leaf: RangeQuery, field: Field, nowNs: bigint): Condition {
  const { operator, value: text } = leaf;
  switch (field.type) {
    case 'date':
      return timeRange(operator, text, field, nowNs);
    case 'ip':
      return addressRange(operator, text, field);
    case 'keyword':
      return field.name === 'log.level' ? levels(operator, text, field) : { kind: 'order', field, operator, text };
    case 'long':
    case 'dynamic':
      return { kind: 'number', field, operator, number: quantity(text, field) };
    default:
      throw new LeafError('query_field', `${field.name} has no order.`, `Ranges go with numbers, times, levels, addresses and keywords.`);
  }
}

function levels(operator: RangeOperator, text: string, field: Field): Condition {
  const values = levelsInRange(operator, levelName(text));
  if (values !== undefined) return values.length === 0 ? { kind: 'none' } : { kind: 'oneOf', field, values };
  throw new LeafError('query_value', `"${text}" is not a level.`, 'Levels are trace, debug, info, warn, error, fatal.');
}

function quantity(text: string, field: Field): number {
  const number = parseQuantity(text, field.name);
  if (number !== undefined) return number;
  const hint =
    field.name === 'event.duration'
      ? 'Write nanoseconds or a duration such as 1.5s, 200ms, 2m.'
      : 'Ranges compare numbers here: 500, 1.5, 10kb; durations (1.5s) where the name tells the unit, such as took_ms.';
  throw new LeafError('query_value', `"${text}" is not a number that ${field.name} can hold.`, hint);
}

function time(text: string, field: Field, nowNs: bigint): { fromNs: bigint; toNs: bigint } {
  const span = parseTime(text, nowNs);
  if (span !== undefined) return span;
  throw new LeafError(
    'query_value',
    `"${text}" is not a time for ${field.name}.`,
    'Write 2026-11-21, 2026-11-21T10:00:00Z, now-1d or epoch milliseconds.',
  );
}

/** A time covers a span: `<= 2026-11-21` takes the whole day in, `> 2026-11-21` begins behind it. */
function timeRange(operator: RangeOperator, text: string, field: Field, nowNs: bigint): Condition {
  const { fromNs, toNs } = time(text, field, nowNs);
  const bounds = { '>': { fromNs: toNs }, '>=': { fromNs }, '<': { toNs: fromNs }, '<=': { toNs } }[operator];
  return { kind: 'time', field, ...bounds };
}

function addresses(text: string, field: Field): { low: string; high: string } {
  const range = parseAddresses(text);
  if (range !== undefined) return range;
  throw new LeafError('query_value', `"${text}" is not an address for ${field.name}.`, 'Write 10.0.0.1, 10.0.0.0/8 or fe80::/10.');
}

function addressRange(operator: RangeOperator, text: string, field: Field): Condition {
  const { low, high } = addresses(text, field);
  if (operator === '>=') return { kind: 'address', field, low, high: HIGHEST_ADDRESS };
  if (operator === '<=') return { kind: 'address', field, low: LOWEST_ADDRESS, high };
  const [edge, step] = operator === '>' ? [high, 1n] : [low, -1n];
  const next = (BigInt(`0x${edge}`) + step).toString(16).padStart(32, '0');
  if (next.length > 32 || next.startsWith('-') || next.includes('-')) return { kind: 'none' };
  return operator === '>'
    ? { kind: 'address', field, low: next, high: HIGHEST_ADDRESS }
    : { kind: 'address', field, low: LOWEST_ADDRESS, high: next };
}

function wildcard(parts: readonly string[], field: Field): Condition {
  switch (field.type) {
    case 'text': {
      const pieces = tokenPieces(parts);
      return pieces.length === 0 ? { kind: 'exists', field } : { kind: 'pieces', field, pieces };
    }
    case 'keyword':
    case 'dynamic':
      return { kind: 'like', field, parts: field.name === 'log.level' ? parts.map((part) => part.toLowerCase()) : parts };
    case 'flattened':
      if (parts.length === 2 && parts[1] === '') return { kind: 'like', field, parts };
      throw new LeafError(
        'query_value',
        `${field.name} takes a "*" at the end only.`,
        'Labels match by whole value or by beginning, such as labels.team:pay*.',
      );
    default:
      throw new LeafError(
        'query_value',
        `${field.name} takes no wildcard.`,
        'Write a range, such as field >= 400 and field < 500, or a CIDR block for addresses.',
      );
  }
}

function expression(pattern: string, field: Field): Condition {
  if (field.type === 'text') return { kind: 'tokenRegex', field, regex: parseRegex(pattern) };
  if (field.type === 'keyword' || field.type === 'dynamic') return { kind: 'regex', field, regex: parseRegex(pattern) };
  throw new LeafError('query_value', `${field.name} takes no regular expression.`, 'They go with text, keyword fields and attributes.');
}

function manyFields(leaf: LeafQuery, pattern: string, nowNs: bigint): Condition {
  const attributes = pattern.startsWith('attributes.') ? pattern.slice(11) : pattern;
  const names = attributes.split('*');
  const known = Object.keys(KNOWN_FIELDS).filter((name) => KNOWN_FIELDS[name]?.type !== 'flattened' && nameFits(name, pattern));
  if (leaf.type === 'exists') {
    return {
      kind: 'any',
      of: [...known.map((name): Condition => ({ kind: 'exists', field: fieldOf(name) })), { kind: 'attributes', names }],
    };
  }
  const text = plainText(leaf, pattern);
  const fitting = known.flatMap((name) => tryEquality(text, fieldOf(name), nowNs));
  return { kind: 'any', of: [...fitting, { kind: 'attributes', names, text, ...numberOf(text) }] };
}

function plainText(leaf: MatchQuery | RangeQuery, pattern: string): string {
  if (leaf.type === 'match' && (leaf.value.kind === 'word' || leaf.value.kind === 'phrase')) return leaf.value.text;
  throw new LeafError(
    'query_field',
    `A "*" in the field name (${pattern}) goes with a plain value only.`,
    'Name the field, or the value without "*".',
  );
}

/** A value that one of many fields cannot hold is not found there. */
function tryEquality(text: string, field: Field, nowNs: bigint): Condition[] {
  try {
    const condition = equality(text, field, nowNs);
    return condition.kind === 'all' ? [] : [condition];
  } catch (error) {
    if (error instanceof LeafError) return [];
    throw error;
  }
}

function nameFits(name: string, pattern: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.\\^$+?()[\]{}|/]/gu, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 'u').test(name);
}

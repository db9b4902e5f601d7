import type { Query } from './ast.js';
import { formatAddress } from './addresses.js';
import type { RangeOperator } from './ast.js';
import { conditionOf, type Condition } from './condition.js';
import type { Field } from './fields.js';
import { formatTime } from './times.js';

/** A query of Elasticsearch's DSL, as JSON. */
export interface ElasticsearchQuery {
  readonly [clause: string]: unknown;
}

const NANOS = 'strict_date_optional_time_nanos';
const COMPARISONS = { '>': 'gt', '>=': 'gte', '<': 'lt', '<=': 'lte' } as const;

/** Beyond these a `long` field holds nothing and Elasticsearch refuses the number. */
const LONG_LIMIT = 2 ** 63;

/** Everything stands in `bool.filter`: no scores, and Lucene may cache and order the clauses by cost. */
export function toElasticsearch(query: Query, options: { readonly nowNs: bigint }): ElasticsearchQuery {
  const translated = translate(query, options.nowNs);
  return query.type === 'and' || query.type === 'all' ? translated : { bool: { filter: [translated] } };
}

function translate(query: Query, nowNs: bigint): ElasticsearchQuery {
  switch (query.type) {
    case 'all':
      return { match_all: {} };
    case 'and':
      return { bool: { filter: query.clauses.map((clause) => translate(clause, nowNs)) } };
    case 'or':
      return anyOf(query.clauses.map((clause) => translate(clause, nowNs)));
    case 'not':
      return none(translate(query.clause, nowNs));
    default:
      return leaf(conditionOf(query, nowNs));
  }
}

function anyOf(should: readonly ElasticsearchQuery[]): ElasticsearchQuery {
  return { bool: { should, minimum_should_match: 1 } };
}

function none(clause: ElasticsearchQuery): ElasticsearchQuery {
  return { bool: { must_not: [clause] } };
}

function leaf(condition: Condition): ElasticsearchQuery {
  switch (condition.kind) {
    case 'all':
      return { match_all: {} };
    case 'none':
      return { match_none: {} };
    case 'any':
      return anyOf(condition.of.map(leaf));
    case 'exists':
      return exists(condition.field);
    case 'absent':
      return none(exists(condition.field));
    case 'attributes':
      return manyAttributes(condition);
    default:
      return valueLeaf(condition);
  }
}

type ValueCondition = Exclude<Condition, { kind: 'all' | 'none' | 'any' | 'exists' | 'absent' | 'attributes' }>;

function valueLeaf(condition: ValueCondition): ElasticsearchQuery {
  const { name } = condition.field;
  switch (condition.kind) {
    case 'words':
      return words(name, condition.tokens);
    case 'pieces':
      return { bool: { filter: condition.pieces.map((parts) => wildcard(name, parts)) } };
    case 'tokenRegex':
      return regexp(name, condition.regex.source);
    case 'oneOf':
      return condition.values.length === 1 ? { term: { [name]: condition.values[0] } } : { terms: { [name]: condition.values } };
    case 'like':
      return like(condition.field, condition.parts);
    case 'regex':
      return condition.field.type === 'dynamic'
        ? lenient(name, `/${condition.regex.source.replaceAll('/', '\\/')}/`)
        : regexp(name, condition.regex.source);
    default:
      return scalarLeaf(condition, name);
  }
}

function scalarLeaf(
  condition: Extract<ValueCondition, { kind: 'equals' | 'number' | 'order' | 'time' | 'address' }>,
  name: string,
): ElasticsearchQuery {
  switch (condition.kind) {
    case 'equals':
      return equals(name, condition.text, condition.number);
    case 'number':
      return condition.field.type === 'dynamic'
        ? attributeNumber(condition.operator, name, condition.number)
        : long(condition.operator, name, condition.number);
    case 'order':
      return compare(condition.operator, name, condition.text);
    case 'time': {
      const from = condition.fromNs === undefined ? {} : { gte: formatTime(condition.fromNs) };
      const to = condition.toNs === undefined ? {} : { lt: formatTime(condition.toNs) };
      return { range: { [name]: { ...from, ...to, format: NANOS } } };
    }
    case 'address':
      return { range: { [name]: { gte: formatAddress(condition.low), lte: formatAddress(condition.high) } } };
  }
}

/** The tokens are ours already: `whitespace` keeps Elasticsearch from cutting them again. */
function words(name: string, tokens: readonly string[]): ElasticsearchQuery {
  if (tokens.length === 1) return { term: { [name]: tokens[0] } };
  return { match_phrase: { [name]: { query: tokens.join(' '), analyzer: 'whitespace' } } };
}

/** Fields below count, so `http:*` finds any of them; below an attribute stands its twin, which holds what the first-come type refused. */
function exists(field: Field): ElasticsearchQuery {
  if (field.type !== 'dynamic') return { exists: { field: field.name } };
  return anyOf([{ exists: { field: field.name } }, { exists: { field: `${field.name}.*` } }]);
}

function equals(name: string, text: string, number: number | undefined): ElasticsearchQuery {
  const asText = { term: { [`${name}.as_text`]: text } };
  if (number !== undefined) return anyOf([match(name, text), match(`${name}.as_number`, text), asText]);
  return anyOf([
    readAsNumberByJava(text)
      ? { bool: { filter: [match(name, text)], must_not: [{ exists: { field: `${name}.as_text` } }] } }
      : match(name, text),
    asText,
  ]);
}

/** Java reads `12d` and `NaN` as numbers; we do not, so a field of numbers is left out for these. */
function readAsNumberByJava(text: string): boolean {
  return /^\s*[+-]?(?:[\d.].*[\dfdp.]|nan|infinity)\s*$/iu.test(text);
}

function match(name: string, text: string): ElasticsearchQuery {
  return { match: { [name]: { query: text, lenient: true } } };
}

function long(operator: RangeOperator | '=', name: string, number: number): ElasticsearchQuery {
  if (operator !== '=') return compare(operator, name, Math.max(-LONG_LIMIT, Math.min(LONG_LIMIT - 1024, number)));
  return Number.isInteger(number) && Math.abs(number) < LONG_LIMIT ? { term: { [name]: number } } : { match_none: {} };
}

/** Where the field is text, its range would be one of text: only its twin counts. `.as_text` tells the two apart. */
function attributeNumber(operator: RangeOperator | '=', name: string, number: number): ElasticsearchQuery {
  const sign = operator === '=' ? '>=' : operator;
  const ofNumbers = { bool: { filter: [compare(sign, name, number), { exists: { field: `${name}.as_text` } }] } };
  return anyOf([compare(sign, `${name}.as_number`, number), ofNumbers]);
}

function compare(operator: RangeOperator, name: string, value: string | number): ElasticsearchQuery {
  return { range: { [name]: { [COMPARISONS[operator]]: value } } };
}

function like(field: Field, parts: readonly string[]): ElasticsearchQuery {
  if (field.type === 'flattened') return { prefix: { [field.name]: parts[0] } };
  if (field.type !== 'dynamic') return wildcard(field.name, parts);
  return lenient(field.name, parts.map((part) => part.replace(/[^\p{L}\p{N}_]/gu, '\\$&')).join('*'));
}

function wildcard(name: string, parts: readonly string[]): ElasticsearchQuery {
  return { wildcard: { [name]: { value: parts.map((part) => part.replace(/[*?\\]/gu, '\\$&')).join('*') } } };
}

function regexp(name: string, value: string): ElasticsearchQuery {
  return { regexp: { [name]: { value, flags: 'NONE' } } };
}

/** `wildcard` and `regexp` are refused on a field of numbers, `query_string` passes over it; the numbers' texts are in the twin. */
function lenient(name: string, query: string): ElasticsearchQuery {
  return {
    query_string: { fields: [name, `${name}.as_text`], query, lenient: true, analyze_wildcard: false, allow_leading_wildcard: true },
  };
}

function manyAttributes(condition: Extract<Condition, { kind: 'attributes' }>): ElasticsearchQuery {
  const field = `attributes.${condition.names.join('*')}`;
  if (condition.text === undefined) return { exists: { field } };
  const fields = field.endsWith('*') ? [field] : [field, `${field}.as_text`, `${field}.as_number`];
  return { multi_match: { query: condition.text, fields, type: 'best_fields', operator: 'and', lenient: true } };
}

import type { LeafQuery, Query } from './ast.js';
import { fieldOf, SHORT_NAMES } from './fields.js';
import { parseNumber, parseQuantity } from './literals.js';
import { parseTyped } from './parser.js';

/** What a text asks for, told to somebody who types it. */
export interface ExaminedQuery {
  /** Whether Kibana's KQL would read the same text in the same way; false: it uses one of our extensions. */
  readonly kql: boolean;
  /** Full names of the fields that are looked at, each once, in the order of the text; a wildcard in a name stays. */
  readonly fields: readonly string[];
}

/** Throws `QueryError`, as `parseQuery` does. */
export function examineQuery(text: string): ExaminedQuery {
  const { query, isWrittenAsKql } = parseTyped(text);
  const leaves = leavesOf(query);
  return { kql: isWrittenAsKql && !leaves.some(isExtended), fields: [...new Set(leaves.map(nameOf))] };
}

function leavesOf(query: Query): readonly LeafQuery[] {
  if (query.type === 'all') return [];
  if (query.type === 'not') return leavesOf(query.clause);
  return query.type === 'and' || query.type === 'or' ? query.clauses.flatMap(leavesOf) : [query];
}

function nameOf({ field }: LeafQuery): string {
  if (field === undefined) return 'message';
  return field.includes('*') ? field : fieldOf(field).name;
}

/** Short names, expressions between slashes, ordered levels, durations, sizes and `null` mean something else in Kibana, or nothing. */
function isExtended(leaf: LeafQuery): boolean {
  const { field } = leaf;
  if (field === undefined) return leaf.type === 'match' && leaf.value.kind === 'regex';
  if (Object.hasOwn(SHORT_NAMES, field)) return true;
  const { name } = fieldOf(field);
  if (leaf.type === 'exists') return false;
  if (leaf.type === 'range') return name === 'log.level' || hasUnit(leaf.value, name);
  const { value } = leaf;
  if (value.kind === 'regex') return true;
  return value.kind === 'word' && (value.text === 'null' || (fieldOf(field).type === 'long' && hasUnit(value.text, name)));
}

const hasUnit = (text: string, field: string): boolean => parseNumber(text) === undefined && parseQuantity(text, field) !== undefined;

import type { Query } from './ast.js';
import { conditionOf, type Condition } from './condition.js';
import { parseNumber } from './literals.js';

/**
 * What a block of records must hold for any of them to match, as tokens: a word of `message` as it is, a field's value as
 * `name=value`. Words hold no `=`, so neither is taken for the other.
 */
export type Needs =
  { readonly kind: 'token'; readonly token: string } | { readonly kind: 'every' | 'some'; readonly of: readonly [Needs, ...Needs[]] };

/** Columns that are compared as they are, and not listed as tokens. */
const UNLISTED: ReadonlySet<string> = new Set(['logweir.node', 'event.sequence']);
/** Characters that a store may keep as others (a half surrogate becomes U+FFFD), and JSON whose spelling is the store's own. */
const UNSURE = /[\ufffd\ud800-\udfff\0]|^[[{]/u;
const MAYBE_NUMBER = /^[-+.\d]/u;

/** undefined when a record may match whatever its block holds: negations, wildcards, ranges. */
export function needsOf(query: Query, options: { readonly nowNs: bigint }): Needs | undefined {
  switch (query.type) {
    case 'and':
      return every(query.clauses.map((clause) => needsOf(clause, options)));
    case 'or':
      return some(query.clauses.map((clause) => needsOf(clause, options)));
    case 'all':
    case 'not':
      return undefined;
    default:
      return needsOfLeaf(conditionOf(query, options.nowNs));
  }
}

/** One spelling for texts that are equal to each other in a query: `4.70` and `4.7` are one number. */
export function tokenValue(text: string): string {
  if (!MAYBE_NUMBER.test(text)) return text;
  const number = parseNumber(text);
  return number === undefined ? text : String(number);
}

function needsOfLeaf(condition: Condition): Needs | undefined {
  switch (condition.kind) {
    case 'any':
      return some(condition.of.map(needsOfLeaf));
    case 'words':
      return condition.field.name === 'message' ? every(condition.tokens.map(tokenNeed)) : undefined;
    case 'oneOf':
      return some(condition.values.map((value) => fieldNeed(condition.field.name, value)));
    case 'equals':
      return fieldNeed(condition.field.name, condition.text);
    case 'number':
      return condition.operator === '=' ? fieldNeed(condition.field.name, String(condition.number)) : undefined;
    default:
      return undefined;
  }
}

function fieldNeed(name: string, value: string): Needs | undefined {
  return UNLISTED.has(name) || UNSURE.test(name) ? undefined : tokenNeed(`${name}=${tokenValue(value)}`, value);
}

function tokenNeed(token: string, value: unknown): Needs | undefined {
  const text = typeof value === 'string' ? value : token;
  return UNSURE.test(text) ? undefined : { kind: 'token', token };
}

function every(of: readonly (Needs | undefined)[]): Needs | undefined {
  const [first, ...more] = of.filter((needs) => needs !== undefined);
  return first === undefined || more.length === 0 ? first : { kind: 'every', of: [first, ...more] };
}

function some(of: readonly (Needs | undefined)[]): Needs | undefined {
  const known = of.filter((needs) => needs !== undefined);
  const [first, ...more] = known;
  if (first === undefined || known.length < of.length) return undefined;
  return more.length === 0 ? first : { kind: 'some', of: [first, ...more] };
}

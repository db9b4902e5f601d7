/**
 * What can be said of a query before a record is parsed: some of its fields ("facts": level, service …) are known from the
 * bytes, and words must stand in the message. Conservative: what is not understood stays open.
 */
import { fieldOf, type MatchQuery, type Predicate, type Query, toPredicate, tokenise } from '#libs/query';
import { type MessageWords, runsOf } from './message-words.js';
import type { StoredRecord } from './record-fields.js';

/** Rules have no now; see `readQuery`. */
export const NO_NOW = { nowNs: 0n };

/** The fields that a query asks for; undefined when it asks for any field by a pattern. */
export function fieldsOf(query: Query): ReadonlySet<string> | undefined {
  switch (query.type) {
    case 'all':
      return new Set();
    case 'not':
      return fieldsOf(query.clause);
    case 'and':
    case 'or': {
      const sets = query.clauses.map(fieldsOf);
      return sets.includes(undefined) ? undefined : new Set(sets.flatMap((fields) => [...(fields ?? [])]));
    }
    default: {
      const name = query.field ?? 'message';
      return name.includes('*') ? undefined : new Set([fieldOf(name).name]);
    }
  }
}

const predicates = new WeakMap<Query, Predicate>();

function predicateOf(query: Query): Predicate {
  const known = predicates.get(query);
  if (known !== undefined) return known;
  const made = toPredicate(query, NO_NOW);
  predicates.set(query, made);
  return made;
}

/** The query with its facts decided: true, false, or what stays open. `facts` holds all of `fields` that the record has. */
export function decide(query: Query, facts: StoredRecord, fields: ReadonlySet<string>): Query | boolean {
  switch (query.type) {
    case 'all':
      return true;
    case 'not': {
      const clause = decide(query.clause, facts, fields);
      return typeof clause === 'boolean' ? !clause : { type: 'not', clause };
    }
    case 'and':
    case 'or':
      return decideMany(query, facts, fields);
    default: {
      const name = query.field ?? 'message';
      if (name.includes('*') || !fields.has(fieldOf(name).name)) return query;
      return predicateOf(query)(facts);
    }
  }
}

function decideMany(query: Extract<Query, { clauses: unknown }>, facts: StoredRecord, fields: ReadonlySet<string>): Query | boolean {
  const decisive = query.type === 'or';
  const open: Query[] = [];
  for (const clause of query.clauses) {
    const decided = decide(clause, facts, fields);
    if (decided === decisive) return decisive;
    if (typeof decided !== 'boolean') open.push(decided);
  }
  return open.length === 0 ? !decisive : { type: query.type, clauses: open };
}

/** Whether a record may match by the words its message has; undefined when words say nothing about it. */
export type Need = () => boolean;

export function needOf(query: Query, words: MessageWords): Need | undefined {
  switch (query.type) {
    case 'and': {
      const needs = query.clauses.flatMap((clause) => needOf(clause, words) ?? []);
      return needs.length === 0 ? undefined : allOf(needs);
    }
    case 'or': {
      const needs = query.clauses.map((clause) => needOf(clause, words));
      const known = needs.flatMap((need) => need ?? []);
      return known.length < needs.length ? undefined : () => known.some((need) => need());
    }
    case 'match':
      return fieldOf(query.field ?? 'message').name === 'message' ? needOfText(query, words) : undefined;
    default:
      return undefined;
  }
}

function allOf(needs: readonly Need[]): Need {
  const [only] = needs;
  return only !== undefined && needs.length === 1 ? only : () => needs.every((need) => need());
}

function needOfText({ value }: MatchQuery, words: MessageWords): Need | undefined {
  switch (value.kind) {
    case 'regex':
      return undefined;
    case 'wildcard': {
      const fragments = value.parts.flatMap((part) => runsOf(part.toLowerCase()));
      const longest = fragments.reduce((best, each) => (each.length > best.length ? each : best), '');
      if (longest === '') return undefined;
      words.addFragment(longest);
      return () => words.hasFragment;
    }
    default: {
      const runs = tokenise(value.text).flatMap(runsOf);
      const numbers = [...new Set(runs)].map((run) => words.add(run));
      return numbers.length === 0 ? undefined : () => numbers.every((number) => words.has(number));
    }
  }
}

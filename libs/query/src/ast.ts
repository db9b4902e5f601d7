/**
 * The tree of a query: frozen plain data, so that it can be compared, cached and sent as JSON. Field names stand as
 * the person typed them (`level`, `user_id`); what they mean is decided in `condition.ts`, once for all back ends.
 */
export type Query = AllQuery | AndQuery | OrQuery | NotQuery | MatchQuery | RangeQuery | ExistsQuery;

/** Every record: an empty query or `*`. */
export interface AllQuery {
  readonly type: 'all';
}

export interface AndQuery {
  readonly type: 'and';
  readonly clauses: readonly Query[];
}

export interface OrQuery {
  readonly type: 'or';
  readonly clauses: readonly Query[];
}

export interface NotQuery {
  readonly type: 'not';
  readonly clause: Query;
}

/** `field:value`; a value alone is one on `message`. A `*` in the field name stands for any characters. */
export interface MatchQuery {
  readonly type: 'match';
  readonly field?: string;
  readonly value: Value;
}

/** `field >= value`. */
export interface RangeQuery {
  readonly type: 'range';
  readonly field: string;
  readonly operator: RangeOperator;
  readonly value: string;
}

/** `field:*`: the record has a value there. */
export interface ExistsQuery {
  readonly type: 'exists';
  readonly field: string;
}

export type RangeOperator = '>' | '>=' | '<' | '<=';

export type Value =
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'phrase'; readonly text: string }
  /** The literal texts between the `*`s: `a*b` is `['a', 'b']`, `*part*` is `['', 'part', '']`. */
  | { readonly kind: 'wildcard'; readonly parts: readonly string[] }
  /** Between the slashes, with `\/` already a slash. */
  | { readonly kind: 'regex'; readonly pattern: string };

export type LeafQuery = MatchQuery | RangeQuery | ExistsQuery;

export const ALL: AllQuery = Object.freeze({ type: 'all' });

/** Joins clauses; nested ones of the same type are taken in, so that one meaning has one tree. */
export function join(type: 'and' | 'or', clauses: readonly Query[]): Query {
  const [first, second] = clauses;
  if (first === undefined) return ALL;
  if (second === undefined) return first;
  const flat = clauses.flatMap((clause) => (clause.type === type ? clause.clauses : [clause]));
  return Object.freeze({ type, clauses: Object.freeze(flat) });
}

export function negate(clause: Query): NotQuery {
  return Object.freeze({ type: 'not', clause });
}

/**
 * A rule, as files and REST give it. Two families that are never bent into each other: occurrence rules, for which every
 * match is a fact, and condition rules, which hold or do not hold over a window of event time.
 */
import type { Query } from '#libs/query';

export type OccurrenceKind = 'level' | 'match' | 'new_term' | 'change';
export type ConditionKind = 'count' | 'rate' | 'ratio' | 'spike' | 'absence' | 'distinct';
export type RuleKind = OccurrenceKind | ConditionKind;

/** Inclusive: at_least, at_most. Exclusive: above, below. */
export type Comparator = 'at_least' | 'above' | 'at_most' | 'below';

export interface Threshold {
  readonly comparator: Comparator;
  /** Events, events per second, a share from 0 to 1, a factor, distinct values: by the rule's kind. */
  readonly value: number;
}

/** Where a rule was read; file rules are read-only over REST. */
export type Origin = { readonly kind: 'file'; readonly file: string; readonly line: number } | { readonly kind: 'rest' };

interface RuleBase {
  /** Unique; its identity everywhere, also in URLs: `^[a-z0-9][a-z0-9_.-]{0,127}$`. */
  readonly name: string;
  /** Hash of all that decides what it means (not annotations, notify or labels): counts of another revision are not its own. */
  readonly revision: string;
  readonly origin: Origin;
  /** What it was written as, for REST and for documents: plain JSON that `parseRule` takes again. */
  readonly source: Readonly<Record<string, unknown>>;
  readonly where: Query;
  readonly whereText: string;
  /** ECS names (short names are resolved); at most 4. */
  readonly groupBy: readonly string[];
  /** Groups beyond it are counted together as `__other__`. */
  readonly maxGroups: number;
  readonly severity: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Templates. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Receivers; empty: the route tree decides. */
  readonly notify: readonly string[];
  /** How late an event may come and still count, milliseconds. */
  readonly allowedLatenessMs: number;
  readonly enabled: boolean;
}

export interface OccurrenceRule extends RuleBase {
  readonly family: 'occurrence';
  readonly kind: OccurrenceKind;
  /** Further matches of a group within it are folded into one digest. */
  readonly cooldownMs: number;
  /** new_term, change: the field watched (ECS name). */
  readonly field?: string;
  /** new_term: how long a term is remembered after it was last seen. */
  readonly rememberMs?: number;
}

export interface ConditionRule extends RuleBase {
  readonly family: 'condition';
  readonly kind: ConditionKind;
  /** Window `(t - over, t]` in event time, milliseconds, whole seconds. */
  readonly overMs: number;
  /** absence: at_most 0 unless said otherwise; spike: how many times the window before. */
  readonly threshold: Threshold;
  /** How long it must hold before it fires. */
  readonly forMs: number;
  /** Hysteresis: resolves when this holds for `forMs`; default: the negation of the threshold, at once. */
  readonly recover: { readonly threshold: Threshold; readonly forMs: number };
  readonly noData: 'keep' | 'ok' | 'fire';
  /** ratio: the whole of which `where` is a part. */
  readonly of?: Query;
  readonly ofText?: string;
  /** ratio: no verdict below so many in the window. */
  readonly minTotal?: number;
  /** distinct: the field whose values are counted (ECS name). */
  readonly field?: string;
  /** spike. */
  readonly direction?: 'up' | 'down' | 'both';
  /** spike: no verdict when neither window has so many. */
  readonly minCount?: number;
  /** absence: a group not seen for so long is forgotten. */
  readonly forgetMs?: number;
}

export type Rule = OccurrenceRule | ConditionRule;

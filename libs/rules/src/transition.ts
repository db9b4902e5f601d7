import type { Sample } from './signal.js';

/** What an evaluator decided: a fact that somebody may have to be told. */
export interface Transition {
  /** Hash of rule, revision, group, episode start and number: a replay gives the same id. 32 hex digits. */
  readonly id: string;
  readonly rule: string;
  readonly revision: string;
  /** Values of groupBy by ECS name. */
  readonly group: Readonly<Record<string, string>>;
  /**
   * occurrence: a match (or a digest of `folded` further ones); firing and resolved: a condition's episode begins and
   * ends; no_data: its data went away and the rule says to fire on that.
   */
  readonly kind: 'occurrence' | 'firing' | 'resolved' | 'no_data';
  /** Event time at which it became so, epoch milliseconds. */
  readonly atMs: number;
  /** Begin of the episode; of an occurrence, its own time. */
  readonly startsAtMs: number;
  /** Of a resolved one. */
  readonly endsAtMs?: number;
  /** The value compared, and what with. */
  readonly value: number;
  readonly threshold?: number;
  readonly window?: { readonly fromMs: number; readonly toMs: number };
  /** Matches folded by the cooldown since the last notice. */
  readonly folded: number;
  readonly samples: readonly Sample[];
  /** new_term, change: the value (and the one before). */
  readonly term?: { readonly field: string; readonly value: string; readonly before?: string };
}

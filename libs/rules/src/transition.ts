import { hash } from 'node:crypto';
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
  /** Of a resolved one that did not recover: why the episode ended all the same. */
  readonly reason?: EndReason;
  /** The value compared, and what with. */
  readonly value: number;
  readonly threshold?: number;
  /** `[fromMs, toMs)`. */
  readonly window?: { readonly fromMs: number; readonly toMs: number };
  /** Matches folded by the cooldown since the last notice. */
  readonly folded: number;
  readonly samples: readonly Sample[];
  /** new_term, change: the value (and the one before). */
  readonly term?: { readonly field: string; readonly value: string; readonly before?: string };
}

/** The rule has another meaning now, is gone or switched off; or its group was not seen for so long that it is forgotten. */
export type EndReason = 'rule_changed' | 'rule_removed' | 'rule_disabled' | 'group_forgotten';

/** Rule of the transition that says that records were never looked at; not a rule that anybody wrote. */
export const RECORDS_SKIPPED_RULE = 'LogweirRecordsSkipped';

/** Part of every id: raised when ids are made from other things than before. */
const ID_VERSION = 1;

export interface TransitionIdentity {
  readonly rule: string;
  readonly revision: string;
  /** The group's key as text. */
  readonly group: string;
  /** Begin of the episode. */
  readonly startMs: number;
  /** Which one of the episode; of an occurrence, the position of its signal. */
  readonly number: string;
}

/** 32 hex digits that depend on nothing but the identity. */
export function transitionId({ rule, revision, group, startMs, number }: TransitionIdentity): string {
  return hash('sha256', JSON.stringify([ID_VERSION, rule, revision, group, startMs, number]), 'hex').slice(0, 32);
}

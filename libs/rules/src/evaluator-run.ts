import type { SampleShelf } from './evaluator-samples.js';
import type { GroupSignal, RuleSignal, Signal } from './signal.js';
import type { StoredRule } from './state.js';
import type { EndReason, Transition } from './transition.js';
import type { BucketPool } from './window-pool.js';

/** Rises only; names are those of metrics. */
export interface EvaluatorCounters {
  /** Signals. */
  applied: number;
  dropped: number;
  keptOverflow: number;
  /** Journals that went on behind something that was never applied. */
  gaps: number;
  /** Records that nobody looked at. */
  recordsSkipped: number;
  /** Rule entries of another revision, or of a rule that is gone. */
  staleEntries: number;
  matches: number;
  /** Matches too late for their windows: by the detector, and by time that had gone on. */
  late: number;
  /** Matches counted in `__other__`, as the rule had all the groups it may have. */
  otherGroup: number;
  /** Buckets that found no memory, values beyond the limit. */
  crowded: number;
  termsForgotten: number;
}

/** What all rules of an evaluator share. */
export interface RunContext {
  readonly pool: BucketPool;
  readonly shelf: SampleShelf;
  readonly counters: EvaluatorCounters;
  readonly clock: { readonly second: number; readonly resumed: number };
  readonly emit: (transition: Transition) => void;
}

/** One rule at work. */
export interface RuleRun {
  readonly groups: number;
  apply(signal: Signal, part: RuleSignal): void;
  /** Certain time went on. */
  advance(): void;
  takeChanges(changes: Map<string, string | null>): void;
  restore(stored: StoredRule): void;
  /** Ends what is firing, and forgets all. */
  end(reason: EndReason): void;
  /** Groups by the phase they are in. */
  phases(): Record<string, number>;
}

/** A second further ahead of its arrival comes from a broken clock: it counts when it arrived. */
export const MAX_AHEAD_SECONDS = 120;

export function believed(second: number, arrivedMs: number): number {
  const arrived = Math.floor(arrivedMs / 1_000);
  return second > arrived + MAX_AHEAD_SECONDS ? arrived : second;
}

export function matchesOf(group: GroupSignal): number {
  return group.seconds.reduce((sum, [, matches]) => sum + matches, 0);
}

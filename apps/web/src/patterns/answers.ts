import type { Completeness } from '../api/answers.js';

/** A statement of a program, with all that it printed in the times of the question. */
export interface Pattern {
  readonly id: string;
  /** With `<*>` where its lines differ. */
  readonly template: string;
  readonly count: number;
  /** Of all records found, 0 to 1. */
  readonly share: number;
  readonly first_seen: string;
  readonly last_seen: string;
  /** Records in each interval. */
  readonly trend: readonly number[];
  readonly services: readonly string[];
  readonly level?: string;
  /** The newest record, and the oldest when it is another. */
  readonly sample_ids: readonly string[];
}

export interface PatternsAnswer extends Completeness {
  readonly patterns: readonly Pattern[];
  readonly total: number;
  /** Records whose pattern is not listed. */
  readonly other: number;
  /** Records without a pattern. */
  readonly missing: number;
  readonly distinct: number;
  readonly interval_ms: number;
  readonly trend_start_ms: number;
}

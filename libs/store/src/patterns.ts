import type { OrderKey, Question } from './question.js';

/** Services named of one pattern: mostly it has one. */
export const MAX_SERVICES = 5;

export interface PatternsRequest extends Question {
  /** `count`: most records first; `new`: the one first seen last comes first. */
  readonly order: 'count' | 'new';
  readonly limit: number;
  readonly intervalMs: number;
}

/** What the records of one `log.pattern` have in common. All of it is about the range that was asked for. */
export interface PatternCounts {
  readonly id: string;
  readonly count: number;
  /** Non-empty ones only, rising; `startMs` is a multiple of the interval since the epoch (UTC). */
  readonly buckets: readonly { readonly startMs: number; readonly count: number }[];
  /** Most records first, at most `MAX_SERVICES`. */
  readonly services: readonly string[];
  /** That of most records; undefined when most have none. */
  readonly level: string | undefined;
  readonly first: PatternSample;
  readonly last: PatternSample;
}

/** One record, with what its template is made of. */
export interface PatternSample {
  readonly key: OrderKey;
  readonly message: string;
}

export interface PatternsResult {
  readonly patterns: readonly PatternCounts[];
  /** Matching records, with a pattern or without. */
  readonly total: number;
  /** Records without a pattern. */
  readonly missing: number;
  /** Different patterns; an estimate where `warnings` say so. */
  readonly distinct: number;
  readonly partial: boolean;
  readonly warnings: readonly string[];
}

/** What the order says, then the id, so that two askers see one order. */
export function inOrder<T extends Pick<PatternCounts, 'id' | 'count'>>(
  patterns: readonly T[],
  { order, limit }: Pick<PatternsRequest, 'order' | 'limit'>,
  firstNs: (pattern: T) => bigint,
): T[] {
  const byId = (a: T, b: T) => (a.id < b.id ? -1 : 1);
  const byCount = (a: T, b: T) => b.count - a.count || byId(a, b);
  const byFirst = (a: T, b: T) => (firstNs(a) === firstNs(b) ? byId(a, b) : firstNs(a) < firstNs(b) ? 1 : -1);
  return patterns.toSorted(order === 'count' ? byCount : byFirst).slice(0, limit);
}

/** Names by their counts, most first. */
export function mostFrequent(counts: ReadonlyMap<string, number>): string[] {
  return [...counts].toSorted(([a, many], [b, more]) => more - many || (a < b ? -1 : 1)).map(([name]) => name);
}

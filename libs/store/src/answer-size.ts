import { StoreError } from './errors.js';
import type { SearchResult } from './log-store.js';

/** Of one answer: a thousand records of 64 kB. They stand in memory as bytes, as text and as objects at once. */
export const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** The counter's event for an answer that had to leave records out. */
export const ANSWER_CUT = 'answer_cut';

/** How an answer of too many bytes is told. */
export function tooLarge(room: string, cause?: unknown): StoreError {
  const advice = 'narrow the time range, or ask for fewer fields or records';
  return new StoreError('store_too_large', `the answer does not fit into ${room}: ${advice}`, true, { cause });
}

export const isTooLarge = (error: unknown): boolean => error instanceof StoreError && error.code === 'store_too_large';

/** The next smaller number of records to ask for, at least one. */
export const fewer = (limit: number): number => Math.max(1, limit >> 2);

/** Asks for fewer records as often as they do not fit into an answer; says so when that leaves some out. */
export async function searchWithin(limit: number, ask: (limit: number) => Promise<SearchResult>): Promise<SearchResult> {
  try {
    return await ask(limit);
  } catch (error) {
    if (!isTooLarge(error) || limit <= 1) throw error;
    const less = fewer(limit);
    const result = await searchWithin(less, ask);
    return result.hits.length < less ? result : { ...result, cut: true };
  }
}

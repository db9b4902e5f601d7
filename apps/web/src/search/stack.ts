import type { Bar } from '../api/answers.js';
import { LEVELS, type Level } from './fields.js';

/** From the bottom of a bar to its top: what is worst stands on the axis, where small counts can be compared. */
export const SERIES: readonly (Level | 'none')[] = [...LEVELS, 'none'];

export interface Stack {
  /** Starts of the bars, epoch seconds. */
  readonly times: number[];
  /** For each of `SERIES`, how high the bar reaches with it and all below it. */
  readonly tops: number[][];
  /** Which of `SERIES` have any record. */
  readonly present: boolean[];
}

/** Bars by level, one on the other; a level that is not one of ours counts as none. */
export function stack(bars: readonly Bar[]): Stack {
  const counts = bars.map((bar) => SERIES.map((level) => (level === 'none' ? rest(bar) : (bar.counts[level] ?? 0))));
  const tops = SERIES.map((_, series) => counts.map((row) => row.slice(0, series + 1).reduce((sum, n) => sum + n, 0)));
  return {
    times: bars.map(({ t }) => t / 1_000),
    tops,
    present: SERIES.map((_, series) => counts.some((row) => (row[series] ?? 0) > 0)),
  };
}

function rest({ count, counts }: Bar): number {
  return count - LEVELS.reduce((sum, level) => sum + (counts[level] ?? 0), 0);
}

/** The whole bars that a brush touches: from inclusive, to exclusive, epoch milliseconds. */
export function brushed(leftSeconds: number, rightSeconds: number, intervalMs: number): { fromMs: number; toMs: number } {
  const [left, right] = [leftSeconds * 1_000, rightSeconds * 1_000].sort((a, b) => a - b) as [number, number];
  const fromMs = Math.floor(left / intervalMs) * intervalMs;
  return { fromMs, toMs: Math.max(Math.ceil(right / intervalMs) * intervalMs, fromMs + intervalMs) };
}

import type { HistogramResult } from '#libs/store';
import { NS_PER_MS } from './time.js';
import type { TimeRange } from './time-range.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Widths that people read at a glance. Each divides the next or a day, so bars begin at round times (UTC). */
const LADDER_MS = [
  ...[1, 5, 10, 30].map((n) => n * SECOND),
  ...[1, 5, 15, 30].map((n) => n * MINUTE),
  ...[1, 3, 12].map((n) => n * HOUR),
  ...[1, 7].map((n) => n * DAY),
];
const WIDEST_MS = 7 * DAY;

/** The narrowest round interval that needs no more than `buckets` bars; beyond the ladder, whole multiples of a week. */
export function roundInterval(range: TimeRange, buckets: number): number {
  const wantedMs = Number(range.toNs - range.fromNs) / Number(NS_PER_MS) / buckets;
  return LADDER_MS.find((width) => width >= wantedMs) ?? Math.ceil(wantedMs / WIDEST_MS) * WIDEST_MS;
}

export interface Bar {
  /** Start, epoch milliseconds: a multiple of the interval (UTC). */
  readonly t: number;
  readonly count: number;
  /** By value of the field that was asked for; `''` stands for records without it. */
  readonly counts: Readonly<Record<string, number>>;
}

/** Every bar that the range touches, with zeros where nothing was found, so that a chart needs no arithmetic. */
export function fillBars(result: HistogramResult, range: TimeRange, intervalMs: number): Bar[] {
  const values = [...new Set(result.buckets.flatMap((bucket) => Object.keys(bucket.counts)))].sort();
  const zeros = Object.fromEntries(values.map((value) => [value, 0]));
  const found = new Map(result.buckets.map((bucket) => [bucket.startMs, bucket.counts]));
  return bucketStarts(range, intervalMs).map((t) => {
    const counts = { ...zeros, ...found.get(t) };
    return { t, count: Object.values(counts).reduce((sum, n) => sum + n, 0), counts };
  });
}

/** Where the buckets begin that the range touches, in epoch milliseconds. */
export function bucketStarts(range: TimeRange, intervalMs: number): number[] {
  const firstMs = Math.floor(Number(range.fromNs / NS_PER_MS) / intervalMs) * intervalMs;
  const lastMs = Number((range.toNs - 1n) / NS_PER_MS);
  const starts: number[] = [];
  for (let t = firstMs; t <= lastMs; t += intervalMs) starts.push(t);
  return starts;
}

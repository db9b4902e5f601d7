import { ApiError } from '../errors.js';
import { NS_PER_MS, parseInstant } from './time.js';

/** `from` inclusive, `to` exclusive, nanoseconds since the epoch. */
export interface TimeRange {
  readonly fromNs: bigint;
  readonly toNs: bigint;
}

/** Never "everything" by accident: a search without times looks at the last quarter of an hour. */
const DEFAULT_RANGE_NS = 15n * 60_000n * NS_PER_MS;

/** Nothing is further ahead of its arrival than a day. */
const AHEAD_NS = 86_400_000n * NS_PER_MS;

/** All that is kept. */
export function everything(nowMs: number): TimeRange {
  return { fromNs: 0n, toNs: BigInt(Math.trunc(nowMs)) * NS_PER_MS + AHEAD_NS };
}

/** Throws `ApiError` when a time cannot be read or the range is empty. */
export function timeRange(given: { from?: string | undefined; to?: string | undefined }, nowMs: number): TimeRange {
  const nowNs = BigInt(Math.trunc(nowMs)) * NS_PER_MS;
  // Without `to`, everything up to now: the millisecond that is under way is part of it.
  const toNs = given.to === undefined ? nowNs + NS_PER_MS : parseInstant('to', given.to, nowNs);
  const fromNs = given.from === undefined ? latest(0n, toNs - DEFAULT_RANGE_NS) : parseInstant('from', given.from, nowNs);
  if (fromNs >= toNs) {
    throw new ApiError(400, 'parameter_invalid', 'from is not before to, so nothing can match', {
      hint: given.to === undefined ? 'to is now unless it is given' : 'from is inclusive, to is exclusive',
    });
  }
  return { fromNs, toNs };
}

function latest(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

/**
 * Windows `(t - over, t]` over seconds of event time. A group's value is constant between the seconds at which a bucket
 * enters or leaves its window, so a stretch of time is judged segment by segment and never second by second.
 */

/** What a group keeps for its windows; fields of the group itself, as an object more per group would cost 100 000 of them. */
export interface WindowHolder {
  block: number;
  sizeClass: number;
  /** Buckets; of distinct, pairs of value and second. */
  count: number;
  /** distinct only: seconds per value, ascending. */
  values: Map<string, number[]> | undefined;
}

/** Reused between calls: copy what outlives the visit. */
export interface WindowView {
  /** Matches in the window; of distinct, values. */
  matches: number;
  /** ratio: all records in the window. */
  whole: number;
  /** spike: matches in the window before. */
  before: number;
}

/** Called for each segment `[from, to]` of seconds in order; false ends the walk. */
export type VisitSegment = (from: number, to: number, view: WindowView) => boolean;

export interface SecondRange {
  readonly from: number;
  readonly to: number;
}

export interface WindowEntry {
  readonly second: number;
  readonly matches: number;
  readonly whole: number;
  readonly value: string;
}

export interface Windows {
  /** False when it did not fit: counted, not kept with its own second. Buckets at or before `floor` may be thrown away. */
  add(holder: WindowHolder, entry: WindowEntry, floor: number): boolean;
  walk(holder: WindowHolder, range: SecondRange, visit: VisitSegment): void;
  /** First second after `after` at which something enters; Infinity when nothing does. */
  nextEntry(holder: WindowHolder, after: number): number;
  /** First second after `after` at which something leaves. */
  nextLeave(holder: WindowHolder, after: number): number;
  /** Newest second held; -1 when there is none. */
  newest(holder: WindowHolder): number;
  /** Forgets what lies at or before `floor`. */
  expire(holder: WindowHolder, floor: number): void;
  encode(holder: WindowHolder, floor: number): unknown;
  /** Takes what `encode` gave; anything else leaves the holder empty. */
  decode(holder: WindowHolder, encoded: unknown): void;
  release(holder: WindowHolder): void;
}

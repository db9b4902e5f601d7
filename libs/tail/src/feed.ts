/**
 * What ingest tells a tail of. Positions are those of the node's journal: whole numbers that rise with every record.
 */
import type { Query } from '#libs/query';

/** Where reading goes on in one journal. */
export interface Place {
  /** Records before it were handed on. */
  readonly position: number;
  /** Reading begins here, at or before `position`: joins that end behind it have parts from here on. */
  readonly from: number;
}

export interface TailRequest {
  readonly query: Query;
  /** Of relative times in the query, nanoseconds since the epoch. */
  readonly nowNs: bigint;
  /** By node. */
  readonly places: Readonly<Record<string, Place>>;
  /** Nodes without a place begin with records of this time and later; absent: with what comes now. */
  readonly sinceNs?: bigint;
}

export interface TailRecord {
  /** Of the record itself. */
  readonly position: number;
  /** For the place behind it. */
  readonly from: number;
  /** JSON text, UTF-8; shared by all who get it. */
  readonly source: Buffer;
}

/** Positions of one node, `to` excluded. */
export interface Missing {
  readonly from: number;
  readonly to: number;
}

export type TailEvent =
  /** First of a node, and again when the journal has lost what comes next. */
  | { readonly kind: 'begin'; readonly node: string; readonly place: Place }
  /** What lies in between is not in the journal any more: the store has it. */
  | ({ readonly kind: 'missing'; readonly node: string } & Missing)
  /** In the order of the journal; none: only the place has changed. */
  | { readonly kind: 'records'; readonly node: string; readonly records: readonly TailRecord[]; readonly place: Place }
  /** These were left out because they were not taken soon enough; `from` and `to` are the oldest's and the newest's `@timestamp`. */
  | { readonly kind: 'dropped'; readonly node: string; readonly count: number; readonly from: string; readonly to: string }
  /** Something may be missing that nobody can tell more of; for a person. */
  | { readonly kind: 'gap'; readonly node: string; readonly reason: string };

export interface TailFeed {
  /** What comes next, one call at a time; waits for it. undefined at the end. */
  next(): Promise<TailEvent | undefined>;
  /** The end comes behind what is on disk now. */
  finish(): void;
  close(): void;
}

export interface TailSource {
  open(request: TailRequest): TailFeed;
}

/**
 * How a process of the API asks the ingest nodes for what a tail wants, on a channel of `libs/coordination`: it is asked once
 * more every two seconds, with the places that were reached, so that nodes that come, or come back, go on there.
 */
import type { Query } from '#libs/query';
import type { Place } from './feed.js';

export const TAILS = 'tails';
export const REPEAT_MS = 2_000;

/** Path of the route that takes streams, before the id of the tail. */
export const STREAM_PATH = '/internal/tails/';
/** The header that has the secret: it is no key, and opens nothing but this one tail. */
export const SECRET_HEADER = 'x-logweir-tail';
/** The header that says which node it is, also while it has nothing to send; percent-encoded. */
export const NODE_HEADER = 'x-logweir-node';
export const STREAM_TYPE = 'application/x-ndjson';

export interface TailCall {
  readonly kind: 'call';
  readonly id: string;
  /** Who sends this may send records to this tail. */
  readonly secret: string;
  /** Where to send to: the address of the API. */
  readonly url: string;
  readonly query: Query;
  /** Nanoseconds since the epoch, decimal. */
  readonly nowNs: string;
  readonly sinceNs?: string;
  readonly places: Readonly<Record<string, Place>>;
  /** A request is ended and another begun after so many milliseconds: servers cut those that take too long. */
  readonly turnMs: number;
}

export interface TailEnd {
  readonly kind: 'end';
  readonly id: string;
}

export type TailMessage = TailCall | TailEnd;

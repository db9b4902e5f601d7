import type { Query } from '#libs/query';
import type { ExportChunk, ExportRequest } from './export.js';
import type { FacetsRequest, FacetsResult } from './facets.js';
import type { FieldsRequest, FieldsResult } from './fields.js';
import type { OrderKey, Question, SearchRequest, SearchResult, StoredRecord } from './question.js';
import type { PatternsRequest, PatternsResult } from './patterns.js';

export type { OrderKey, SearchHit, SearchRequest, SearchResult, StoredRecord } from './question.js';

/** Records of one journal in order, as the journal keeps them: `{"create":{"_id":…}}\n{source}\n` each. */
export interface WriteBatch {
  /** Identity of the journal that holds the records. */
  readonly journal: string;
  readonly bulk: Buffer;
  readonly count: number;
  /** Journal position of each record, strictly rising (also over batches); what a store's applied position is made of. */
  readonly positions: Float64Array;
  /** Set when an earlier attempt may have stored some of them (unknown outcome, restart): the mark as read before that first attempt. */
  readonly since?: string;
}

export interface Rejection {
  readonly index: number;
  /** Bounded: a metric label, for example `mapper_parsing_exception`. */
  readonly type: string;
  /** For a person, with the root cause. */
  readonly reason: string;
}

/** Every record of the batch is counted exactly once: stored, duplicate, rejected or to be tried again. */
export interface WriteOutcome {
  readonly stored: number;
  /** Already there from another sender's copy; a node's own repeat is `stored`. */
  readonly duplicate: number;
  readonly rejected: readonly Rejection[];
  /** Indexes to send again, with `since` set from `mark`. */
  readonly retry: readonly number[];
  /** How long to wait before that, and why, for a person. */
  readonly retryAfterMs?: number;
  readonly reason?: string;
  /** Records that fell out at once because their day is past retention: {count}. */
  readonly expired: number;
}

export interface HistogramRequest extends Question {
  readonly intervalMs: number;
  /** ECS name to split by; counts without a value stand under '', and a record with several values counts for each. */
  readonly by?: string;
}

export interface HistogramResult {
  /** Non-empty buckets only, rising; `startMs` is a multiple of the interval since the epoch (UTC). */
  readonly buckets: readonly { readonly startMs: number; readonly counts: Readonly<Record<string, number>> }[];
  /** Records, whatever values they have. */
  readonly total: number;
  readonly partial: boolean;
  readonly warnings: readonly string[];
}

export interface StoreHealth {
  readonly ok: boolean;
  /** What is wrong and what to do; empty when ok. */
  readonly reason: string;
}

/** The half that ingest uses. */
export interface LogWriter {
  /**
   * Tries once. Must not throw for what a server or a record does wrong: that is an outcome. After `stored` the records
   * must survive a crash of the process, and must be found by a search within one second.
   */
  write(batch: WriteBatch): Promise<WriteOutcome>;
  /** What `since` needs: for Elasticsearch the write index now, else ''. Throws when it cannot be read. */
  mark(): Promise<string>;
  /** How many `write` calls make sense at once now; adapts to the server. */
  readonly concurrency: number;
}

/** The half that the API uses. Both throw `StoreError` (retryable or not) when nothing can be answered. */
export interface LogReader {
  search(request: SearchRequest): Promise<SearchResult>;
  /** undefined when no such record. */
  get(key: OrderKey): Promise<StoredRecord | undefined>;
  histogram(request: HistogramRequest): Promise<HistogramResult>;
  facets(request: FacetsRequest): Promise<FacetsResult>;
  /** What fields the matching records have, over a sample of the newest. */
  fields(request: FieldsRequest): Promise<FieldsResult>;
  patterns(request: PatternsRequest): Promise<PatternsResult>;
  /**
   * All matching records as lines in the given order, however many. A chunk must hold a few MB at most, and the next must not be read
   * before the last was taken: nothing is held, neither memory nor a place in the line of searches, while nobody asks. Ends with
   * `StoreError` where it cannot read on, after what it could read; soon after the signal with `store_aborted`.
   */
  export(request: ExportRequest): AsyncIterable<ExportChunk>;
}

export interface DeleteProgress {
  readonly deleted: number;
  /** What matched when it began; never less than `deleted`. */
  readonly total: number;
}

/** The half that takes records out for good. */
export interface LogDeleter {
  /**
   * Deletes what a search with this query finds in the range, `now` being when it begins. Gives the total first, then how far it is
   * after each step. Each step is whole or undone, also after a crash; asking again goes on with what is left. Records that were stored
   * before must go; one that comes in meanwhile may stay, and so may one that a drain has not committed and writes again, so that
   * callers wait for its commit first. Memory is bounded whatever matches. Ends with `StoreError` (`store_aborted`) soon after the
   * signal; what was deleted until then stays deleted.
   */
  deleteMatching(query: Query, range: Pick<SearchRequest, 'fromNs' | 'toNs'>, signal: AbortSignal): AsyncIterable<DeleteProgress>;
}

export interface LogStore extends LogWriter, LogReader, LogDeleter {
  /** Templates, folders, recovery. */
  start(): Promise<void>;
  /** Drop whole days before this UTC day (`2026-11-21`). */
  dropBefore(day: string): Promise<void>;
  health(): Promise<StoreHealth>;
  close(): Promise<void>;
}

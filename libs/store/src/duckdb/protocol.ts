import type { HistogramResult, OrderKey, SearchResult, StoredRecord, StoreHealth, WriteOutcome } from '../log-store.js';
import type { Needs } from '#libs/query';
import type { ExportFormat } from '../export.js';
import type { FacetsResult } from '../facets.js';
import type { FieldsResult } from '../fields.js';
import type { PatternsRequest, PatternsResult } from '../patterns.js';
import type { StoreErrorCode } from '../errors.js';

/** What the client and its worker thread say to each other: one request, one reply of the same id; reports come on their own. */

export interface StartOptions {
  /** Absolute. */
  readonly folder: string;
  readonly memoryLimitMb: number;
  readonly threads: number;
  /** Whole UTC days kept beside today; 0 keeps all. */
  readonly retentionDays: number;
  /** Bytes of all day files together; 0 keeps all. */
  readonly retentionBytes: number;
  /** The wall clock at start. */
  readonly nowMs: number;
}

/** A query as SQL: made on the client's side, so that only plain values cross. */
export interface Filter {
  readonly sql: string;
  readonly params: readonly (string | number | bigint | boolean)[];
  /** Tokens without which no record matches. */
  readonly needs?: Needs;
  /** What of a record the query looks at: with nothing but the level, the counts per minute can answer. */
  readonly reads: 'nothing' | 'level' | 'records';
}

export interface Span {
  readonly fromNs: bigint;
  readonly toNs: bigint;
}

export interface Range extends Span {
  readonly filter: Filter;
  readonly timeoutMs: number;
}

export interface SearchCall extends Range {
  readonly limit: number;
  readonly order: 'asc' | 'desc';
  readonly after?: OrderKey;
  readonly fields?: readonly string[];
  readonly count?: false;
}

export interface HistogramCall extends Range {
  readonly intervalMs: number;
  readonly by?: string;
}

export type PatternsCall = Range & Pick<PatternsRequest, 'order' | 'limit' | 'intervalMs'>;

export interface FacetsCall extends Range {
  readonly fields: readonly string[];
  readonly limit: number;
  readonly prefix?: string;
}

export interface FieldsCall extends Range {
  readonly limit: number;
  readonly prefix?: string;
}

/** Where an export goes on. */
export interface ExportPlace extends Span {
  readonly after?: OrderKey;
  /** Records that the next window should hold. */
  readonly window: number;
  /** The most of them that are read at once. */
  readonly lines: number;
}

export interface ExportCall extends Span {
  readonly filter: Filter;
  readonly format: ExportFormat;
  readonly order: 'asc' | 'desc';
  readonly fields?: readonly string[];
  readonly place?: ExportPlace;
}

export interface ExportPage {
  /** Handed over, not copied. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly records: number;
  /** undefined when there is no more. */
  readonly next?: ExportPlace;
}

/** What is to be deleted. */
export interface MatchCall extends Span {
  readonly filter: Filter;
}

export interface MatchingDay {
  readonly day: string;
  readonly records: number;
}

export interface DeleteCall extends MatchCall {
  readonly day: string;
}

export interface WriteCall {
  readonly journal: string;
  readonly bulk: Uint8Array;
  readonly positions: Float64Array;
  readonly nowMs: number;
}

export interface Maintenance {
  /** Days that retention took, oldest first. */
  readonly dropped: readonly {
    readonly day: string;
    readonly reason: 'days' | 'bytes';
    readonly records: number;
    readonly bytes: number;
  }[];
  /** A closed day that was rewritten, with its bytes before and after. */
  readonly compacted: readonly { readonly day: string; readonly before: number; readonly after: number }[];
}

/** Something a person should know that no call asked for. */
export interface StoreReport {
  readonly type: 'day_set_aside' | 'worker_ended';
  readonly message: string;
}

export interface Calls {
  start: { argument: StartOptions; result: void };
  write: { argument: WriteCall; result: WriteOutcome };
  search: { argument: SearchCall; result: SearchResult };
  get: { argument: OrderKey; result: StoredRecord | undefined };
  histogram: { argument: HistogramCall; result: HistogramResult };
  facets: { argument: FacetsCall; result: FacetsResult };
  fields: { argument: FieldsCall; result: FieldsResult };
  patterns: { argument: PatternsCall; result: PatternsResult };
  exportPage: { argument: ExportCall; result: ExportPage };
  matchingDays: { argument: MatchCall; result: readonly MatchingDay[] };
  deleteFrom: { argument: DeleteCall; result: number };
  dropBefore: { argument: string; result: void };
  maintain: { argument: number; result: Maintenance };
  health: { argument: undefined; result: StoreHealth };
  close: { argument: undefined; result: void };
}

export type CallName = keyof Calls;

export interface Request<Name extends CallName = CallName> {
  readonly id: number;
  readonly name: Name;
  readonly argument: Calls[Name]['argument'];
}

export type ToWorker = Request | { readonly abort: number };

export type FromWorker =
  | { readonly id: number; readonly value: Calls[CallName]['result'] }
  | { readonly id: number; readonly error: { readonly code: StoreErrorCode; readonly message: string; readonly retryable: boolean } }
  | { readonly report: StoreReport };

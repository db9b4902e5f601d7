/**
 * Answers of `POST /<stream>/_bulk`.
 *
 * A good answer filtered down to `errors,items.*.error,items.*.failure_store` is `{"errors":false}`, 16 bytes for any number
 * of records, so it is recognised without parsing. When something is wrong the short answer lists bad items only, without
 * their places; the same records are then sent again with the full filter. That is safe: their ids make it idempotent.
 */
import type { Rejection } from '../log-store.js';

/** `error` is that of a whole answer: the filter applies to it as well. */
export const SHORT_FILTER = 'error,errors,items.*.error,items.*.failure_store';
export const FULL_FILTER =
  'error,errors,items.*._index,items.*.status,items.*.failure_store,items.*.error.type,items.*.error.reason,items.*.error.caused_by';

/** Flood stage, blocks and credentials need a person; asking more often only fills the log. */
const BLOCKED_WAIT_MS = 10_000;
/** A longer `Retry-After` would look like a standstill; asking again costs one request. */
const MAX_RETRY_AFTER_MS = 120_000;
/** Characters; a reason can quote the whole record. */
const MAX_REASON = 1_000;
const MAX_TYPE = 64;

interface ItemError {
  readonly type?: string;
  readonly reason?: string;
  readonly caused_by?: ItemError;
}

export interface BulkItem {
  readonly status?: number;
  readonly _index?: string;
  readonly failure_store?: string;
  readonly error?: ItemError;
}

/** Why records have to be sent again, for a person, and how long to wait at least. */
export interface Failure {
  readonly reason: string;
  readonly leastMs: number;
  /** The data stream or its template is gone. */
  readonly templateMissing?: boolean;
  /** Less at once may pass. */
  readonly overloaded?: boolean;
}

export type Verdict =
  | { readonly kind: 'created'; readonly index: string }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'refused'; readonly type: string; readonly reason: string }
  | { readonly kind: 'rejected'; readonly type: string; readonly reason: string }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** Answered with 400, too, but about the index: any record would meet it. */
const INDEX_ERRORS = new Set(['validation_exception', 'index_closed_exception', 'resource_already_exists_exception']);

const NO_ERRORS = '"errors":false';
/** Room for `took` beside it, which servers and proxies that filter less may leave in. */
const MAX_GOOD_BYTES = 64;

/** True for a short answer that speaks of no item at all. */
export function allStored(body: Buffer): boolean {
  return body.length <= MAX_GOOD_BYTES && body.includes(NO_ERRORS) && !body.includes('"items"');
}

/** The items of an answer; undefined when it is not one of Elasticsearch's. */
export function parseItems(body: Buffer): readonly BulkItem[] | undefined {
  const parsed = parseObject(body) as { items?: readonly Record<string, BulkItem>[] } | undefined;
  if (!Array.isArray(parsed?.items)) return undefined;
  return parsed.items.map((item: Record<string, BulkItem>) => Object.values(item)[0] ?? {});
}

/** The id of a record that was there before, from `[id]: version conflict, …`. */
export function conflictId(item: BulkItem): string | undefined {
  if (item.error?.type !== 'version_conflict_engine_exception') return undefined;
  return /^\[(.+)\]: version conflict/s.exec(item.error.reason ?? '')?.[1];
}

/** What the full answer says of one record. */
export function judge(item: BulkItem): Verdict {
  const status = item.status ?? 0;
  if (item.failure_store === 'used') {
    return { kind: 'rejected', type: 'failure_store', reason: 'Elasticsearch put it into the failure store (read it with ::failures)' };
  }
  if (status >= 200 && status < 300) return { kind: 'created', index: item._index ?? '' };
  if (status === 409) return { kind: 'conflict' };
  const rejection = describeRejection(item.error);
  if (status === 400 && !INDEX_ERRORS.has(rejection.type)) return { kind: 'refused', ...rejection };
  if (isPassing(status)) return { kind: 'failed', failure: describeFailure(status, item.error) };
  return { kind: 'rejected', ...rejection };
}

/** Statuses that say nothing against the record itself. */
function isPassing(status: number): boolean {
  return (
    status === 0 ||
    status === 400 ||
    status === 401 ||
    status === 403 ||
    status === 404 ||
    status === 408 ||
    status === 429 ||
    status >= 500
  );
}

export function describeRejection(error: ItemError | undefined): Pick<Rejection, 'type' | 'reason'> {
  const type = (error?.type ?? 'unknown').replace(/[^a-z_]/g, '_').slice(0, MAX_TYPE);
  return { type, reason: reasons(error).join(': ').slice(0, MAX_REASON) };
}

/** Outermost first, without repeats. */
function reasons(error: ItemError | undefined): string[] {
  const found: string[] = [];
  for (let at = error; at !== undefined && found.length < 5; at = at.caused_by) {
    if (at.reason !== undefined && !found.includes(at.reason)) found.push(at.reason);
  }
  return found.length === 0 ? ['no reason was given'] : found;
}

/** What a whole answer or one item means that is neither stored nor to blame on the record. */
export function describeFailure(status: number, error: ItemError | undefined): Failure {
  const said = (reasons(error)[0] ?? '').slice(0, MAX_REASON);
  switch (status) {
    case 400:
      return {
        leastMs: BLOCKED_WAIT_MS,
        reason: `Elasticsearch cannot write into the stream's index (400), somebody must mend that: ${said}`,
      };
    case 401:
      return {
        leastMs: BLOCKED_WAIT_MS,
        reason: `Elasticsearch does not know our credentials (401): set user and password or API key. ${said}`,
      };
    case 403:
      return { leastMs: BLOCKED_WAIT_MS, reason: describeForbidden(error, said) };
    case 404:
      return { leastMs: 0, templateMissing: true, reason: `the data stream's template is missing, it is being written again: ${said}` };
    case 429:
      return describeTooMany(error, said);
    default:
      return { leastMs: 0, reason: `Elasticsearch answered ${status || 'something unknown'}: ${said}` };
  }
}

function describeForbidden(error: ItemError | undefined, said: string): string {
  return error?.type === 'cluster_block_exception'
    ? `Elasticsearch takes no writes (403): a block was set by hand on the index or the cluster, remove it. ${said}`
    : `Elasticsearch forbids it (403): our user needs the rights that docs/elasticsearch.md lists. ${said}`;
}

function describeTooMany(error: ItemError | undefined, said: string): Failure {
  if (error?.type === 'cluster_block_exception') {
    const reason = `Elasticsearch's disk is past the flood stage: free space or add a node, the block then goes away by itself. ${said}`;
    return { leastMs: BLOCKED_WAIT_MS, reason };
  }
  return { leastMs: 0, overloaded: true, reason: `Elasticsearch is overloaded (429): ${said}` };
}

/** The error of a whole answer; also of a proxy's page, which is no JSON. */
export function parseError(body: Buffer): ItemError | undefined {
  const error = (parseObject(body) as { error?: unknown } | undefined)?.error;
  if (typeof error === 'string') return { type: 'unknown', reason: error };
  if (typeof error === 'object' && error !== null) return error;
  return body.length === 0 ? undefined : { type: 'unknown', reason: body.toString('utf8', 0, 200) };
}

/** `Retry-After` in milliseconds: seconds or a date. */
export function parseRetryAfter(header: string | undefined, nowMs: number): number {
  if (header === undefined) return 0;
  const seconds = Number(header);
  const waitMs = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(header) - nowMs;
  return Number.isFinite(waitMs) ? Math.min(Math.max(0, waitMs), MAX_RETRY_AFTER_MS) : 0;
}

function parseObject(body: Buffer): object | undefined {
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    return typeof parsed === 'object' && parsed !== null ? parsed : undefined;
  } catch {
    return undefined;
  }
}

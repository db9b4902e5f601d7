import { errors, type Client, type estypes } from '@elastic/elasticsearch';
import type { SearchResult, StoredRecord } from '../log-store.js';
import { toStoreError } from './client.js';

/** The server stops by itself at the request's timeout; this is for its answer to arrive. */
const ANSWER_MS = 2_000;

export interface Limits {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** One of several searches: `indices` where it is not about all. */
export interface Search {
  readonly indices?: readonly string[] | undefined;
  readonly body: estypes.SearchSearchRequestBody;
}

export type Answer<Aggregations> = estypes.SearchResponse<StoredRecord, Aggregations>;

/** Asks in the way that an answer of some shards is better than none. */
export class Asker {
  constructor(
    readonly client: Client,
    readonly all: string,
  ) {}

  async one<Aggregations>(body: estypes.SearchSearchRequestBody, { timeoutMs, signal }: Limits): Promise<Answer<Aggregations>> {
    const request = { index: this.all, ignore_unavailable: true, allow_partial_search_results: true, timeout: `${timeoutMs}ms`, ...body };
    try {
      signal?.throwIfAborted();
      return await this.client.search<StoredRecord, Aggregations>(request, {
        requestTimeout: timeoutMs + ANSWER_MS,
        ...(signal && { signal }),
      });
    } catch (error) {
      throw toStoreError(error, `searching ${this.all}`);
    }
  }

  /** Indices stand in the body here, so there may be any number of them. */
  async several<Aggregations>(searches: readonly Search[], limits: Limits): Promise<Answer<Aggregations>[]> {
    const [first, ...others] = searches;
    if (first !== undefined && first.indices === undefined && others.length === 0) return [await this.one(first.body, limits)];
    const { timeoutMs, signal } = limits;
    try {
      signal?.throwIfAborted();
      const lines = searches.flatMap(({ indices, body }) => [
        { index: indices === undefined ? this.all : [...indices], ignore_unavailable: true, allow_partial_search_results: true },
        { timeout: `${timeoutMs}ms`, ...body },
      ]);
      const options = { requestTimeout: timeoutMs + ANSWER_MS, meta: true as const, ...(signal && { signal }) };
      const { body, ...transport } = await this.client.msearch<StoredRecord, Aggregations>({ searches: lines }, options);
      return body.responses.map((answer) => {
        if (!('error' in answer)) return answer as Answer<Aggregations>;
        throw new errors.ResponseError({ ...transport, body: answer, statusCode: answer.status });
      });
    } catch (error) {
      throw toStoreError(error, `searching ${this.all}`);
    }
  }
}

/** Whether the answers tell of all records, and what is missing. */
export function completeness(answers: readonly estypes.SearchResponseBody<unknown, unknown>[]): Pick<SearchResult, 'partial' | 'warnings'> {
  const warnings = new Set<string>();
  for (const { timed_out: timedOut, _shards: shards } of answers) {
    if (timedOut) warnings.add('the search ran out of time: older or rarer records may be missing');
    if (shards.failed === 0) continue;
    const reason = shards.failures?.[0]?.reason.reason ?? 'no reason was given';
    warnings.add(`${shards.failed} of ${shards.total} shards did not answer: ${reason}`);
  }
  return { partial: warnings.size > 0, warnings: [...warnings] };
}

export function totalOf({ hits: { total } }: estypes.SearchResponseBody<unknown, unknown>): number {
  return typeof total === 'object' ? total.value : (total ?? 0);
}

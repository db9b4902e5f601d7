import type { Client, estypes } from '@elastic/elasticsearch';
import { toElasticsearch } from '#libs/query';
import type { HistogramRequest, HistogramResult, LogReader, OrderKey, SearchRequest, SearchResult, StoredRecord } from '../log-store.js';
import { toStoreError } from './client.js';
import { unfoldRecord } from './folding.js';
import { readBuckets, splitField, type HistogramBuckets } from './histogram.js';
import type { Layout } from './layout.js';
import { formatNanoseconds, keyOf, searchAfter, sortBy } from './order-key.js';
import { projectRecord } from './projection.js';

/** Counting further costs time on every page; people read "more than 10 000". */
const COUNT_LIMIT = 10_000;
/** The server stops by itself at the request's timeout; this is for its answer to arrive. */
const ANSWER_MS = 2_000;
/** A record by its key is a single lookup. */
const GET_TIMEOUT_MS = 10_000;

/** The type alone contains undefined, which the request's does not. */
type Filter = NonNullable<estypes.SearchRequest['query']>;
type Range = Pick<SearchRequest, 'query' | 'fromNs' | 'toNs'>;

export class SearchReader implements LogReader {
  constructor(
    private readonly client: Client,
    private readonly layout: Layout,
    private readonly now: () => number,
  ) {}

  async search(request: SearchRequest): Promise<SearchResult> {
    const { order, limit, after, fields } = request;
    const answer = await this.#ask<Record<never, never>>(
      {
        query: filterOf(request, this.now(), this.layout),
        sort: sortBy(order),
        size: limit,
        track_total_hits: COUNT_LIMIT,
        ...(after && { search_after: searchAfter(after) }),
        ...(fields && { _source: [...fields, '@timestamp', 'logweir.folded'] }),
      },
      request,
    );
    const total = answer.hits.total;
    return {
      hits: answer.hits.hits.map((hit) => ({ key: keyOf(hit.sort), record: recordOf(hit._source, fields) })),
      total: typeof total === 'object' ? { value: total.value, exact: total.relation === 'eq' } : { value: total ?? 0, exact: true },
      ...completeness(answer),
    };
  }

  async get(key: OrderKey): Promise<StoredRecord | undefined> {
    const time = formatNanoseconds(BigInt(key.timestampNs));
    const filter = [
      { range: { '@timestamp': { gte: time, lte: time } } },
      { term: { 'event.sequence': key.sequence } },
      { term: { 'logweir.node': key.node } },
    ];
    const answer = await this.#ask({ query: { bool: { filter } }, size: 1, track_total_hits: false }, { timeoutMs: GET_TIMEOUT_MS });
    const hit = answer.hits.hits[0];
    return hit && recordOf(hit._source);
  }

  async histogram(request: HistogramRequest): Promise<HistogramResult> {
    const split = request.by === undefined ? undefined : await splitField(this.client, this.layout.all, request.by);
    const byTime: estypes.AggregationsAggregationContainer = {
      date_histogram: { field: '@timestamp', fixed_interval: `${request.intervalMs}ms`, min_doc_count: 1 },
      ...(split && { aggregations: split.aggregations }),
    };
    const body = { query: filterOf(request, this.now(), this.layout), size: 0, track_total_hits: false, aggregations: { time: byTime } };
    const answer = await this.#ask<HistogramBuckets>(body, request);
    const { buckets, total, warnings } = readBuckets(answer.aggregations);
    const { partial, warnings: incomplete } = completeness(answer);
    return { buckets, total, partial, warnings: [...incomplete, ...warnings] };
  }

  async #ask<Aggregations>(
    body: estypes.SearchRequest,
    { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal?: AbortSignal },
  ): Promise<estypes.SearchResponse<StoredRecord, Aggregations>> {
    const request = {
      index: this.layout.all,
      ignore_unavailable: true,
      allow_partial_search_results: true,
      timeout: `${timeoutMs}ms`,
      ...body,
    };
    try {
      signal?.throwIfAborted();
      return await this.client.search<StoredRecord, Aggregations>(request, {
        requestTimeout: timeoutMs + ANSWER_MS,
        ...(signal && { signal }),
      });
    } catch (error) {
      throw toStoreError(error, `searching ${this.layout.all}`);
    }
  }
}

/** Everything filters; nothing is scored. */
export function filterOf({ query, fromNs, toNs }: Range, nowMs: number, layout: Layout): Filter {
  const range = { gte: formatNanoseconds(fromNs), lt: formatNanoseconds(toNs) };
  const wanted = toElasticsearch(query, { nowNs: BigInt(Math.trunc(nowMs)) * 1_000_000n });
  // Documents of others have neither our order nor our fields.
  const ours: Filter[] = layout.mixed ? [{ exists: { field: 'logweir.node' } }] : [];
  return { bool: { filter: [{ range: { '@timestamp': range } }, wanted as Filter, ...ours] } };
}

function recordOf(source: StoredRecord | undefined, fields?: readonly string[]): StoredRecord {
  const record = unfoldRecord(source ?? {});
  return fields === undefined ? record : projectRecord(record, fields);
}

/** Whether the answer tells of all records, and what is missing. */
function completeness(answer: estypes.SearchResponseBody<unknown, unknown>): Pick<SearchResult, 'partial' | 'warnings'> {
  const warnings: string[] = [];
  if (answer.timed_out) warnings.push('the search ran out of time: older or rarer records may be missing');
  if (answer._shards.failed > 0) {
    const reason = answer._shards.failures?.[0]?.reason.reason ?? 'no reason was given';
    warnings.push(`${answer._shards.failed} of ${answer._shards.total} shards did not answer: ${reason}`);
  }
  return { partial: warnings.length > 0, warnings };
}

import type { Client, estypes } from '@elastic/elasticsearch';
import { toElasticsearch } from '#libs/query';
import { searchWithin } from '../answer-size.js';
import type { HistogramRequest, HistogramResult, LogReader, OrderKey, SearchRequest, SearchResult, StoredRecord } from '../log-store.js';
import type { ExportChunk, ExportRequest } from '../export.js';
import type { FacetsRequest, FacetsResult } from '../facets.js';
import { sampleFields, type FieldsRequest, type FieldsResult } from '../fields.js';
import { Asker, completeness, totalOf } from './asker.js';
import type { PatternsRequest, PatternsResult } from '../patterns.js';
import { exportRecords } from './export.js';
import { facets } from './facets.js';
import { unfoldRecord } from './folding.js';
import { histogramSearches, joinBuckets, readBuckets, type HistogramBuckets } from './histogram.js';
import type { Layout } from './layout.js';
import { formatNanoseconds, keyOf, searchAfter, sortBy } from './order-key.js';
import { patterns } from './patterns.js';
import { projectRecord } from './projection.js';

/** Counting further costs time on every page; people read "more than 10 000". */
const COUNT_LIMIT = 10_000;
/** Of the last of several requests: enough for a server that is well. */
const LEAST_TIMEOUT_MS = 100;
/** A record by its key is a single lookup. */
const GET_TIMEOUT_MS = 10_000;

/** The type alone contains undefined, which the request's does not. */
type Filter = NonNullable<estypes.SearchRequest['query']>;
type Range = Pick<SearchRequest, 'query' | 'fromNs' | 'toNs'>;

export class SearchReader implements LogReader {
  readonly #asker: Asker;

  constructor(
    client: Client,
    private readonly layout: Layout,
    private readonly now: () => number,
  ) {
    this.#asker = new Asker(client, layout.all);
  }

  search(request: SearchRequest): Promise<SearchResult> {
    return searchWithin(request.limit, (limit) => this.#search({ ...request, limit }));
  }

  async #search(request: SearchRequest): Promise<SearchResult> {
    const { order, limit, after, fields, count } = request;
    const answer = await this.#asker.one<Record<never, never>>(
      {
        query: filterOf(request, this.now(), this.layout),
        sort: sortBy(order),
        size: limit,
        track_total_hits: count === false ? false : COUNT_LIMIT,
        ...(after && { search_after: searchAfter(after) }),
        ...(fields && { _source: [...fields, '@timestamp', 'logweir.folded'] }),
      },
      request,
    );
    const total = answer.hits.total ?? { value: answer.hits.hits.length, relation: 'gte' };
    return {
      hits: answer.hits.hits.map((hit) => ({ key: keyOf(hit.sort), record: recordOf(hit._source, fields) })),
      total: typeof total === 'object' ? { value: total.value, exact: total.relation === 'eq' } : { value: total, exact: true },
      ...completeness([answer]),
    };
  }

  async get(key: OrderKey): Promise<StoredRecord | undefined> {
    const time = formatNanoseconds(BigInt(key.timestampNs));
    const filter = [
      { range: { '@timestamp': { gte: time, lte: time } } },
      { term: { 'event.sequence': key.sequence } },
      { term: { 'logweir.node': key.node } },
    ];
    const answer = await this.#asker.one({ query: { bool: { filter } }, size: 1, track_total_hits: false }, { timeoutMs: GET_TIMEOUT_MS });
    const hit = answer.hits.hits[0];
    return hit && recordOf(hit._source);
  }

  async histogram(request: HistogramRequest): Promise<HistogramResult> {
    const searches = await histogramSearches(this.#asker, filterOf(request, this.now(), this.layout), request);
    const answers = await this.#asker.several<HistogramBuckets>(searches, request);
    const { warnings, ...counts } = joinBuckets(answers.map((answer) => readBuckets(answer.aggregations)));
    const { partial, warnings: incomplete } = completeness(answers);
    return { ...counts, partial, warnings: [...incomplete, ...warnings] };
  }

  facets(request: FacetsRequest): Promise<FacetsResult> {
    return facets(this.#asker, filterOf(request, this.now(), this.layout), request);
  }

  patterns(request: PatternsRequest): Promise<PatternsResult> {
    return patterns(this.#asker, filterOf(request, this.now(), this.layout), request);
  }

  export(request: ExportRequest): AsyncIterable<ExportChunk> {
    return exportRecords(this.#asker, filterOf(request, this.now(), this.layout), request);
  }

  fields({ limit, prefix = '', ...request }: FieldsRequest): Promise<FieldsResult> {
    const endsAt = performance.now() + request.timeoutMs;
    const limits = () => ({ ...request, timeoutMs: Math.max(LEAST_TIMEOUT_MS, Math.ceil(endsAt - performance.now())) });
    const body = { query: filterOf(request, this.now(), this.layout), size: 0, track_total_hits: true };
    const count = async () => totalOf(await this.#asker.one(body, limits()));
    return sampleFields({ limit, prefix }, (page) => this.search({ ...limits(), ...page, count: false }), count);
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

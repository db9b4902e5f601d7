import type { estypes } from '@elastic/elasticsearch';
import { inOrder, MAX_SERVICES, type PatternCounts, type PatternSample, type PatternsRequest, type PatternsResult } from '../patterns.js';
import type { StoredRecord } from '../log-store.js';
import { completeness, totalOf, type Asker } from './asker.js';
import { unfoldRecord } from './folding.js';
import { keyOf, sortBy } from './order-key.js';

/** Of which each shard tells; with more patterns than that, counts and what is new are estimates. */
const COUNTED_PATTERNS = 10_000;
const FIELD = 'log.pattern';
/** The place of a record too: the sort values of an aggregation's hits are numbers, which round nanoseconds. */
const SHOWN = ['@timestamp', 'event.sequence', 'logweir.node', 'logweir.folded', 'message'];

interface Bucket {
  readonly key: string;
  readonly key_as_string?: string;
  readonly doc_count: number;
}

interface Hits {
  readonly hits: { readonly hits: readonly { readonly _source?: StoredRecord }[] };
}

interface Detail extends Bucket {
  readonly times: { readonly buckets: readonly { readonly key: number; readonly doc_count: number }[] };
  readonly services: { readonly buckets: readonly Bucket[] };
  readonly levels: { readonly buckets: readonly Bucket[] };
  readonly level_missing: { readonly doc_count: number };
  readonly first: Hits;
  readonly last: Hits;
}

interface Counted {
  readonly patterns?: { readonly buckets: readonly Bucket[] };
  readonly missing?: { readonly doc_count: number };
  readonly distinct?: { readonly value: number };
}

interface Details {
  readonly patterns?: { readonly buckets: readonly Detail[] };
}

type Query = estypes.SearchRequest['query'];

/** In two searches: which patterns are listed, then what is told of these. */
export async function patterns(asker: Asker, query: Query, request: PatternsRequest): Promise<PatternsResult> {
  const counted = await asker.one<Counted>({ ...bodyOf(query), track_total_hits: true, aggregations: counts(request) }, request);
  const { patterns: listed, missing, distinct } = counted.aggregations ?? {};
  const ids = (listed?.buckets ?? []).map(({ key }) => key);
  const details = ids.length === 0 ? [] : [await asker.one<Details>(detailsOf(query, ids, request), request)];
  const found = details.flatMap(({ aggregations }) => aggregations?.patterns?.buckets ?? []).flatMap((bucket) => patternOf(bucket) ?? []);
  const { partial, warnings } = completeness([counted, ...details]);
  return {
    patterns: inOrder(found, request, ({ first }) => BigInt(first.key.timestampNs)),
    total: totalOf(counted),
    missing: missing?.doc_count ?? 0,
    distinct: distinct?.value ?? 0,
    partial,
    warnings: [...warnings, ...estimates(distinct?.value ?? 0)],
  };
}

function estimates(distinct: number): string[] {
  if (distinct <= COUNTED_PATTERNS) return [];
  return [`there are about ${distinct} patterns: which are listed and how many there are is an estimate`];
}

function bodyOf(query: Query): estypes.SearchSearchRequestBody {
  return { size: 0, track_total_hits: false, ...(query && { query }) };
}

function counts({ order, limit }: PatternsRequest): Record<string, estypes.AggregationsAggregationContainer> {
  const terms: estypes.AggregationsTermsAggregation = { field: FIELD, size: limit, shard_size: COUNTED_PATTERNS };
  const byTime = { terms: { ...terms, order: { first: 'desc' as const } }, aggregations: { first: { min: { field: '@timestamp' } } } };
  return {
    patterns: order === 'count' ? { terms } : byTime,
    missing: { missing: { field: FIELD } },
    distinct: { cardinality: { field: FIELD, precision_threshold: COUNTED_PATTERNS } },
  };
}

function detailsOf(query: Query, ids: readonly string[], { intervalMs }: PatternsRequest): estypes.SearchSearchRequestBody {
  const sample = (order: 'asc' | 'desc') => ({ top_hits: { size: 1, sort: sortBy(order), _source: SHOWN } });
  const aggregations: Record<string, estypes.AggregationsAggregationContainer> = {
    times: { date_histogram: { field: '@timestamp', fixed_interval: `${intervalMs}ms`, min_doc_count: 1 } },
    services: { terms: { field: 'service.name', size: MAX_SERVICES } },
    levels: { terms: { field: 'log.level', size: 1 } },
    level_missing: { missing: { field: 'log.level' } },
    first: sample('asc'),
    last: sample('desc'),
  };
  const listed: estypes.AggregationsAggregationContainer = { terms: { field: FIELD, include: [...ids], size: ids.length }, aggregations };
  return { ...bodyOf(query), aggregations: { patterns: listed } };
}

function patternOf({
  key,
  doc_count: count,
  times,
  services,
  levels,
  level_missing: none,
  first,
  last,
}: Detail): PatternCounts | undefined {
  const [oldest, newest] = [sampleOf(first), sampleOf(last)];
  if (oldest === undefined || newest === undefined) return undefined;
  const [level] = levels.buckets;
  return {
    id: key,
    count,
    buckets: times.buckets.map((bucket) => ({ startMs: bucket.key, count: bucket.doc_count })),
    services: services.buckets.map((bucket) => bucket.key),
    level: level !== undefined && level.doc_count > none.doc_count ? level.key : undefined,
    first: oldest,
    last: newest,
  };
}

function sampleOf({ hits }: Hits): PatternSample | undefined {
  const [hit] = hits.hits;
  if (hit === undefined) return undefined;
  const { message, event, logweir, ...record } = unfoldRecord(hit._source ?? {}) as Shown;
  const key = keyOf([record['@timestamp'], event?.sequence, logweir?.node]);
  return { key, message: typeof message === 'string' ? message : '' };
}

interface Shown extends StoredRecord {
  readonly event?: { readonly sequence?: number };
  readonly logweir?: { readonly node?: string };
}

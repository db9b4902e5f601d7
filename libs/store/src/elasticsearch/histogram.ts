import type { estypes } from '@elastic/elasticsearch';
import type { HistogramRequest, HistogramResult } from '../log-store.js';
import type { Asker, Search } from './asker.js';
import { placesOf, type ValuePlace } from './value-places.js';

type Container = estypes.AggregationsAggregationContainer;
type Words = Pick<HistogramRequest, 'intervalMs' | 'by'>;
type Counts = Pick<HistogramResult, 'buckets' | 'total' | 'warnings'>;

/** Values told apart in one bucket; nobody reads a chart with more colours. */
const MAX_VALUES = 500;

interface Bucket {
  readonly key: number | string;
  readonly key_as_string?: string;
  readonly doc_count: number;
}

interface TimeBucket extends Bucket {
  readonly key: number;
  readonly values?: { readonly buckets: readonly Bucket[]; readonly sum_other_doc_count: number };
  readonly missing?: { readonly doc_count: number };
}

export interface HistogramBuckets {
  readonly time?: { readonly buckets: readonly TimeBucket[] };
}

/** One search, or one for each set of indices in which the field to split by stands elsewhere. */
export async function histogramSearches(asker: Asker, query: Container['filter'], { intervalMs, by }: Words): Promise<Search[]> {
  const byTime = { field: '@timestamp', fixed_interval: `${intervalMs}ms`, min_doc_count: 1 };
  const search = (place?: ValuePlace): Search => {
    const time = { date_histogram: byTime, ...(place && { aggregations: splitBy(place.field) }) };
    return { indices: place?.indices, body: { ...(query && { query }), size: 0, track_total_hits: false, aggregations: { time } } };
  };
  if (by === undefined) return [search()];
  return ((await placesOf(asker.client, asker.all, [by])).get(by) ?? []).map(search);
}

const splitBy = (field: string): Record<string, Container> => ({
  values: { terms: { field, size: MAX_VALUES } },
  missing: { missing: { field } },
});

/** What several searches found, as if it were one. */
export function joinBuckets(parts: readonly Counts[]): Counts {
  const [first, ...others] = parts;
  if (first !== undefined && others.length === 0) return first;
  const joined = new Map<number, Map<string, number>>();
  for (const { startMs, counts } of parts.flatMap(({ buckets }) => buckets)) {
    const bucket = joined.get(startMs) ?? new Map<string, number>();
    for (const [value, count] of Object.entries(counts)) bucket.set(value, (bucket.get(value) ?? 0) + count);
    joined.set(startMs, bucket);
  }
  const rising = [...joined].sort(([a], [b]) => a - b);
  return {
    buckets: rising.map(([startMs, counts]) => ({ startMs, counts: Object.fromEntries(counts) })),
    total: parts.reduce((sum, { total }) => sum + total, 0),
    warnings: parts.flatMap(({ warnings }) => warnings),
  };
}

/** The answer in our shape; records without a value count under ''. */
export function readBuckets(aggregations: HistogramBuckets | undefined): Counts {
  const answered = aggregations?.time?.buckets ?? [];
  const buckets = answered.map((bucket) => ({ startMs: bucket.key, counts: countsOf(bucket) }));
  const total = answered.reduce((sum, bucket) => sum + bucket.doc_count, 0);
  const uncounted = answered.reduce((sum, bucket) => sum + (bucket.values?.sum_other_doc_count ?? 0), 0);
  const warnings = uncounted > 0 ? [`${uncounted} records have values beyond the ${MAX_VALUES} most frequent and are not split`] : [];
  return { buckets, total, warnings };
}

function countsOf(bucket: TimeBucket): Record<string, number> {
  if (bucket.values === undefined) return { '': bucket.doc_count };
  const counts = new Map(bucket.values.buckets.map((value) => [value.key_as_string ?? String(value.key), value.doc_count]));
  const missing = (counts.get('') ?? 0) + (bucket.missing?.doc_count ?? 0);
  if (missing > 0) counts.set('', missing);
  return Object.fromEntries(counts);
}

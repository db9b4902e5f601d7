import type { Client } from '@elastic/elasticsearch';
import type { HistogramResult } from '../log-store.js';
import { toStoreError } from './client.js';

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

/**
 * The aggregations below each time bucket. Of an attribute that began as a number `.as_text` has every value, one that began
 * as text has them under its own name. In a stream that has both, its backing indices disagree and the text form counts.
 */
export async function splitField(client: Client, stream: string, name: string) {
  const field = name.startsWith('attributes.') && (await isMapped(client, stream, `${name}.as_text`)) ? `${name}.as_text` : name;
  return { aggregations: { values: { terms: { field, size: MAX_VALUES } }, missing: { missing: { field } } } };
}

async function isMapped(client: Client, stream: string, field: string): Promise<boolean> {
  try {
    const { fields } = await client.fieldCaps({ index: stream, fields: [field], ignore_unavailable: true });
    return Object.hasOwn(fields, field);
  } catch (error) {
    throw toStoreError(error, `looking up the field ${field}`);
  }
}

/** The answer in our shape; records without a value count under ''. */
export function readBuckets(aggregations: HistogramBuckets | undefined): Pick<HistogramResult, 'buckets' | 'total' | 'warnings'> {
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

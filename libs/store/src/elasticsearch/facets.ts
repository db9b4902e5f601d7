import type { estypes } from '@elastic/elasticsearch';
import { fieldOf } from '#libs/query';
import { COUNTED_VALUES, ValueCounts, type FacetsRequest, type FacetsResult } from '../facets.js';
import { completeness, type Answer, type Asker, type Search } from './asker.js';
import { placesOf, type ValuePlace } from './value-places.js';

interface Terms {
  readonly buckets: readonly { readonly key: string | number; readonly key_as_string?: string; readonly doc_count: number }[];
  readonly sum_other_doc_count: number;
}

/** The aggregations of the field at `index` of the request. */
type Counted = Readonly<
  Record<`values_${number}`, Terms> & Record<`missing_${number}`, { doc_count: number }> & Record<`distinct_${number}`, { value: number }>
>;

type Container = estypes.AggregationsAggregationContainer;

/** `filter` is what the request's query and times mean. All fields in one search; those whose indices disagree in two more each. */
export async function facets(asker: Asker, filter: Container['filter'], request: FacetsRequest): Promise<FacetsResult> {
  const { fields, limit, prefix = '' } = request;
  const places = await placesOf(asker.client, asker.all, fields);
  const groups: { readonly index: number; readonly place: ValuePlace }[][] = [[]];
  for (const [index, name] of fields.entries()) {
    const found = places.get(name) ?? [];
    for (const place of found) {
      if (place.indices === undefined) groups[0]?.push({ index, place });
      else groups.push([{ index, place }]);
    }
  }
  const searches = groups.map((group): Search => {
    const aggregations = Object.fromEntries(group.flatMap(({ index, place }) => countsOf(index, place.field, prefix)));
    const indices = group[0]?.place.indices;
    const body = { size: 0, track_total_hits: indices === undefined, aggregations };
    return { indices, body: { ...body, ...(filter && { query: filter }) } };
  });
  const answers = await asker.several<Counted>(searches, request);
  const [first] = answers;
  const total = typeof first?.hits.total === 'object' ? first.hits.total.value : 0;
  const counted = fields.map((name, index) => read(answers, index, new ValueCounts(name, prefix)).take(limit));
  return { facets: counted, total, ...completeness(answers) };
}

function countsOf(index: number, field: string, prefix: string): [string, Container][] {
  // A pattern is for texts only; of numbers and addresses those that fit are picked out here.
  const isText = !NO_TEXT.has(fieldOf(field).type);
  const include = prefix === '' || !isText ? {} : { include: prefixPattern(prefix) };
  return [
    [`values_${index}`, { terms: { field, size: COUNTED_VALUES, ...include } }],
    [`missing_${index}`, { missing: { field } }],
    [`distinct_${index}`, { cardinality: { field } }],
  ];
}

const NO_TEXT: ReadonlySet<string> = new Set(['long', 'ip']);

function read(answers: readonly Answer<Counted>[], index: number, counts: ValueCounts): ValueCounts {
  for (const { aggregations = {} as Counted } of answers) {
    const values = aggregations[`values_${index}`];
    if (values === undefined) continue;
    for (const { key, key_as_string: text, doc_count: count } of values.buckets) counts.add(text ?? String(key), count);
    counts.missing += aggregations[`missing_${index}`]?.doc_count ?? 0;
    // Each shard gives its most frequent ones, and how many there are is estimated by hashes.
    const others = values.sum_other_doc_count;
    if (others > 0) counts.addRest(others, aggregations[`distinct_${index}`]?.value ?? 0, false);
  }
  return counts;
}

/** As a regular expression of Lucene, which knows no flag for any case. */
export function prefixPattern(prefix: string): string {
  const parts = [...prefix].map((char) => {
    const cases = [...new Set([char.toLowerCase(), char.toUpperCase()])].filter((text) => [...text].length === 1);
    return cases.length === 2 ? `[${cases.join('')}]` : char.replace(/[^\p{L}\p{N}]/u, '\\$&');
  });
  return `${parts.join('')}.*`;
}

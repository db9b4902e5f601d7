/** Times between Elasticsearch's text form and nanoseconds; JavaScript numbers would round them. */
import type { estypes } from '@elastic/elasticsearch';
import type { OrderKey } from '../log-store.js';

const NS_PER_SECOND = 1_000_000_000n;
/** What `date_nanos` can hold: 1970 to 2262. */
const MAX_NS = 2n ** 63n - 1n;

/** RFC 3339, UTC, nine decimals. Outside of what `date_nanos` holds the nearest time that it does. */
export function formatNanoseconds(ns: bigint): string {
  const held = ns < 0n ? 0n : ns > MAX_NS ? MAX_NS : ns;
  const seconds = new Date(Number(held / NS_PER_SECOND) * 1_000).toISOString().slice(0, 19);
  return `${seconds}.${String(held % NS_PER_SECOND).padStart(9, '0')}Z`;
}

/** What `strict_date_optional_time_nanos` formats; it leaves out decimals that are zero. */
export function parseNanoseconds(text: string): bigint {
  const [seconds = '', decimals = ''] = text.replace(/Z$/, '').split('.');
  return (BigInt(Date.parse(`${seconds}Z`)) / 1_000n) * NS_PER_SECOND + BigInt(decimals.padEnd(9, '0').slice(0, 9));
}

/** The sort order of all searches. `unmapped_type` lets an index without any such record take part. */
export function sortBy(order: 'asc' | 'desc'): estypes.SortCombinations[] {
  return [
    { '@timestamp': { order, format: 'strict_date_optional_time_nanos', numeric_type: 'date_nanos' } },
    { 'event.sequence': { order, unmapped_type: 'long' } },
    { 'logweir.node': { order, unmapped_type: 'keyword' } },
  ];
}

export function keyOf(sort: readonly unknown[] | undefined): OrderKey {
  const [timestamp, sequence, node] = sort ?? [];
  return {
    timestampNs: String(parseNanoseconds(String(timestamp))),
    sequence: Number(sequence),
    node: typeof node === 'string' ? node : '',
  };
}

export function searchAfter(key: OrderKey): [string, number, string] {
  return [formatNanoseconds(BigInt(key.timestampNs)), key.sequence, key.node];
}

import { fieldOf, toPredicate, type Query } from '#libs/query';
import type {
  DeleteProgress,
  HistogramRequest,
  HistogramResult,
  LogDeleter,
  LogReader,
  OrderKey,
  SearchHit,
  SearchRequest,
  SearchResult,
  StoredRecord,
} from '#libs/store';

const NS_PER_MS = 1_000_000n;

/** A `LogReader` over an array, for tests of what stands on top of a store. Its answers are right by being simple. */
export class MemoryStore implements LogReader, LogDeleter {
  private readonly hits: SearchHit[] = [];

  constructor(private readonly nowNs: () => bigint) {}

  /** `record` needs `@timestamp` only for readers; the place is given by `key`. */
  add(key: OrderKey, record: StoredRecord): void {
    this.hits.push({ key, record });
    this.hits.sort((a, b) => compareKeys(a.key, b.key));
  }

  async search(request: SearchRequest): Promise<SearchResult> {
    const sign = request.order === 'asc' ? 1 : -1;
    const matching = this.matching(request);
    const ordered = sign === 1 ? matching : matching.reverse();
    const { after, limit, fields } = request;
    const behind = after === undefined ? ordered : ordered.filter((hit) => sign * compareKeys(hit.key, after) > 0);
    const hits = behind
      .slice(0, limit)
      .map((hit) => (fields === undefined ? hit : { ...hit, record: pick(hit.record, ['@timestamp', ...fields]) }));
    return { hits, total: { value: ordered.length, exact: true }, partial: false, warnings: [] };
  }

  async get(key: OrderKey): Promise<StoredRecord | undefined> {
    return this.hits.find((hit) => compareKeys(hit.key, key) === 0)?.record;
  }

  async histogram(request: HistogramRequest): Promise<HistogramResult> {
    const { intervalMs, by } = request;
    const matching = this.matching(request);
    const buckets = new Map<number, Record<string, number>>();
    for (const { key, record } of matching) {
      const startMs = Math.floor(Number(BigInt(key.timestampNs) / NS_PER_MS) / intervalMs) * intervalMs;
      const counts = buckets.get(startMs) ?? {};
      const found = by === undefined ? undefined : valueAt(record, by);
      const value = typeof found === 'string' ? found : found === undefined ? '' : JSON.stringify(found);
      counts[value] = (counts[value] ?? 0) + 1;
      buckets.set(startMs, counts);
    }
    const rising = [...buckets].sort(([a], [b]) => a - b).map(([startMs, counts]) => ({ startMs, counts }));
    return { buckets: rising, total: matching.length, partial: false, warnings: [] };
  }

  async *deleteMatching(query: Query, range: { fromNs: bigint; toNs: bigint }, signal: AbortSignal): AsyncGenerator<DeleteProgress> {
    const found = this.matching({ query, ...range });
    yield { deleted: 0, total: found.length };
    for (const [index, hit] of found.entries()) {
      signal.throwIfAborted();
      this.hits.splice(this.hits.indexOf(hit), 1);
      yield { deleted: index + 1, total: found.length };
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  private matching({ query, fromNs, toNs }: { query: Query; fromNs: bigint; toNs: bigint }): SearchHit[] {
    const matches = toPredicate(query, { nowNs: this.nowNs() });
    return this.hits.filter(({ key, record }) => BigInt(key.timestampNs) >= fromNs && BigInt(key.timestampNs) < toNs && matches(record));
  }
}

function compareKeys(a: OrderKey, b: OrderKey): number {
  const byTime = BigInt(a.timestampNs) - BigInt(b.timestampNs);
  if (byTime !== 0n) return byTime < 0n ? -1 : 1;
  if (a.sequence !== b.sequence) return a.sequence - b.sequence;
  return a.node === b.node ? 0 : a.node < b.node ? -1 : 1;
}

function valueAt(record: StoredRecord, name: string): unknown {
  return fieldOf(name).path.reduce<unknown>((at, part) => (isObject(at) ? at[part] : undefined), record);
}

function pick(record: StoredRecord, names: readonly string[]): StoredRecord {
  const picked: Record<string, unknown> = {};
  for (const name of names) {
    const value = valueAt(record, name);
    if (value !== undefined) place(picked, name, value);
  }
  return picked;
}

function place(target: Record<string, unknown>, name: string, value: unknown): void {
  const path = [...fieldOf(name).path];
  const last = path.pop() ?? name;
  let at = target;
  for (const part of path) {
    const next = at[part];
    at = isObject(next) ? next : (at[part] = {});
  }
  at[last] = value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import { fieldOf, toPredicate, type Query } from '#libs/query';
import {
  lineWriter,
  sampleFields,
  ValueCounts,
  type DeleteProgress,
  type ExportChunk,
  type ExportRequest,
  type FacetsRequest,
  type FacetsResult,
  type FieldsRequest,
  type FieldsResult,
  type HistogramRequest,
  type HistogramResult,
  type LogDeleter,
  type LogReader,
  type OrderKey,
  type PatternCounts,
  type PatternsRequest,
  type PatternsResult,
  type SearchHit,
  type SearchRequest,
  type SearchResult,
  type StoredRecord,
} from '#libs/store';

const NS_PER_MS = 1_000_000n;

/** A `LogReader` over an array, for tests of what stands on top of a store. Its answers are right by being simple. */
export class MemoryStore implements LogReader, LogDeleter {
  /** Records that fit into one answer. */
  fitting = Infinity;
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
      .slice(0, Math.min(limit, this.fitting))
      .map((hit) => (fields === undefined ? hit : { ...hit, record: pick(hit.record, ['@timestamp', ...fields]) }));
    return {
      hits,
      ...(hits.length < limit && hits.length < behind.length && { cut: true }),
      total: request.count === false ? { value: hits.length, exact: false } : { value: ordered.length, exact: true },
      partial: false,
      warnings: [],
    };
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
      for (const value of by === undefined ? [''] : (valuesOf(record, by) ?? [''])) counts[value] = (counts[value] ?? 0) + 1;
      buckets.set(startMs, counts);
    }
    const rising = [...buckets].sort(([a], [b]) => a - b).map(([startMs, counts]) => ({ startMs, counts }));
    return { buckets: rising, total: matching.length, partial: false, warnings: [] };
  }

  async facets(request: FacetsRequest): Promise<FacetsResult> {
    const matching = this.matching(request);
    const facets = request.fields.map((field) => {
      const counts = new ValueCounts(field, request.prefix);
      for (const { record } of matching) {
        const values = valuesOf(record, field);
        if (values === undefined) counts.missing += 1;
        else for (const value of values) counts.add(value, 1);
      }
      return counts.take(request.limit);
    });
    return { facets, total: matching.length, partial: false, warnings: [] };
  }

  async patterns(request: PatternsRequest): Promise<PatternsResult> {
    const groups = new Map<string, SearchHit[]>();
    for (const hit of this.matching(request)) {
      const id = valuesOf(hit.record, 'log.pattern')?.[0] ?? '';
      groups.set(id, [...(groups.get(id) ?? []), hit]);
    }
    const missing = groups.get('')?.length ?? 0;
    groups.delete('');
    const found = [...groups].map(([id, hits]) => patternOf(id, hits, request.intervalMs));
    const newest = (a: PatternCounts, b: PatternCounts) => compareKeys(b.first.key, a.first.key);
    const patterns = found.sort(request.order === 'count' ? (a, b) => b.count - a.count : newest).slice(0, request.limit);
    const total = missing + [...groups.values()].reduce((sum, hits) => sum + hits.length, 0);
    return { patterns, total, missing, distinct: groups.size, partial: false, warnings: [] };
  }

  async *export(request: ExportRequest): AsyncGenerator<ExportChunk> {
    const write = lineWriter(request);
    const matching = this.matching(request);
    for (const { key, record } of request.order === 'asc' ? matching : matching.reverse()) {
      request.signal?.throwIfAborted();
      yield { bytes: Buffer.from(write(key, record)), records: 1 };
    }
  }

  fields({ limit, prefix = '', ...request }: FieldsRequest): Promise<FieldsResult> {
    return sampleFields(
      { limit, prefix },
      (page) => this.search({ ...request, ...page }),
      async () => this.matching(request).length,
    );
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

/** `hits` in the order of records. */
function patternOf(id: string, hits: readonly SearchHit[], intervalMs: number): PatternCounts {
  const sample = (hit: SearchHit | undefined) => ({
    key: hit?.key ?? { timestampNs: '0', sequence: 0, node: '' },
    message: (hit && valuesOf(hit.record, 'message')?.[0]) ?? '',
  });
  const named = (name: string) => [...new Set(hits.flatMap(({ record }) => valuesOf(record, name) ?? []))];
  const starts = hits.map(({ key }) => Math.floor(Number(BigInt(key.timestampNs) / NS_PER_MS) / intervalMs) * intervalMs);
  const buckets = [...new Set(starts)].map((startMs) => ({ startMs, count: starts.filter((each) => each === startMs).length }));
  const [level] = named('log.level');
  return { id, count: hits.length, buckets, services: named('service.name'), level, first: sample(hits[0]), last: sample(hits.at(-1)) };
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

/** Different values as text; undefined when there are none. */
function valuesOf(record: StoredRecord, name: string): readonly string[] | undefined {
  const found = [valueAt(record, name) ?? []].flat();
  const texts = new Set(found.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))));
  return texts.size === 0 ? undefined : [...texts];
}

function pick(record: StoredRecord, names: readonly string[]): StoredRecord {
  const picked: Record<string, unknown> = {};
  for (const name of names) {
    const value = pathOf(name).reduce<unknown>((at, part) => (isObject(at) ? at[part] : undefined), record);
    if (value !== undefined) place(picked, name, value);
  }
  return picked;
}

/** Of a full name, also of a field that no query can ask for. */
function pathOf(name: string): readonly string[] {
  const field = fieldOf(name);
  return field.name === name ? field.path : name.split('.');
}

function place(target: Record<string, unknown>, name: string, value: unknown): void {
  const path = [...pathOf(name)];
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

import fc from 'fast-check';
import type { LogStore, OrderKey, SearchResult } from './log-store.js';
import type { PatternCounts, PatternsRequest } from './patterns.js';
import {
  BASE_NS,
  contractBatch,
  contractRecord,
  contractSearch,
  DAY_NS,
  SECOND_NS,
  type SearchWords,
  type Source,
} from './records.contract.js';

interface Scene {
  readonly store: LogStore;
  /** Asks again until at least this many are found. */
  readonly search: (words?: SearchWords, count?: number) => Promise<SearchResult>;
}

const INTERVAL_MS = 600_000;
const MINUTE_NS = 60n * SECOND_NS;

interface Said {
  readonly pattern: string | undefined;
  readonly service: string | undefined;
  readonly level: string | undefined;
  /** Behind the base; records stand at whole minutes, so that several have the same time. */
  readonly minutes: number;
}

const said: fc.Arbitrary<Said> = fc.record({
  pattern: fc.constantFrom('aaaaaaaaaaaa', 'bbbbbbbbbbbb', 'cccccccccccc', 'dddddddddddd', undefined),
  service: fc.constantFrom('pay', 'web', undefined),
  level: fc.constantFrom('info', 'error', undefined),
  minutes: fc.integer({ min: -2_000, max: 50 }),
});

const offsetOf = ({ minutes }: Said): bigint => BigInt(minutes) * MINUTE_NS;
const messageOf = (sequence: number): string => `said ${sequence}`;

function sourceOf(each: Said, sequence: number): Source {
  const { pattern, service, level } = each;
  return contractRecord(sequence, offsetOf(each), { message: messageOf(sequence), log: { level, pattern }, service: { name: service } });
}

/** By looking at each record; `all` in the order of sequences, which begin with 1. */
function expected(id: string, all: readonly Said[]): PatternCounts {
  const own = all
    .map((each, index) => ({ each, sequence: index + 1, ns: BASE_NS + offsetOf(each) }))
    .filter(({ each }) => each.pattern === id)
    .sort((a, b) => (a.ns === b.ns ? a.sequence - b.sequence : a.ns < b.ns ? -1 : 1));
  const keyOf = ({ ns, sequence }: (typeof own)[number]): OrderKey => ({ timestampNs: String(ns), sequence, node: 'node-a1b2' });
  const sample = (at: number) => {
    const found = own.at(at) as (typeof own)[number];
    return { key: keyOf(found), message: messageOf(found.sequence) };
  };
  const starts = own.map(({ ns }) => Math.floor(Number(ns / 1_000_000n) / INTERVAL_MS) * INTERVAL_MS);
  const buckets = [...new Set(starts)].map((startMs) => ({ startMs, count: starts.filter((each) => each === startMs).length }));
  const services = tally(own.flatMap(({ each }) => each.service ?? [])).map(([name]) => name);
  const [level = ['', 0]] = tally(own.flatMap(({ each }) => each.level ?? []));
  const without = own.filter(({ each }) => each.level === undefined).length;
  const some = { id, count: own.length, buckets, services, level: level[1] > without ? level[0] : undefined };
  return { ...some, first: sample(0), last: sample(-1) };
}

function tally(names: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
}

function request({
  order = 'count',
  ...words
}: Pick<Partial<PatternsRequest>, 'order'> & Omit<SearchWords, 'order'> = {}): PatternsRequest {
  return { ...contractSearch(words), order, intervalMs: INTERVAL_MS };
}

export function describePatterns(scene: () => Scene): void {
  const write = async (all: readonly Said[]) => {
    await scene().store.write(contractBatch(all.map((each, index) => sourceOf(each, index + 1))));
    await scene().search({ limit: 1_000 }, all.length);
  };

  it('lists patterns as looking at each record does, over days, by count and by what is new', async () => {
    const all = fc.sample(said, { numRuns: 150, seed: 20_261_121 });
    await write(all);
    const each = [...new Set(all.flatMap(({ pattern }) => pattern ?? []))].map((id) => expected(id, all));
    const byCount = each.toSorted((a, b) => b.count - a.count || (a.id < b.id ? -1 : 1));
    const missing = all.filter(({ pattern }) => pattern === undefined).length;
    const rest = { total: 150, missing, distinct: 4, partial: false, warnings: [] };
    expect(await scene().store.patterns(request())).toEqual({ patterns: byCount, ...rest });
    const firstOf = ({ first }: PatternCounts) => Number(BigInt(first.key.timestampNs) / SECOND_NS);
    const byFirst = each.toSorted((a, b) => firstOf(b) - firstOf(a) || (a.id < b.id ? -1 : 1));
    expect(await scene().store.patterns(request({ order: 'new', limit: 2 }))).toEqual({ patterns: byFirst.slice(0, 2), ...rest });
  }, 60_000);

  it('tells of what a query finds in a range, whose end is outside', async () => {
    const [pattern, level] = ['aaaaaaaaaaaa', 'info'];
    await write([
      { pattern, level, service: 'pay', minutes: 0 },
      { pattern, level, service: 'web', minutes: 1 },
      { pattern, level, service: 'web', minutes: 2 },
      { pattern: 'bbbbbbbbbbbb', level, service: 'pay', minutes: 1 },
    ]);
    const { patterns, total } = await scene().store.patterns(request({ q: 'service:web', toNs: BASE_NS + 2n * MINUTE_NS }));
    expect([total, patterns.map(({ id, count, services }) => [id, count, services])]).toEqual([1, [[pattern, 1, ['web']]]]);
    expect(patterns[0]?.first).toEqual(patterns[0]?.last);
  });

  it('answers an empty store with an empty list, and an abort with an error', async () => {
    const { store } = scene();
    const nothing = { patterns: [], total: 0, missing: 0, distinct: 0, partial: false, warnings: [] };
    expect(await store.patterns(request({ fromNs: BASE_NS - DAY_NS }))).toEqual(nothing);
    await expect(store.patterns(request({ signal: AbortSignal.abort() }))).rejects.toThrow(/abort/i);
  });
}

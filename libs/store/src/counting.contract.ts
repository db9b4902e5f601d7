import fc from 'fast-check';
import { parseQuery } from '#libs/query';
import { MAX_VALUE, type Facet, type FacetsRequest } from './facets.js';
import type { LogStore, SearchResult } from './log-store.js';
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

const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const word = fc.constantFrom('eu', 'us', 'EU-west', '서울', 'a"b', "it's", '');
const scalar = fc.oneof(word, fc.constantFrom(7, 12, 1.5, -3), fc.constantFrom('7', '12', '0x1'), fc.boolean());

/** What one record of these tests may hold, by ECS name. */
const VALUES = {
  'log.level': optional(fc.constantFrom('error', 'info', 'debug')),
  'service.name': optional(fc.constantFrom('pay', 'web', 'Pay')),
  'container.name': optional(fc.constantFrom('web-1', 'web-2')),
  'http.response.status_code': optional(fc.constantFrom(200, 404, 500)),
  'client.ip': optional(fc.constantFrom('10.1.2.3', '192.168.0.1')),
  'url.path': optional(fc.constantFrom('/', '/api/v1')),
  tags: optional(fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 })),
  'labels.team': optional(fc.constantFrom('shop', 'core')),
  'container.labels.com.x.y': optional(fc.constantFrom('z')),
  'attributes.user_id': optional(scalar),
  'attributes.zones': optional(fc.array(scalar, { maxLength: 3 })),
  'attributes.a.b': optional(word),
  'attributes.never': fc.constant(undefined),
} as const;
const FIELDS = Object.keys(VALUES);

type Values = Readonly<Record<string, unknown>>;

const FLAT = ['container.labels.', 'attributes.', 'labels.'];

function sourceOf(sequence: number, values: Values): Source {
  const root: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(values)) {
    const flat = FLAT.find((start) => name.startsWith(start));
    const path = flat === undefined ? name.split('.') : [...flat.slice(0, -1).split('.'), name.slice(flat.length)];
    const leaf = path.pop() ?? '';
    const branch = path.reduce((at, key) => (at[key] ??= {}) as Record<string, unknown>, root);
    if (value !== undefined) branch[leaf] = value;
  }
  return contractRecord(sequence, BigInt(sequence) * 10n * SECOND_NS, root);
}

const textsOf = (value: unknown): string[] => [...new Set([value ?? []].flat().map(String))];

/** By looking at each record. */
function expectedFacet(field: string, all: readonly Values[]): Facet {
  const counts = new Map<string, number>();
  for (const text of all.flatMap((values) => textsOf(values[field]))) counts.set(text, (counts.get(text) ?? 0) + 1);
  const values = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([value, count]) => ({ value, count }));
  const missing = all.filter((record) => textsOf(record[field]).length === 0).length;
  return { field, values, other: 0, distinct: counts.size, missing, exact: true };
}

function request(words: Partial<FacetsRequest> & SearchWords): FacetsRequest {
  return { ...contractSearch(words), fields: [], ...words, limit: words.limit ?? 100 };
}

export function describeCounting(scene: () => Scene): void {
  const write = async (records: readonly Source[]) => {
    await scene().store.write(contractBatch(records));
    await scene().search({ limit: 1_000 }, Math.min(1_000, records.length));
  };

  it('counts the values of any field as looking at each record does, in lists and over time', async () => {
    const { store } = scene();
    const all = fc.sample(fc.record(VALUES), { numRuns: 120, seed: 20_261_121 });
    await write(all.map((values, index) => sourceOf(index, values)));
    const found = await store.facets(request({ fields: FIELDS }));
    expect(found.facets).toEqual(FIELDS.map((field) => expectedFacet(field, all)));
    expect(found).toMatchObject({ total: 120, partial: false, warnings: [] });
    for (const by of FIELDS) {
      const { buckets, total } = await store.histogram({ ...contractSearch(), intervalMs: 300_000, by });
      const expected = Array.from({ length: 4 }, (_, bucket) => {
        const { values, missing } = expectedFacet(by, all.slice(bucket * 30, bucket * 30 + 30));
        const empty = missing + (values.find(({ value }) => value === '')?.count ?? 0);
        return Object.fromEntries(
          [...values.map(({ value, count }) => [value, count] as const), ['', empty] as const].filter(([, n]) => n > 0),
        );
      });
      expect([by, total, buckets.map(({ counts }) => counts)]).toEqual([by, 120, expected]);
    }
  }, 60_000);

  it.each(['service.name', 'attributes.a.b'])('counts values of %s that are too long as none', async (field) => {
    const longest = 'a'.repeat(MAX_VALUE);
    await write([longest, `${longest}b`, `${longest}c`, 'web'].map((value, index) => sourceOf(index, { [field]: value })));
    const { facets } = await scene().store.facets(request({ fields: [field] }));
    const values = [longest, 'web'].map((value) => ({ value, count: 1 }));
    expect(facets).toEqual([{ field, values, other: 0, distinct: 2, missing: 2, exact: true }]);
    const { buckets } = await scene().store.histogram({ ...contractSearch(), intervalMs: 60_000, by: field });
    expect(buckets.map(({ counts }) => counts)).toEqual([{ [longest]: 1, web: 1, '': 2 }]);
  });

  const SERVICES = ['pay', 'web', 'Payments', 'web', 'cart', 'web', 'pay', undefined];
  const days = (index: number) => (index % 2 === 0 ? 0n : -DAY_NS);
  const shops = SERVICES.map((name, index) => contractRecord(index + 1, days(index), { message: 'x', ...(name && { service: { name } }) }));

  it('lists the most frequent values over days, counts the rest, and knows how many there are', async () => {
    await write(shops);
    const { facets } = await scene().store.facets(request({ fields: ['service.name'], limit: 2 }));
    const values = [
      { value: 'web', count: 3 },
      { value: 'pay', count: 2 },
    ];
    expect(facets).toEqual([{ field: 'service.name', values, other: 2, distinct: 4, missing: 1, exact: true }]);
  });

  it.each([
    ['pa', ['pay', 'Payments'], 3],
    ['PAYM', ['Payments'], 1],
    ['web', ['web'], 3],
    ['w.b', [], 0],
    ['nobody', [], 0],
  ])('counts the values that begin with %p, whatever their case', async (prefix, expected, records) => {
    await write(shops);
    const [facet] = (await scene().store.facets(request({ fields: ['service.name'], prefix }))).facets;
    expect(facet?.values.map(({ value }) => value)).toEqual(expected);
    expect(facet?.values.reduce((sum, { count }) => sum + count, 0)).toBe(records);
    expect(facet).toMatchObject({ other: 0, distinct: expected.length, missing: 1 });
  });

  it.each([
    ['http.response.status_code', '4', ['404']],
    ['client.ip', '10.', ['10.1.2.3']],
    ['attributes.user_id', '1', ['12']],
    ['labels.team', 'SH', ['shop']],
    ['url.path', '/API', ['/api/v1']],
  ])('finds values of %s that begin with %p', async (field, prefix, expected) => {
    const values = { 'http.response.status_code': 404, 'client.ip': '10.1.2.3', 'attributes.user_id': 12, 'labels.team': 'shop' };
    await write([
      sourceOf(1, { ...values, 'url.path': '/api/v1' }),
      sourceOf(2, { 'http.response.status_code': 200, 'attributes.user_id': 'x' }),
    ]);
    const [facet] = (await scene().store.facets(request({ fields: [field], prefix }))).facets;
    expect(facet?.values.map(({ value }) => value)).toEqual(expected);
  });

  it('counts what a query finds in a range, whose end is outside', async () => {
    await write(shops);
    const words = { q: 'service:web or service:cart', fromNs: BASE_NS - DAY_NS, toNs: BASE_NS };
    const { facets, total } = await scene().store.facets(request({ fields: ['service.name', 'attributes.none'], ...words }));
    expect(total).toBe(3);
    expect(facets).toEqual([
      { field: 'service.name', values: [{ value: 'web', count: 3 }], other: 0, distinct: 1, missing: 0, exact: true },
      { field: 'attributes.none', values: [], other: 0, distinct: 0, missing: 3, exact: true },
    ]);
  });

  it('says by how much a list of very many values is short, and nearly how many there are', async () => {
    const often = { attributes: { order: 'often' } };
    const records = Array.from({ length: 1_500 }, (_, index) =>
      contractRecord(index + 1, BigInt(index), index < 3 ? often : { attributes: { order: `o${index}` } }),
    );
    await write(records);
    const { facets } = await scene().store.facets(request({ fields: ['attributes.order'], limit: 2 }));
    const [facet] = facets;
    expect(facet?.values[0]).toEqual({ value: 'often', count: 3 });
    expect(facet).toMatchObject({ other: 1_496, missing: 0 });
    expect(Math.abs((facet?.distinct ?? 0) - 1_498)).toBeLessThan(75);
  });

  it('names the fields that records have, with type, how many have it, different values and the newest example', async () => {
    await write([
      sourceOf(1, { 'log.level': 'info', 'attributes.user_id': 7, 'attributes.ok': true, 'attributes.zones': [], 'labels.team': 'a.b' }),
      sourceOf(2, { 'log.level': 'error', 'attributes.user_id': 12, 'client.ip': '10.1.2.3', 'attributes.a.b': 'x'.repeat(300) }),
      sourceOf(3, { 'log.level': 'info', 'attributes.mixed': 1, 'http.response.status_code': 404, message: 'one two' }),
      sourceOf(4, { 'attributes.mixed': 'one', tags: ['b', 'a', 'b'], 'attributes.gone': null }),
    ]);
    const fieldsRequest = { ...contractSearch(), limit: 100 };
    const found = await scene().store.fields(fieldsRequest);
    expect(found).toMatchObject({ sampled: 4, total: 4, partial: false, warnings: [] });
    const always = ['@timestamp', 'event.created', 'event.sequence', 'logweir.node', 'logweir.source'];
    expect(found.fields.slice(0, 5).map(({ name, records }) => [name, records])).toEqual(always.map((name) => [name, 4]));
    expect(found.fields.slice(5)).toEqual([
      { name: 'log.level', type: 'keyword', records: 3, distinct: 2, example: 'info' },
      { name: 'attributes.mixed', type: 'keyword', records: 2, distinct: 2, example: 'one' },
      { name: 'attributes.user_id', type: 'number', records: 2, distinct: 2, example: '12' },
      { name: 'attributes.a.b', type: 'keyword', records: 1, distinct: 1, example: 'x'.repeat(200) },
      { name: 'attributes.ok', type: 'boolean', records: 1, distinct: 1, example: 'true' },
      { name: 'client.ip', type: 'ip', records: 1, distinct: 1, example: '10.1.2.3' },
      { name: 'http.response.status_code', type: 'number', records: 1, distinct: 1, example: '404' },
      { name: 'labels.team', type: 'keyword', records: 1, distinct: 1, example: 'a.b' },
      { name: 'message', type: 'text', records: 1, example: 'one two' },
      { name: 'tags', type: 'keyword', records: 1, distinct: 2, example: 'b' },
    ]);
    const names = async (prefix: string) => (await scene().store.fields({ ...fieldsRequest, prefix })).fields.map(({ name }) => name);
    expect(await names('LEV')).toEqual(['log.level']);
    expect(await names('u')).toEqual(['attributes.user_id']);
    expect(await names('http.')).toEqual(['http.response.status_code']);
    expect((await scene().store.fields({ ...fieldsRequest, query: parseQuery('level:error'), limit: 2 })).fields).toHaveLength(2);
  });

  it('looks at the newest ten thousand records, and says of how many', async () => {
    const records = Array.from({ length: 10_200 }, (_, index) =>
      contractRecord(index + 1, BigInt(index), { attributes: index < 200 ? { old: 1 } : { order: index } }),
    );
    await write(records);
    const all = { ...contractSearch(), limit: 100, timeoutMs: 20_000 };
    await scene().search({ q: 'event.sequence:10200' }, 1);
    const found = await scene().store.fields(all);
    expect(found).toMatchObject({ sampled: 10_000, total: 10_200, partial: false });
    expect(found.fields.find(({ name }) => name === 'attributes.order')).toEqual({
      name: 'attributes.order',
      type: 'number',
      records: 10_000,
      example: '10199',
    });
    expect(found.fields.map(({ name }) => name)).not.toContain('attributes.old');
  }, 60_000);

  it('answers an empty store with empty lists, and an abort with an error', async () => {
    const { store } = scene();
    const fields = ['log.level', 'attributes.none'];
    const empty = { values: [], other: 0, distinct: 0, missing: 0, exact: true };
    expect(await store.facets(request({ fields }))).toEqual({
      facets: fields.map((field) => ({ field, ...empty })),
      total: 0,
      partial: false,
      warnings: [],
    });
    expect(await store.fields({ ...contractSearch(), limit: 10 })).toEqual({
      fields: [],
      sampled: 0,
      total: 0,
      partial: false,
      warnings: [],
    });
    await expect(store.facets(request({ fields, signal: AbortSignal.abort() }))).rejects.toThrow(/abort/i);
  });
}

import type { Client, estypes } from '@elastic/elasticsearch';
import fc from 'fast-check';
import { DiscoverLinks, savedObjects, type SavedObject } from '#libs/kibana';
import { parseQuery } from '#libs/query';
import { flatten, LEVELS } from '#libs/record';
import rison from 'rison-node';
import { containerRecords } from './support/container-records.js';
import { describeWithElasticsearch, elasticsearchUrl } from './support/elasticsearch.js';
import { elasticsearchScene, type ElasticsearchScene } from './support/elasticsearch-store.js';
import {
  type Asked,
  type Dsl,
  discoverBody,
  type FieldTypes,
  kuery,
  lensAggregations,
  otherBucket,
  whole,
} from './support/kibana-requests.js';

/**
 * Kibana cannot be run without its image. What it asks for is written down in its source: these tests ask the same of a real
 * Elasticsearch, about real records written by the store.
 */
const NOW_MS = Date.now();
const iso = (ms: number): string => new Date(ms).toISOString();
const RANGE = { from: iso(NOW_MS - 3_600_000), to: iso(NOW_MS + 60_000) };

/** What Discover's logs profile reads, in its order: level badge, content, resource badges. */
const LEVEL_FIELD = 'log.level';
const CONTENT_FIELDS = ['message', 'error.message', 'event.original'];
const RESOURCE_FIELDS = ['service.name', 'container.name', 'host.name', 'container.id'];
/** Base names by which Kibana takes an index for logs. */
const LOG_BASE_NAMES = /^(?:logs?|logstash|auditbeat|filebeat|winlogbeat)(?:[-.]|$)/;

const records = containerRecords(NOW_MS);
const ago = (seconds: number): string => iso(NOW_MS - seconds * 1_000);

describe('what Discover shows without being told', () => {
  it('takes our indices for logs by their name', () => {
    const title = String(savedObjects('logs-logweir*')[0]?.attributes['title']);
    expect(title).toMatch(LOG_BASE_NAMES);
    expect('docker-logs-2026.11.21').not.toMatch(LOG_BASE_NAMES);
  });

  it('finds a content, and what the record comes from, in every record', () => {
    for (const record of records) {
      const flat = flatten(record);
      expect(CONTENT_FIELDS.filter((field) => typeof flat[field] === 'string')).toContain('message');
      expect(RESOURCE_FIELDS.filter((field) => typeof flat[field] !== 'string')).toEqual([]);
      expect(flat['container.name']).not.toMatch(/^\//);
    }
  });

  it('finds a level that it has a badge for wherever the line tells one', () => {
    const levels = records.map((record) => flatten(record)[LEVEL_FIELD]).filter((level) => level !== undefined);
    expect(levels.length).toBeGreaterThanOrEqual(records.length - 4);
    for (const level of levels) expect(LEVELS).toContain(level);
  });
});

/** Queries of every kind, and those of them that find nothing here. */
const QUERIES = [
  'refused',
  '"connection refused"',
  'user-id',
  'refus*',
  '/api/v1/*',
  '서버*',
  'level:ERROR',
  'level >= warn',
  'level > fatal',
  '-level:debug',
  'service:null',
  'service:check*',
  'service:*out and not level:info',
  'container:(web-1 or api-1) level:error',
  'service > checkout',
  'http.response.status_code >= 404.5',
  'http.response.status_code:404',
  'http.response.status_code:404.5',
  'duration > 1s',
  'client.ip:10.0.0.0/8',
  'client.ip:fe80::1',
  'client.ip > 10.0.0.9',
  'url.path:/api*',
  'url.path:*users*',
  'url.path:"/"',
  'url.path:/\\/api.*/',
  'user_id:7',
  'user_id:abc',
  'user_id >= 7',
  'user_id:*',
  'user_id:null',
  'region:eu*',
  'labels.team:red',
  'labels.team:re*',
  'tags:a',
  'error.type:TypeError',
  'error.stack_trace:"at pay"',
  'message:/refus.d/',
  'user*:7',
  'level:error or user_id:abc',
  'not (level:error or refused)',
  '@timestamp > now-1h',
  `@timestamp >= ${ago(64).slice(0, 19)} @timestamp < ${ago(60).slice(0, 19)}`,
  `event.created:${iso(NOW_MS).slice(0, 10)}`,
  'stream:stderr',
  '---',
];
const EMPTY = new Set(['level > fatal', 'service:null', 'http.response.status_code:404.5']);

describeWithElasticsearch('Kibana’s requests on a real Elasticsearch', () => {
  let scene: ElasticsearchScene;
  let client: Client;
  let types: FieldTypes;
  let caps: estypes.FieldCapsResponse;

  beforeAll(async () => {
    scene = await elasticsearchScene(elasticsearchUrl() ?? '');
    client = scene.client;
    const bulk = records.map((record, index) => `${JSON.stringify({ create: { _id: `kibana-${index}` } })}\n${JSON.stringify(record)}\n`);
    const positions = Float64Array.from(records, (_, index) => index + 1);
    const outcome = await scene.store.write({ journal: 'journal-k', bulk: Buffer.from(bulk.join('')), count: records.length, positions });
    if (outcome.stored !== records.length)
      throw new Error(`the store took ${outcome.stored} of ${records.length}: ${outcome.reason ?? ''}`);
    await client.indices.refresh({ index: scene.stream });
    // As a data view reads its fields.
    const filters = '-parent';
    const ranged = { index_filter: { range: { '@timestamp': { gte: RANGE.from, lte: RANGE.to } } } };
    caps = await client.fieldCaps({
      index: scene.stream,
      fields: '*',
      ignore_unavailable: true,
      allow_no_indices: false,
      filters,
      include_empty_fields: false,
      ...ranged,
    });
    types = new Map(Object.entries(caps.fields).map(([field, byType]) => [field, Object.keys(byType)]));
  }, 60_000);
  afterAll(() => scene.remove());

  const search = async (body: Dsl): Promise<estypes.SearchResponse<unknown, Record<string, never>>> => {
    const answer = await client.search<unknown, Record<string, never>>({ index: scene.stream, ...body });
    expect(answer._shards.failed).toBe(0);
    return answer;
  };
  const asked = (kql: string, filters: readonly Dsl[] = []): Asked => ({ query: kuery(kql, types), filters, ...RANGE });

  const charted = savedObjects('x')
    .flatMap(columnsOf)
    .map(({ sourceField }) => sourceField)
    .filter((field) => field !== '___records___');

  it('the data view’s fields: every one of a chart can be searched and aggregated', () => {
    for (const field of new Set(charted)) {
      const [capability] = Object.values(caps.fields[field] ?? {});
      expect({ field, ...capability }).toMatchObject({ field, searchable: true, aggregatable: true });
    }
    const listed = savedObjects('x').flatMap(({ attributes }) => (attributes['columns'] as string[] | undefined) ?? []);
    expect([...new Set(listed)].filter((field) => !types.has(field))).toEqual([]);
    expect(types.get('@timestamp')).toEqual(['date_nanos']);
    expect(types.get(LEVEL_FIELD)).toEqual(['keyword']);
    expect([...types.keys()]).toEqual(expect.arrayContaining(['message', 'attributes.user_id', 'user_id', ...RESOURCE_FIELDS]));
  });

  it('Discover’s documents: all of them, newest first, with every field, and the words marked', async () => {
    const { hits } = await search(discoverBody(asked('message : refused')));
    expect(hits.hits).toHaveLength(2);
    for (const { fields = {}, highlight = {}, sort } of hits.hits) {
      expect(fields).toMatchObject({
        'service.name': [expect.any(String)],
        'log.level': [expect.any(String)],
        message: [expect.stringContaining('refused')],
      });
      expect(fields['@timestamp']?.[0]).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
      expect(highlight['message']?.join()).toContain('@kibana-highlighted-field@refused@/kibana-highlighted-field@');
      expect(sort?.[0]).toMatch(/Z$/);
    }
    const all = await search(discoverBody(asked('')));
    const times = all.hits.hits.map(({ sort }) => String(sort?.[0]));
    expect(times).toEqual([...times].sort().reverse());
    expect(times).toHaveLength(records.length);
  });

  it('Discover’s histogram by level, with all other levels as one', async () => {
    const byTime = { bars: { date_histogram: { field: '@timestamp', fixed_interval: '30s', time_zone: 'Asia/Seoul', min_doc_count: 1 } } };
    const levels = { levels: { terms: { field: LEVEL_FIELD, order: { _count: 'desc' }, size: 3, shard_size: 25 }, aggs: byTime } };
    const { aggregations } = await search({ size: 0, track_total_hits: true, query: whole(asked('')), aggs: levels });
    const { buckets, sum_other_doc_count: others } = (aggregations ?? {})['levels'] as unknown as {
      readonly buckets: readonly {
        readonly key: string;
        readonly doc_count: number;
        readonly bars: { readonly buckets: readonly { readonly doc_count: number }[] };
      }[];
      readonly sum_other_doc_count: number;
    };
    expect(buckets.length).toBe(3);
    for (const { doc_count: count, bars } of buckets) expect(bars.buckets.reduce((sum, bar) => sum + bar.doc_count, 0)).toBe(count);
    const rest = await search({
      size: 0,
      query: whole(asked('')),
      aggs: otherBucket(
        LEVEL_FIELD,
        buckets.map(({ key }) => key),
        byTime,
      ),
    });
    const other = (rest.aggregations ?? {})['other-filter'] as unknown as {
      readonly buckets: Readonly<Record<string, { readonly doc_count: number }>>;
    };
    expect(other.buckets['']?.doc_count).toBe(others);
    expect(others).toBeGreaterThan(0);
  });

  it('every chart of the dashboard has an answer', async () => {
    const layers = savedObjects('x').flatMap(layersOf);
    expect(layers.length).toBe(7);
    for (const columns of layers) {
      const { aggregations } = await search({ size: 0, query: whole(asked('')), aggs: lensAggregations(columns, asked(''), types) });
      const [first] = Object.values(aggregations ?? {}) as unknown as { readonly buckets: readonly { readonly doc_count: number }[] }[];
      expect(first?.buckets.reduce((sum, { doc_count: count }) => sum + count, 0)).toBeGreaterThan(0);
    }
  });

  it.each([
    ['logweir-errors', 4],
    ['logweir-service', records.length],
    ['logweir-slow-requests', 2],
  ])('the saved search %s finds its records, in its order', async (id, count) => {
    const found = savedObjects('x').find((object) => object.id === id);
    const { sort = [], kibanaSavedObjectMeta: meta } = (found?.attributes ?? {}) as {
      sort?: [string, string][];
      kibanaSavedObjectMeta?: { searchSourceJSON: string };
    };
    const { query } = JSON.parse(meta?.searchSourceJSON ?? '') as { query: { query: string } };
    const order = sort.map(([field, direction]) => ({ [field]: { order: direction, unmapped_type: 'boolean' } }));
    const { hits } = await search({ ...discoverBody(asked(query.query)), sort: order });
    expect(hits.hits).toHaveLength(count);
  });

  /** What Kibana finds by the link, and what we find. */
  async function compare(text: string): Promise<{ readonly theirs: readonly number[]; readonly ours: readonly number[] }> {
    const query = parseQuery(text);
    const range = { fromNs: BigInt(NOW_MS - 3_600_000) * 1_000_000n, toNs: BigInt(NOW_MS + 60_000) * 1_000_000n };
    const found = await scene.store.search({ query, ...range, limit: 100, order: 'desc', timeoutMs: 10_000 });
    const { url } = new DiscoverLinks('http://kibana').link({ query, ...range, nowNs: BigInt(NOW_MS) * 1_000_000n });
    const state = rison.decode(decodeURIComponent(/&_a=(.*)$/.exec(url ?? '')?.[1] ?? '')) as LinkState;
    const filters = state.filters.map((filter) => filter.query);
    const { hits } = await search(discoverBody(asked(state.query.query, filters)));
    const theirs = hits.hits.map(({ fields }) => Number(fields?.['event.sequence']?.[0]));
    return { theirs: theirs.sort(rising), ours: found.hits.map(({ key }) => key.sequence).sort(rising) };
  }

  it.each(QUERIES)('a link for %s finds what the query finds', async (text) => {
    const { theirs, ours } = await compare(text);
    expect(theirs).toEqual(ours);
    expect(ours.length > 0).toBe(!EMPTY.has(text));
  });

  it('a link for any combination finds what the query finds', async () => {
    const { query } = fc.letrec<{ query: string }>((tie) => ({
      query: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.constantFrom(...QUERIES).map((text) => `(${text})`),
        fc.tuple(tie('query'), fc.constantFrom(' and ', ' or ', ' '), tie('query')).map(([left, by, right]) => `(${left}${by}${right})`),
        tie('query').map((inner) => `not ${inner}`),
      ),
    }));
    await fc.assert(
      fc.asyncProperty(query, async (text) => {
        const { theirs, ours } = await compare(text);
        expect({ text, found: theirs }).toEqual({ text, found: ours });
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});

const rising = (left: number, right: number): number => left - right;

interface LinkState {
  readonly query: { readonly query: string };
  readonly filters: readonly { readonly query: Dsl }[];
}

interface LensColumn {
  readonly operationType: string;
  readonly sourceField: string;
  readonly params: { readonly size?: number };
}

type Columns = readonly (readonly [id: string, column: LensColumn])[];

function layersOf({ type, attributes }: SavedObject): Columns[] {
  if (type !== 'dashboard') return [];
  const panels = JSON.parse(String(attributes['panelsJSON'])) as {
    embeddableConfig: {
      attributes?: { state: { datasourceStates: { formBased: { layers: Record<string, { columns: Record<string, LensColumn> }> } } } };
    };
  }[];
  return panels.flatMap(({ embeddableConfig }) =>
    Object.values(embeddableConfig.attributes?.state.datasourceStates.formBased.layers ?? {}).map(({ columns }) => Object.entries(columns)),
  );
}

function columnsOf(object: SavedObject): LensColumn[] {
  return layersOf(object).flatMap((columns) => columns.map(([, column]) => column));
}

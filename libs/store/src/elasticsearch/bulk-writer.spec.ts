import { jest } from '@jest/globals';
import { describeWithElasticsearch, elasticsearchUrl } from '../../../../test/support/elasticsearch.js';
import { elasticsearchScene, type ElasticsearchScene } from '../../../../test/support/elasticsearch-store.js';
import { StreamLayout } from './layout.js';
import { indexTemplates } from './template.js';
import { BASE_NS, contractBatch, contractRecord, contractSearch, formatNs, type Source } from '../records.contract.js';

// Every test makes and drops a stream, on a server that others load as well.
jest.setTimeout(30_000);

const CLEAN = { stored: 0, duplicate: 0, rejected: [], retry: [], expired: 0 };
const records = (from: number, to: number): Source[] =>
  Array.from({ length: to - from + 1 }, (_, index) =>
    contractRecord(from + index, BigInt(from + index), { message: `line ${from + index}` }),
  );

describeWithElasticsearch('writing to Elasticsearch', () => {
  let scene: ElasticsearchScene;

  beforeEach(async () => {
    scene = await elasticsearchScene(elasticsearchUrl() ?? '');
  });

  afterEach(() => scene.remove());

  /** Sequences of everything stored, in all backing indices, copies as well. */
  async function stored(): Promise<unknown[]> {
    await scene.client.indices.refresh({ index: scene.stream, ignore_unavailable: true });
    const answer = await scene.client.search<{ event: { sequence: number } }>({ index: scene.stream, size: 1_000, sort: 'event.sequence' });
    return answer.hits.hits.map((hit) => hit._source?.event.sequence);
  }

  const backingIndices = async () =>
    (await scene.client.indices.getDataStream({ name: scene.stream })).data_streams[0]?.indices.map((index) => index.index_name) ?? [];

  it('gives the write index as the mark, and nothing before the stream exists', async () => {
    expect(await scene.store.mark()).toBe('');
    await scene.store.write(contractBatch(records(1, 1)));
    expect([await scene.store.mark()]).toEqual(await backingIndices());
  });

  it('counts another sender’s copies as duplicates and its own repeats as stored', async () => {
    await scene.store.write(contractBatch(records(1, 3)));
    expect(await scene.store.write(contractBatch(records(2, 5)))).toEqual({ ...CLEAN, stored: 2, duplicate: 2 });
    const mark = await scene.store.mark();
    expect(await scene.store.write(contractBatch(records(1, 6), 'journal-1', mark))).toEqual({ ...CLEAN, stored: 6 });
    expect(await stored()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it.each([
    ['the stream existed', true],
    ['the stream was made by the first try', false],
  ])('stores nothing twice when the stream rolls over between two tries and %s', async (_, existed) => {
    if (existed) await scene.store.write(contractBatch(records(100, 100)));
    const mark = await scene.store.mark();
    await scene.store.write(contractBatch(records(1, 20)));
    await scene.client.indices.rollover({ alias: scene.stream });
    await scene.client.indices.rollover({ alias: scene.stream });
    const again = await scene.store.write(contractBatch(records(1, 30), 'journal-1', mark));
    expect(again).toEqual({ ...CLEAN, stored: 30 });
    expect((await stored()).filter((sequence) => sequence !== 100)).toEqual(records(1, 30).map((_record, index) => index + 1));
  });

  it('takes copies back when a rollover that was due happens with the second try itself', async () => {
    const mark = await scene.store.mark();
    await scene.store.write(contractBatch(records(1, 10)));
    await scene.client.indices.rollover({ alias: scene.stream, lazy: true });
    expect(await scene.store.write(contractBatch(records(1, 15), 'journal-1', mark))).toEqual({ ...CLEAN, stored: 15 });
    expect(await backingIndices()).toHaveLength(2);
    expect(await stored()).toEqual(records(1, 15).map((_record, index) => index + 1));
    expect(scene.counts.get('copy_removed')).toBe(10);
  });

  it('takes back what an attempt that broke off had left twice', async () => {
    const mark = await scene.store.mark();
    await scene.store.write(contractBatch(records(1, 5)));
    await scene.client.indices.rollover({ alias: scene.stream });
    await scene.client.create({ index: scene.stream, id: 'journal-1-3', document: contractRecord(3, 3n) });
    expect(await scene.store.write(contractBatch(records(1, 5), 'journal-1', mark))).toEqual({ ...CLEAN, stored: 5 });
    expect(await stored()).toEqual([1, 2, 3, 4, 5]);
  });

  it('finds a number and a text under the same attribute, by the twin of the type that came second', async () => {
    const batch = [12, 'abc', '13'].map((user, index) => contractRecord(index + 1, BigInt(index), { attributes: { user_id: user } }));
    expect(await scene.store.write(contractBatch(batch))).toEqual({ ...CLEAN, stored: 3 });
    await scene.client.indices.refresh({ index: scene.stream });
    const count = async (query: object) => (await scene.client.count({ index: scene.stream, query })).count;
    expect(await count({ term: { user_id: 12 } })).toBe(1);
    expect(await count({ term: { 'attributes.user_id.as_text': 'abc' } })).toBe(1);
    expect(await count({ range: { 'attributes.user_id': { gte: 12 } } })).toBe(2);
  });

  it.each([
    ['an attribute without a name', { attributes: { '': 1, kept: 'x' } }],
    ['a label with a NUL in its name', { labels: { 'a\0b': 'c' }, attributes: { kept: 'x' } }],
    ['a container label with a NUL in its name', { container: { name: 'web-1', labels: { 'a\0b': 'c' } } }],
  ])('keeps a record with %s, and gives its fields back', async (_, fields) => {
    const record = contractRecord(2, 2n, { message: 'odd one', ...fields });
    const batch = [...records(1, 1), record, ...records(3, 3)];
    expect(await scene.store.write(contractBatch(batch))).toEqual({ ...CLEAN, stored: 3 });
    await scene.client.indices.refresh({ index: scene.stream });
    const key = { timestampNs: String(BASE_NS + 2n), sequence: 2, node: 'node-a1b2' };
    expect(await scene.store.get(key)).toEqual({ ...record, '@timestamp': formatNs(BASE_NS + 2n) });
    expect(scene.counts.get('attributes_folded')).toBe(1);
  });

  it('returns of a folded record only the fields that were asked for', async () => {
    const fields = { message: 'odd one', attributes: { '': 1, zone: 'eu' } };
    await scene.store.write(contractBatch([contractRecord(1, 1n, fields)]));
    await scene.client.indices.refresh({ index: scene.stream });
    const { hits } = await scene.store.search(contractSearch({ q: 'odd', fields: ['attributes.zone'] }));
    expect(hits[0]?.record).toEqual({ '@timestamp': formatNs(BASE_NS + 1n), attributes: { zone: 'eu' } });
  });

  it('finds a record whose attributes are named like parts of JavaScript', async () => {
    const attributes = JSON.parse('{"__proto__": "x", "constructor": "y", "constructor.prototype": "z"}') as Source;
    const record = contractRecord(1, 1n, { attributes });
    expect(await scene.store.write(contractBatch([record]))).toEqual({ ...CLEAN, stored: 1 });
    await scene.client.indices.refresh({ index: scene.stream });
    const { hits } = await scene.store.search(contractSearch({ q: 'attributes.constructor:y' }));
    expect(JSON.stringify(hits[0]?.record['attributes'])).toBe(JSON.stringify(attributes));
  });

  it('rejects alone, with the root cause, what stays refused', async () => {
    const bad = { ...contractRecord(2, 2n, { attributes: { a: 1 } }), '@timestamp': 'yesterday' };
    const outcome = await scene.store.write(contractBatch([...records(1, 1), bad, ...records(3, 3)]));
    expect(outcome).toMatchObject({ ...CLEAN, stored: 2, rejected: [{ index: 1, type: 'document_parsing_exception' }] });
    expect(outcome.rejected[0]?.reason).toMatch(/failed to parse date field \[yesterday\]/);
  });

  it('rejects alone a record whose action line would cost the whole request', async () => {
    const good = contractBatch(records(1, 2)).bulk.toString();
    const bulk = Buffer.from(`${good}{"create":{"_id":"${'x'.repeat(513)}"}}\n{"@timestamp":"2026-11-21T00:00:00Z"}\n`);
    const outcome = await scene.store.write({ journal: 'j', bulk, count: 3, positions: Float64Array.of(1, 2, 3) });
    expect(outcome).toMatchObject({ stored: 2, rejected: [{ index: 2, type: 'malformed_action' }], retry: [] });
  });

  it('rejects what a failure store that somebody switched on swallowed', async () => {
    const [template] = indexTemplates({ namespace: scene.namespace, retentionDays: 14 }, new StreamLayout(scene.namespace, false));
    const ours = template?.body as { readonly template: object };
    const body = { ...ours, template: { ...ours.template, data_stream_options: { failure_store: { enabled: true } } } };
    await scene.client.transport.request({ method: 'PUT', path: `/_index_template/logweir-${scene.namespace}`, body });
    const bad = { ...contractRecord(2, 2n), '@timestamp': 'yesterday' };
    const outcome = await scene.store.write(contractBatch([...records(1, 1), bad]));
    expect(outcome).toMatchObject({ stored: 1, rejected: [{ index: 1, type: 'failure_store' }] });
  });

  it('writes the template again when it is gone, instead of making a plain index', async () => {
    await scene.client.indices.deleteIndexTemplate({ name: `logweir-${scene.namespace}` });
    const first = await scene.store.write(contractBatch(records(1, 2)));
    expect(first).toMatchObject({ stored: 0, retry: [0, 1], reason: expect.stringMatching(/template is missing/) });
    expect(await scene.store.write(contractBatch(records(1, 2), 'journal-1', ''))).toMatchObject({ stored: 2, retry: [] });
    expect(await backingIndices()).toHaveLength(1);
  });
});

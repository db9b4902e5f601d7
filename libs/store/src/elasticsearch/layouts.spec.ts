import { jest } from '@jest/globals';
import { withDataset } from '../../../../test/support/datasets.js';
import { describeWithElasticsearch, elasticsearchUrl } from '../../../../test/support/elasticsearch.js';
import { elasticsearchScene, type ElasticsearchScene, type StoreWords } from '../../../../test/support/elasticsearch-store.js';
import { startFaultProxy, type FaultProxy } from '../../../../test/support/fault-proxy.js';
import type { WriteBatch } from '../log-store.js';
import {
  BASE_NS,
  CONTRACT_NOW_MS,
  contractBatch,
  contractRecord,
  contractSearch,
  DAY_NS,
  formatNs,
  PEOPLE,
  QUERIES,
} from '../records.contract.js';
import { StreamLayout } from './layout.js';
import { indexTemplates } from './template.js';

// Every test makes and drops indices, on a server that others load as well.
jest.setTimeout(30_000);

const INDEX = 'docker-{namespace}-{yyyy.MM.dd}';
const url = elasticsearchUrl() ?? '';

let proxy: FaultProxy;
let scene: ElasticsearchScene;

async function open(words: StoreWords): Promise<void> {
  proxy = await startFaultProxy(url);
  scene = await elasticsearchScene(url, { nodes: [proxy.url], now: () => CONTRACT_NOW_MS, ...words });
}

async function close(): Promise<void> {
  await scene.remove();
  await proxy.close();
}

describeWithElasticsearch('a plain index a day', () => {
  beforeEach(() => open({ index: INDEX }));
  afterEach(close);

  const day = (date: string) => `docker-${scene.namespace}-${date}`;
  const today = [1, 2, 3].map((sequence) => contractRecord(sequence, BigInt(sequence)));
  const late = [4, 5].map((sequence) => contractRecord(sequence, BigInt(sequence) - 3n * DAY_NS));
  const expected = () => [
    ...[4, 5].map((sequence) => [day('2026.11.18'), sequence]),
    ...[1, 2, 3].map((sequence) => [day('2026.11.21'), sequence]),
  ];

  it('takes records of several days in one request, each in the index of its UTC day', async () => {
    expect(await scene.store.write(contractBatch([...today, ...late]))).toMatchObject({ stored: 5, retry: [] });
    expect(proxy.seen).toHaveLength(1);
    expect(await scene.stored()).toEqual(expected());
  });

  it.each(['cut before', 'cut after'] as const)('stores once what it is sent again because a connection was %s', async (fault) => {
    const mark = await scene.store.mark();
    proxy.fault = fault;
    expect((await scene.store.write(contractBatch([...today, ...late]))).retry).toHaveLength(5);
    proxy.fault = 'none';
    expect(await scene.store.write(contractBatch([...today, ...late], 'journal-1', mark))).toMatchObject({
      stored: 5,
      duplicate: 0,
      retry: [],
    });
    expect(await scene.stored()).toEqual(expected());
  });

  it('knows another sender’s copy for a duplicate, however much later it comes', async () => {
    await scene.store.write(contractBatch(late));
    expect(await scene.store.write(contractBatch([...today, ...late]))).toMatchObject({ stored: 3, duplicate: 2 });
    expect(await scene.stored()).toEqual(expected());
  });

  it('finds with every query what it means, over days whose indices disagree about the type of a field', async () => {
    const spread = PEOPLE.map((record, at) => ({ ...record, '@timestamp': formatNs(BASE_NS + BigInt(at) - BigInt(at % 3) * DAY_NS) }));
    expect(await scene.store.write(contractBatch(spread))).toMatchObject({ stored: spread.length, retry: [] });
    await scene.stored();
    const found = await Promise.all(
      QUERIES.map(async ([q]) => {
        const { hits, warnings } = await scene.store.search(contractSearch({ q }));
        return [q, hits.map((hit) => hit.key.sequence).toSorted((a, b) => a - b), warnings];
      }),
    );
    expect(found).toEqual(QUERIES.map(([q, sequences]) => [q, sequences, []]));
    const histogram = await scene.store.histogram({ ...contractSearch(), intervalMs: 86_400_000, by: 'attributes.user_id' });
    expect(histogram).toMatchObject({ total: spread.length, partial: false });
  });

  it('has our template and no data stream', async () => {
    await scene.store.write(contractBatch(today));
    const found = await scene.client.indices.get({ index: day('2026.11.21') });
    const { mappings, settings } = found[day('2026.11.21')] ?? {};
    expect(mappings).toMatchObject({ _meta: { managed_by: 'logweir' }, properties: { '@timestamp': { type: 'date_nanos' } } });
    expect(mappings?.properties).not.toHaveProperty('data_stream');
    expect(settings?.index).toMatchObject({ codec: 'best_compression', mapping: { source: { mode: 'stored' } } });
  });

  it('writes its template again before the next index, when somebody deleted it', async () => {
    await scene.store.write(contractBatch(today));
    await scene.client.indices.deleteIndexTemplate({ name: `logweir-days-${scene.namespace}` });
    await scene.store.write(contractBatch(late));
    const mapping = await scene.client.indices.getFieldMapping({ index: day('2026.11.18'), fields: '@timestamp' });
    expect(mapping[day('2026.11.18')]?.mappings['@timestamp']?.mapping).toMatchObject({ '@timestamp': { type: 'date_nanos' } });
  });

  describe('beside indices that others made under such a name', () => {
    const foreign = { '@timestamp': '2026-11-21T00:00:00Z', message: 'from Logstash' };

    beforeEach(async () => {
      // As from before our template, which would mark them.
      const body = { mappings: { _meta: { managed_by: 'logstash' } } };
      for (const date of ['2026.11.21', '2026.11.01', '2026.11.01-old']) {
        await scene.client.transport.request({ method: 'PUT', path: `/${day(date)}`, body });
        await scene.client.index({ index: day(date), document: foreign, refresh: true });
      }
    });

    it('waits rather than mixing its fields with theirs, and says what to do', async () => {
      const outcome = await scene.store.write(contractBatch([...late, ...today]));
      const reason = expect.stringMatching(
        /2026\.11\.21 was not made by Logweir.*delete or rename it, or change LOGWEIR_ELASTICSEARCH_INDEX/,
      );
      expect(outcome).toMatchObject({ stored: 0, retry: [0, 1, 2, 3, 4], reason });
      expect(await scene.store.health()).toMatchObject({ ok: false, reason });
      await scene.client.indices.delete({ index: day('2026.11.21') });
      expect(await scene.store.write(contractBatch([...late, ...today], 'journal-1', ''))).toMatchObject({ stored: 5, retry: [] });
    });

    it('shows none of their documents, and leaves them when days are dropped', async () => {
      await scene.store.write(contractBatch(late));
      expect((await scene.store.search(contractSearch())).hits).toEqual([]);
      await scene.store.dropBefore('2026-11-20');
      const left = await scene.client.indices.get({ index: day('*'), filter_path: '*.settings.index.uuid' });
      expect(Object.keys(left).toSorted()).toEqual([day('2026.11.01'), day('2026.11.01-old'), day('2026.11.21')]);
    });
  });
});

describeWithElasticsearch('a data stream for each dataset', () => {
  beforeEach(() => open({ datasets: true }));
  afterEach(close);

  const of = (dataset: string) => `logs-logweir.${dataset}-${scene.namespace}`;

  /** Records 1 to 6: two of dataset a, two of b, two of none. */
  function batch(since?: string, journal = 'journal-1'): WriteBatch {
    const plain = contractBatch(
      [1, 2, 3, 4, 5, 6].map((sequence) => contractRecord(sequence, BigInt(sequence))),
      journal,
      since,
    );
    const lines = plain.bulk.toString().split('\n');
    for (const [at, dataset] of [
      [1, 'a'],
      [3, 'a'],
      [5, 'b'],
      [7, 'b'],
    ] as const)
      lines[at] = withDataset(lines[at] ?? '', `logweir.${dataset}`);
    return { ...plain, bulk: Buffer.from(lines.join('\n')) };
  }

  const expected = () => [1, 2, 3, 4, 5, 6].map((sequence) => [[of('a'), of('b'), scene.stream][Math.ceil(sequence / 2) - 1], sequence]);

  it('takes them in one request, and the documents agree with their stream', async () => {
    expect(await scene.store.write(batch())).toMatchObject({ stored: 6, retry: [] });
    expect(proxy.seen).toHaveLength(1);
    expect(await scene.stored()).toEqual(expected());
    const { hits } = await scene.client.search<{ data_stream?: { dataset: string } }>({ index: of('a') });
    expect(hits.hits.map((hit) => hit._source?.data_stream?.dataset)).toEqual(['logweir.a', 'logweir.a']);
  });

  it.each([
    ['existed', true],
    ['were made by the first try', false],
  ])('stores nothing twice when one of them rolls over between two tries, and the streams %s', async (_, existed) => {
    if (existed) await scene.store.write(batch(undefined, 'journal-0'));
    const mark = await scene.store.mark();
    expect(mark.split(',').filter((name) => name !== '')).toHaveLength(existed ? 3 : 0);
    proxy.fault = 'cut after';
    expect((await scene.store.write(batch())).retry).toHaveLength(6);
    await scene.client.indices.rollover({ alias: of('b') });
    await scene.client.indices.rollover({ alias: scene.stream, lazy: true });
    proxy.fault = 'none';
    expect(await scene.store.write(batch(mark))).toMatchObject({ stored: 6, duplicate: 0, retry: [] });
    const copies = existed ? 2 : 1;
    expect(await scene.stored()).toEqual(expected().flatMap((entry) => Array.from({ length: copies }, () => entry)));
  });

  it('rejects alone what one of them refuses', async () => {
    const broken = batch();
    const bulk = Buffer.from(broken.bulk.toString().replace('"@timestamp":"2026-11-21', '"@timestamp":"yesterday'));
    expect(await scene.store.write({ ...broken, bulk })).toMatchObject({ stored: 5, rejected: [{ index: 0 }], retry: [] });
  });

  it('finds a place for records of a journal from before, when datasets are off', async () => {
    const off = await elasticsearchScene(url, { start: false });
    const [home] = indexTemplates({ namespace: off.namespace, retentionDays: 14 }, new StreamLayout(off.namespace, false));
    // What a constant that does not agree does on a full Elasticsearch: the document is refused.
    const body = JSON.parse(
      JSON.stringify(home?.body).replace('{"type":"constant_keyword","value":"logweir"}', '{"type":"long","ignore_malformed":false}'),
    ) as object;
    await off.client.transport.request({
      method: 'PUT',
      path: `/_index_template/${home?.name}`,
      body: { ...body, _meta: { version: 99 } },
    });
    await off.store.start();
    expect(await off.store.write(batch())).toMatchObject({ stored: 6, rejected: [], retry: [] });
    const streams = (await off.stored()).map(([stream]) => stream.replace(off.namespace, 'x'));
    expect(streams).toEqual(['a', 'a', 'b', 'b'].map((name) => `logs-logweir.${name}-x`).concat('logs-logweir-x', 'logs-logweir-x'));
    await off.remove();
  });

  it('drops old backing indices of each stream', async () => {
    await scene.store.write(batch());
    for (const stream of [of('a'), scene.stream]) await scene.client.indices.rollover({ alias: stream });
    await scene.client.indices.refresh({ index: `logs-logweir*-${scene.namespace}` });
    await scene.store.dropBefore('2026-11-22');
    expect(await scene.stored()).toEqual([3, 4].map((sequence) => [of('b'), sequence]));
  });
});

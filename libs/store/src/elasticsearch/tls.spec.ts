import { jest } from '@jest/globals';
import { describeWithElasticsearch, elasticsearchUrl } from '../../../../test/support/elasticsearch.js';
import { elasticsearchScene } from '../../../../test/support/elasticsearch-store.js';
import { startTlsProxy, type TlsProxy } from '../../../../test/support/tls-proxy.js';
import { contractBatch, contractRecord } from '../records.contract.js';

jest.setTimeout(30_000);

describeWithElasticsearch('Elasticsearch behind TLS', () => {
  const url = elasticsearchUrl() ?? '';
  const batch = contractBatch([contractRecord(1, 1n)]);
  let proxy: TlsProxy;

  beforeAll(async () => {
    proxy = await startTlsProxy(url);
  });

  afterAll(() => proxy.close());

  it('is trusted by the authority that we were given, for templates, records and health', async () => {
    const { store, remove } = await elasticsearchScene(url, { nodes: [proxy.url], ca: proxy.ca });
    expect(await store.write(batch)).toMatchObject({ stored: 1, retry: [] });
    expect(await store.health()).toEqual({ ok: true, reason: '' });
    expect(proxy.connections()).toBeGreaterThan(0);
    await remove();
  });

  it.each([
    ['an unknown authority', () => proxy.url, undefined, /unable to verify/],
    ['a certificate for another name', () => `https://127.0.0.1:${proxy.port}`, () => proxy.ca, /altnames/],
  ])('is sent nothing with %s, and the reason says so', async (_, node, ca, reason) => {
    const { store, client, stream, remove } = await elasticsearchScene(url, { nodes: [node()], ...(ca && { ca: ca() }) });
    expect(await store.write(batch)).toMatchObject({ stored: 0, retry: [0], reason: expect.stringMatching(reason) });
    expect(await store.health()).toMatchObject({ ok: false, reason: expect.stringMatching(reason) });
    if (ca === undefined) expect(await store.health()).toMatchObject({ reason: expect.stringMatching(/LOGWEIR_ELASTICSEARCH_CA_FILE/) });
    expect(await client.indices.exists({ index: stream })).toBe(false);
    await remove();
  });

  it('falls over at once to the next node, as nothing was sent', async () => {
    const { store, remove } = await elasticsearchScene(url, { nodes: [proxy.url, url] });
    for (let round = 0; round < 2; round += 1) {
      expect(await store.write(contractBatch([contractRecord(round + 1, 1n)]))).toMatchObject({ stored: 1, retry: [] });
    }
    await remove();
  });
});

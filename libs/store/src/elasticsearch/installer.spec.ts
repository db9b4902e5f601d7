import { jest } from '@jest/globals';
import { describeWithElasticsearch, elasticsearchUrl } from '../../../../test/support/elasticsearch.js';
import { elasticsearchScene, type ElasticsearchScene } from '../../../../test/support/elasticsearch-store.js';
import { contractBatch, contractRecord } from '../records.contract.js';
import { StreamLayout } from './layout.js';
import { indexTemplates, TEMPLATE_VERSION } from './template.js';

// Every test makes and drops a stream, on a server that others load as well.
jest.setTimeout(30_000);

describeWithElasticsearch('the index template', () => {
  const url = elasticsearchUrl() ?? '';
  let scene: ElasticsearchScene;

  beforeEach(async () => {
    scene = await elasticsearchScene(url);
  });

  afterEach(() => scene.remove());

  const ours = () => indexTemplates({ namespace: scene.namespace, retentionDays: 14 }, new StreamLayout(scene.namespace, false))[0]?.body;
  const name = () => `logweir-${scene.namespace}`;

  async function put(body: object): Promise<void> {
    await scene.client.transport.request({ method: 'PUT', path: `/_index_template/${name()}`, body });
  }

  async function version(): Promise<unknown> {
    const answer = await scene.client.indices.getIndexTemplate({ name: name() });
    return answer.index_templates[0]?.index_template._meta?.['version'];
  }

  /** A second node with the same namespace starts. */
  async function startAnother(retentionDays = 14): Promise<ReadonlyMap<string, number>> {
    const another = await elasticsearchScene(url, { namespace: scene.namespace, retentionDays });
    await another.store.close();
    await another.client.close();
    return another.counts;
  }

  it('is written once, however many nodes start', async () => {
    expect((await startAnother()).get('template_installed')).toBeUndefined();
    expect(await version()).toBe(TEMPLATE_VERSION);
  });

  it('is left alone when a newer Logweir wrote it', async () => {
    await put({ ...ours(), _meta: { version: 99 } });
    expect((await startAnother()).get('template_installed')).toBeUndefined();
    expect(await version()).toBe(99);
  });

  it('replaces an older one, and the stream takes it over with its next record', async () => {
    await scene.store.write(contractBatch([contractRecord(1, 1n)]));
    await put({ ...ours(), _meta: { version: 0 } });
    await startAnother();
    expect(await version()).toBe(TEMPLATE_VERSION);
    const before = await scene.store.mark();
    await scene.store.write(contractBatch([contractRecord(2, 2n)]));
    expect(await scene.store.mark()).not.toBe(before);
  });

  it('of a newer Logweir is spoken of once, and its settings are not ours to change', async () => {
    await put({ ...ours(), _meta: { version: 99 } });
    const lines: string[] = [];
    const another = await elasticsearchScene(url, {
      namespace: scene.namespace,
      retentionDays: 30,
      shape: { shards: 2 },
      log: (_, message) => lines.push(message),
    });
    await another.store.write(contractBatch([contractRecord(1, 1n)]));
    expect(lines.filter((line) => /has version 99, ours is \d+: a newer Logweir wrote it/.test(line))).toHaveLength(1);
    expect(await version()).toBe(99);
    await another.store.close();
    await another.client.close();
  });

  it('gives new indices the shape that was asked for, and existing streams with their next record', async () => {
    await scene.store.write(contractBatch([contractRecord(1, 1n)]));
    const shape = { mode: 'logsdb', codec: 'default', shards: 2, replicas: 0 } as const;
    const another = await elasticsearchScene(url, { namespace: scene.namespace, shape });
    await another.store.write(contractBatch([contractRecord(2, 2n)]));
    const index = (await another.store.mark()).split(',')[0] ?? '';
    const settings = (await scene.client.indices.getSettings({ index }))[index]?.settings?.index;
    expect(settings).toMatchObject({ mode: 'logsdb', codec: 'default', number_of_shards: '2', number_of_replicas: '0' });
    expect(settings?.mapping?.source?.mode).toBe('stored');
    expect((await scene.stored()).map(([, sequence]) => sequence)).toEqual([1, 2]);
    await another.store.close();
    await another.client.close();
  });

  it('takes over a changed retention', async () => {
    await startAnother(30);
    const answer = await scene.client.indices.getIndexTemplate({ name: name() });
    expect(answer.index_templates[0]?.index_template.template?.lifecycle?.data_retention).toBe('30d');
  });

  it('sends nothing while another template with a higher priority maps the stream, and says which', async () => {
    const rival = `rival-${scene.namespace}`;
    const body = { index_patterns: [`${scene.stream}*`], priority: 900, data_stream: {} };
    await scene.client.transport.request({ method: 'PUT', path: `/_index_template/${rival}`, body });
    const message = expect.stringMatching(/overrides ours for logs-logweir-.*@timestamp \(date_nanos\)/);
    const another = await elasticsearchScene(url, { namespace: scene.namespace });
    expect(await another.store.health()).toMatchObject({ ok: false, reason: message });
    expect(await another.store.write(contractBatch([contractRecord(1, 1n)]))).toMatchObject({ stored: 0, retry: [0], reason: message });
    await another.store.close();
    await another.client.close();
    await scene.client.indices.deleteIndexTemplate({ name: rival });
  });
});

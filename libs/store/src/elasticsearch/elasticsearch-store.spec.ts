import { describeWithElasticsearch, elasticsearchUrl } from '../../../../test/support/elasticsearch.js';
import { type ElasticsearchScene, elasticsearchScene } from '../../../../test/support/elasticsearch-store.js';
import { eventually } from '../../../../test/support/eventually.js';
import { spreadOverDatasets } from '../../../../test/support/datasets.js';
import { describeLargeAnswers } from '../answer-size.contract.js';
import type { ExportChunk } from '../export.js';
import { describeLogStore } from '../log-store.contract.js';
import { CONTRACT_NOW_MS, contractBatch, contractRecord, contractSearch } from '../records.contract.js';

const url = elasticsearchUrl() ?? '';

describeWithElasticsearch('ElasticsearchStore', () => {
  describeLogStore('ElasticsearchStore', async (now) => {
    const { store, refresh, remove } = await elasticsearchScene(url, { now });
    return { store, expires: false, refresh, remove };
  });

  describeLogStore('ElasticsearchStore with datasets, over which every batch is spread,', async (now) => {
    const { store, refresh, remove } = await elasticsearchScene(url, { now, datasets: true });
    return { store: spreadOverDatasets(store), expires: false, refresh, remove };
  });

  describeLogStore('ElasticsearchStore with a plain index a day', async (now) => {
    const { store, refresh, remove } = await elasticsearchScene(url, { now, index: 'docker-{namespace}-{yyyy.MM.dd}' });
    return { store, expires: true, refresh, remove };
  });

  describeLargeAnswers('ElasticsearchStore', async (count) => {
    const { store, refresh, remove } = await elasticsearchScene(url, { now: () => CONTRACT_NOW_MS, count });
    return { store, reading: async () => refresh().then(() => store), remove };
  });

  describe('an export that is left before its end', () => {
    let scene: ElasticsearchScene;
    beforeEach(async () => (scene = await elasticsearchScene(url, { now: () => CONTRACT_NOW_MS })));
    afterEach(() => scene.remove());

    /** Of this server, whoever opened them. */
    const openContexts = async (): Promise<number> => {
      const { nodes } = await scene.client.nodes.stats({ metric: 'indices', index_metric: 'search' });
      return Object.values(nodes).reduce((sum, { indices }) => sum + (indices?.search?.open_contexts ?? 0), 0);
    };

    it.each([
      ['nobody asks for more', async (chunks: AsyncIterator<ExportChunk>) => void (await chunks.return?.())],
      [
        'its client goes away',
        async (chunks: AsyncIterator<ExportChunk>, client: AbortController) => {
          client.abort(new Error('gone'));
          await expect(chunks.next()).rejects.toThrow('aborted');
        },
      ],
    ])('keeps nothing open in the server when %s', async (_, leave) => {
      const records = Array.from({ length: 1_500 }, (__, at) => contractRecord(at + 1, BigInt(at)));
      await scene.store.write(contractBatch(records));
      await scene.client.indices.refresh({ index: scene.stream });
      const { query, fromNs, toNs } = contractSearch();
      const client = new AbortController();
      const chunks = scene.store
        .export({ query, fromNs, toNs, format: 'ndjson', order: 'asc', signal: client.signal })
        [Symbol.asyncIterator]();
      expect((await chunks.next()).value).toMatchObject({ records: 1_000 });
      expect(await openContexts()).toBeGreaterThan(0);
      await leave(chunks, client);
      await eventually(async () => expect(await openContexts()).toBe(0));
    });
  });
});

import { describeWithElasticsearch, elasticsearchUrl } from '../../../../test/support/elasticsearch.js';
import { elasticsearchScene } from '../../../../test/support/elasticsearch-store.js';
import { spreadOverDatasets } from '../../../../test/support/datasets.js';
import { describeLogStore } from '../log-store.contract.js';

const url = elasticsearchUrl() ?? '';

describeWithElasticsearch('ElasticsearchStore', () => {
  describeLogStore('ElasticsearchStore', async (now) => {
    const { store, remove } = await elasticsearchScene(url, { now });
    return { store, expires: false, remove };
  });

  describeLogStore('ElasticsearchStore with datasets, over which every batch is spread,', async (now) => {
    const { store, remove } = await elasticsearchScene(url, { now, datasets: true });
    return { store: spreadOverDatasets(store), expires: false, remove };
  });

  describeLogStore('ElasticsearchStore with a plain index a day', async (now) => {
    const { store, remove } = await elasticsearchScene(url, { now, index: 'docker-{namespace}-{yyyy.MM.dd}' });
    return { store, expires: true, remove };
  });
});

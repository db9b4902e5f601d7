import { describeWithElasticsearch, elasticsearchUrl } from '../../../../test/support/elasticsearch.js';
import { elasticsearchScene } from '../../../../test/support/elasticsearch-store.js';
import { describeLogStore } from '../log-store.contract.js';

describeWithElasticsearch('ElasticsearchStore', () => {
  describeLogStore('ElasticsearchStore', async (now) => {
    const { store, remove } = await elasticsearchScene(elasticsearchUrl() ?? '', { now });
    return { store, expires: false, remove };
  });
});

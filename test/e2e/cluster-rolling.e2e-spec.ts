import { Cluster } from '../cluster/cluster.js';
import { rollingRestart } from '../cluster/rolling.js';
import { describeWithElasticsearch, elasticsearchUrl } from '../support/elasticsearch.js';
import { describeWithRedis } from '../support/redis.js';

/** `npm run test:cluster` does the same at 10 000 records/s. */
describeWithRedis('a rolling restart', () => {
  describeWithElasticsearch('of two of each program over one Redis and Elasticsearch', () => {
    let cluster: Cluster;

    beforeAll(async () => {
      cluster = await Cluster.start({ elasticsearch: elasticsearchUrl() ?? '' });
    }, 120_000);
    afterAll(() => cluster.close(), 60_000);

    it('loses and doubles nothing when every process is restarted and then killed, one after the other, and tells each alert once', async () => {
      const report = await rollingRestart(cluster, { recordsPerSecond: 1_000, signals: ['SIGTERM', 'SIGKILL'], pauseMs: 100 });
      const { lost, double, alerts, queries, exits, sent, acked, stored } = report;
      expect({ lost, double, missing: alerts.missing, twice: alerts.twice }).toEqual({ lost: [], double: [], missing: [], twice: [] });
      expect({ acked, stored }).toEqual({ acked: sent, stored: sent });
      expect(sent).toBeGreaterThan(5_000);
      expect(alerts.told).toBe(alerts.toTell);
      expect(alerts.orders).toBeGreaterThan(20);
      expect(alerts.outages).toBeGreaterThan(20);
      expect(exits).toEqual(Array.from({ length: 6 }, () => 0));
      // Only the one that was under way at an API when that was killed may fail, and its second try must not.
      expect(queries.failed.length).toBeLessThanOrEqual(2);
      expect(queries.failedTwice).toEqual([]);
    }, 300_000);
  });
});

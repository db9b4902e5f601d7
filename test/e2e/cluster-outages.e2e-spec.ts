import { Cluster } from '../cluster/cluster.js';
import { elasticsearchAway, type OutageReport, redisAway, redisEmptied } from '../cluster/outages.js';
import { describeWithElasticsearch, elasticsearchUrl } from '../support/elasticsearch.js';
import { describeWithRedis } from '../support/redis.js';
import { TcpGate } from '../support/tcp-gate.js';

/** `npm run test:cluster -- --suite outages` does the same with 30 s each. */
const LOAD = { recordsPerSecond: 500, awayMs: 4_000 };

describeWithRedis('a server that goes away', () => {
  describeWithElasticsearch('from two of each program under load', () => {
    let gate: TcpGate;
    let cluster: Cluster;

    beforeAll(async () => {
      gate = await TcpGate.open(elasticsearchUrl() ?? '');
      cluster = await Cluster.start({ elasticsearch: gate.url });
    }, 120_000);
    afterAll(async () => {
      await cluster.close();
      await gate.shut();
    }, 60_000);

    const expectWhole = ({ lost, double, alerts, acked }: OutageReport): void => {
      const { missing, twice } = alerts;
      expect({ lost, double, missing, twice }).toEqual({ lost: [], double: [], missing: [], twice: [] });
      expect(acked).toBeGreaterThan(1_000);
      expect(alerts.orders).toBeGreaterThan(10);
    };

    it('Elasticsearch: alerts go out all the same, and all is stored once when it is back', async () => {
      const report = await elasticsearchAway(cluster, gate, LOAD);
      expectWhole(report);
      expect(report.toldMeanwhile).toBeGreaterThan(0);
    }, 200_000);

    it('Redis: records are acknowledged and stored all the same, and each alert is told once when it is back', async () => {
      expectWhole(await redisAway(cluster, LOAD));
    }, 200_000);

    it('Redis that was emptied: each alert is told once, from the copy and what ingest still holds', async () => {
      expectWhole(await redisEmptied(cluster, LOAD));
    }, 200_000);
  });
});

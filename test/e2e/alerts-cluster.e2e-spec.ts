import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import net from 'node:net';
import { join } from 'node:path';
import { Collector } from '../support/collector.js';
import { describeWithElasticsearch, elasticsearchUrl } from '../support/elasticsearch.js';
import { eventually } from '../support/eventually.js';
import { type Hub, hostPort, startHub, temporaryFolder } from '../support/hub.js';
import { describeWithRedis, type RedisServer, startRedis } from '../support/redis.js';

const RULES = `
rules:
  - { name: errors, level: error, group_by: [service], severity: critical, cooldown: 1s }
  - { name: busy, where: 'service: api', rate: { over: 10s, above: 0.5 }, group_by: [service], severity: critical }
`;

/** The shape of the compose file: three programs, Redis and Elasticsearch; two alerters, so that one can die. */
describeWithRedis('alerts of three programs', () => {
  describeWithElasticsearch('over Elasticsearch and Redis', () => {
    let folder: string;
    let redis: RedisServer;
    let collector: Collector;
    let env: Record<string, string>;
    const running: Hub[] = [];
    let ingest: Hub;

    const program = async (app: 'ingest' | 'alerter' | 'api'): Promise<Hub> => {
      const hub = await startHub({ app, env, dataDir: join(folder, `${app}-${running.length}`) });
      running.push(hub);
      return hub;
    };

    beforeAll(async () => {
      folder = temporaryFolder();
      redis = await startRedis({ appendfsync: 'always' });
      collector = await new Collector().open();
      mkdirSync(join(folder, 'rules'));
      writeFileSync(join(folder, 'rules', 'a.yml'), RULES);
      const receivers = `receivers: [{ name: hook, webhook: { url: '${collector.url}' } }]`;
      writeFileSync(join(folder, 'routes.yml'), `route: { receiver: hook, groupInterval: 1s }\n${receivers}\n`);
      env = {
        LOGWEIR_STORE_KIND: 'elasticsearch',
        LOGWEIR_ELASTICSEARCH_NODES: elasticsearchUrl() ?? '',
        LOGWEIR_ELASTICSEARCH_NAMESPACE: `alerts${randomBytes(4).toString('hex')}`,
        LOGWEIR_REDIS_URL: redis.url,
        LOGWEIR_ALERTS_RULES: join(folder, 'rules'),
        LOGWEIR_ALERTS_ROUTING: join(folder, 'routes.yml'),
      };
      ingest = await program('ingest');
      await program('alerter');
    }, 60_000);

    afterAll(async () => {
      await Promise.all(running.map((hub) => hub.stop().catch(() => null)));
      await collector.close();
      await redis.close();
      await rm(folder, { recursive: true, force: true });
    }, 60_000);

    const send = async (...lines: readonly object[]): Promise<void> => {
      const socket = net.connect(hostPort(ingest.addresses['json']));
      socket.end(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
      await new Promise((resolve) => socket.once('close', resolve));
    };
    const statuses = (name: string, service: string): string[] =>
      collector.accepted
        .map(({ body }) => JSON.parse(body) as { status: string; alerts: { labels: Record<string, string> }[] })
        .filter(({ alerts }) => alerts.some(({ labels }) => labels['alertname'] === name && labels['service_name'] === service))
        .map(({ status }) => status);

    it('tells of a record at a level', async () => {
      await send({ level: 'error', service: 'checkout', msg: 'payment refused' });
      await eventually(() => expect(statuses('errors', 'checkout')).toEqual(['firing']), 15_000);
    }, 30_000);

    it('tells of a rate that is passed, and of its end', async () => {
      await send(...Array.from({ length: 20 }, (_, n) => ({ level: 'info', service: 'api', msg: `request ${n}` })));
      await eventually(() => expect(statuses('busy', 'api')).toEqual(['firing']), 10_000);
      await eventually(() => expect(statuses('busy', 'api')).toEqual(['firing', 'resolved']), 30_000);
    }, 60_000);

    it('goes on with another alerter within seconds when one is killed', async () => {
      const second = await program('alerter');
      await (running.find(({ pid }) => pid !== second.pid && pid !== ingest.pid) as Hub).kill();
      await send({ level: 'error', service: 'cart', msg: 'no room' });
      await eventually(() => expect(statuses('errors', 'cart')).toEqual(['firing']), 10_000);
    }, 60_000);

    it('needs neither Redis nor the alerter to take records, and tells of them later', async () => {
      await redis.stop();
      await send({ level: 'error', service: 'search', msg: 'index gone' });
      await redis.restart();
      await eventually(() => expect(statuses('errors', 'search')).toEqual(['firing']), 20_000);
    }, 60_000);
  });
});

import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Cluster, type Name, NAMES, routesTo } from '../cluster/cluster.js';
import { frameOf } from '../cluster/stream.js';
import { laneTakenOver } from '../cluster/takeover.js';
import { Ledger } from '../crash/alerts-ledger.js';
import { storedNumbers } from '../crash/stored.js';
import { ForwardClient } from '../crash/forward-client.js';
import { describeWithElasticsearch, elasticsearchUrl } from '../support/elasticsearch.js';
import { eventually } from '../support/eventually.js';
import { hostPort } from '../support/hub.js';
import { describeWithRedis } from '../support/redis.js';

/** What a person changes must count everywhere within it. */
const LIVE_MS = 1_000;

/** The shape of production: two of each program over one Redis and one Elasticsearch, with balancers before them. */
describeWithRedis('two of each program', () => {
  describeWithElasticsearch('over one Redis and Elasticsearch', () => {
    let cluster: Cluster;

    beforeAll(async () => {
      cluster = await Cluster.start({ elasticsearch: elasticsearchUrl() ?? '' });
    }, 120_000);
    afterAll(() => cluster.close(), 60_000);

    const put = async (path: string, body: object, method = 'PUT'): Promise<void> => {
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(`${cluster.url('api-1')}${path}`, { method, headers, body: JSON.stringify(body) });
      if (!response.ok) throw new Error(await response.text());
    };

    /** Until all that look after it know the change; milliseconds. */
    const spread = async (metric: string, names: readonly Name[], change: () => Promise<void> | void): Promise<number> => {
      const before = await Promise.all(names.map((name) => cluster.metric(name, metric)));
      await change();
      const began = performance.now();
      await Promise.all(
        names.map((name, at) =>
          eventually(async () => expect(await cluster.metric(name, metric)).toBe((before[at] ?? NaN) + 1), 10_000, 10),
        ),
      );
      return performance.now() - began;
    };

    const silence = {
      matchers: [{ name: 'alertname', value: 'nobody', isRegex: false, isEqual: true }],
      startsAt: new Date().toISOString(),
      endsAt: new Date(Date.now() + 3_600_000).toISOString(),
      createdBy: 'a test',
      comment: 'a change that has to be everywhere',
    };

    it.each([
      ['a rule made over REST', 'rules', () => put('/api/v1/rules', { name: 'live', where: 'message: live', match: {} }, 'POST')],
      [
        'a rule in a file',
        'rules',
        () => writeFileSync(join(cluster.rules, 'b.yml'), `rules: [{ name: filed, where: 'message: filed', match: {} }]\n`),
      ],
      ['a silence', 'silences', () => put('/api/v2/silences', silence, 'POST')],
      ['a receiver made over REST', 'receivers', () => put('/api/v1/receivers/second', { webhook: { url: cluster.receiver.url } })],
    ])(
      'know of %s within a second',
      async (_what, kind, change) => {
        expect(await spread(`logweir_alert_${kind}`, NAMES, change)).toBeLessThan(LIVE_MS);
      },
      30_000,
    );

    it('know of a change in the file of routes within a second', async () => {
      const { url } = cluster.receiver;
      const more = `${routesTo(url)}  - { name: third, webhook: { url: '${url}' } }\n`;
      expect(await spread('logweir_alert_receivers', NAMES, () => writeFileSync(cluster.routes, more))).toBeLessThan(LIVE_MS);
    }, 30_000);

    describe('a chunk that is sent to one ingest and again to the other', () => {
      const send = async (name: 'ingest-1' | 'ingest-2', frame: Buffer, chunk: string): Promise<void> => {
        const client = new ForwardClient(hostPort(cluster.hub(name).addresses['forward']).port);
        expect(await client.exchange(frame, chunk, () => undefined)).toBe(true);
        client.close();
      };
      const times = async (number: number): Promise<number | undefined> => {
        await cluster.drained();
        return (await storedNumbers('elasticsearch', cluster.hub('ingest-1'), cluster.namespace)).get(number);
      };

      it('is stored once', async () => {
        const number = 900_000_001;
        const chunk = randomBytes(16).toString('base64');
        const frame = frameOf([{ message: `once lw_seq=${number}.` }], chunk);
        await send('ingest-1', frame, chunk);
        await send('ingest-2', frame, chunk);
        expect(await times(number)).toBe(1);
      }, 60_000);

      it('is told of once, also when the second node has it after all is over', async () => {
        const ledger = new Ledger(false);
        const { accepted } = cluster.receiver;
        const judge = () => ledger.judge(accepted, []);
        const chunkOf = (name: string): readonly [Buffer, string] => {
          ledger.orders.add(`o-${name}`);
          ledger.outages.set(`s-${name}`, 1);
          const refused = { message: 'payment refused', order: `o-${name}` };
          const chunk = randomBytes(16).toString('base64');
          return [frameOf([refused, ...[1, 2, 3].map(() => ({ message: 'timeout', shop: `s-${name}` }))], chunk), chunk];
        };
        const all = async (): Promise<void> => eventually(() => expect(judge().missing).toEqual([]), 30_000);
        const copied = chunkOf('copied');
        await send('ingest-1', ...copied);
        await send('ingest-2', ...copied);
        const late = chunkOf('late');
        await send('ingest-1', ...late);
        await all();
        await send('ingest-2', ...late);
        // Whatever the copy makes anybody tell comes before what follows it on the same node.
        await send('ingest-2', ...chunkOf('last'));
        await all();
        expect(judge()).toMatchObject({ orders: 3, outages: 3, toTell: 9, told: 9, missing: [], twice: [] });
      }, 90_000);
    });

    describe('the evaluation of rules', () => {
      const owner = async (): Promise<'alerter-1' | 'alerter-2' | undefined> => {
        for (const name of ['alerter-1', 'alerter-2'] as const) {
          const owns = await cluster.metric(name, 'logweir_alert_owner').catch(() => 0);
          if (owns === 1) return name;
        }
        return undefined;
      };
      const takeover = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<number> => {
        const first = await eventually(async () => {
          const found = await owner();
          if (found === undefined) throw new Error('nobody evaluates');
          return found;
        });
        const began = performance.now();
        const other = first === 'alerter-1' ? 'alerter-2' : 'alerter-1';
        const ended = cluster.end(first, signal);
        await eventually(async () => expect(await cluster.metric(other, 'logweir_alert_owner')).toBe(1), 20_000, 20);
        const ms = performance.now() - began;
        await ended;
        await cluster.begin(first);
        return ms;
      };

      it('goes on at the other alerter at once when its own ends', async () => {
        // With the delay in which balancers are told, 400 ms here.
        expect(await takeover('SIGTERM')).toBeLessThan(3_000);
      }, 60_000);

      it('goes on at the other alerter within 5 s when its own is killed', async () => {
        expect(await takeover('SIGKILL')).toBeLessThan(5_000);
      }, 60_000);
    });

    it('go on with a message of an alerter that was killed, within 7 s and under the same webhook-id', async () => {
      const { ms, ids } = await laneTakenOver(cluster);
      expect(ms).toBeLessThan(7_000);
      expect(new Set(ids).size).toBe(1);
    }, 90_000);
  });
});

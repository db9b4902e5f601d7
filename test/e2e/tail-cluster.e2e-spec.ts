import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import net from 'node:net';
import { join } from 'node:path';
import { describeWithElasticsearch, elasticsearchUrl } from '../support/elasticsearch.js';
import { eventually } from '../support/eventually.js';
import { FollowingTail } from '../support/following-tail.js';
import { type Hub, hostPort, startHub, temporaryFolder } from '../support/hub.js';
import { describeWithRedis, type RedisServer, startRedis } from '../support/redis.js';
import { TailClient } from '../support/tail-client.js';

describeWithRedis('the live tail of programs apart', () => {
  describeWithElasticsearch('over two ingest nodes and one API', () => {
    let folder: string;
    let redis: RedisServer;
    let api: Hub;
    const ingests: Hub[] = [];
    const open: TailClient[] = [];
    let sent = 0;

    const program = (app: 'ingest' | 'api', name: string): Promise<Hub> =>
      startHub({
        app,
        dataDir: join(folder, name),
        env: {
          LOGWEIR_NODE_NAME: name,
          LOGWEIR_STORE_KIND: 'elasticsearch',
          LOGWEIR_ELASTICSEARCH_NODES: elasticsearchUrl() ?? '',
          LOGWEIR_ELASTICSEARCH_NAMESPACE: namespace,
          LOGWEIR_REDIS_URL: redis.url,
          LOGWEIR_LOG_LEVEL: 'info',
          // So that streams are ended and begun anew while the suite runs.
          LOGWEIR_API_REQUEST_TIMEOUT: '3s',
        },
      });
    const namespace = `tail${randomBytes(4).toString('hex')}`;
    const tail = async (path = '', headers: Record<string, string> = {}): Promise<TailClient> => {
      const client = await TailClient.open(api.addresses['api'], path, headers);
      open.push(client);
      return client;
    };
    /** To both nodes in turns. */
    const send = async (count: number, service: string): Promise<void> => {
      for (const [index, ingest] of ingests.entries()) {
        const socket = net.connect(hostPort(ingest.addresses['json']));
        const lines = Array.from({ length: count }, (_, n) => JSON.stringify({ service, msg: `lw_seq=${sent + 2 * n + index}` }));
        socket.end(`${lines.join('\n')}\n`);
        await new Promise((resolve) => socket.once('close', resolve));
      }
      sent += 2 * count;
    };
    const numbers = (client: TailClient): number[] => client.messages.map((message) => Number(message.slice(7))).sort((a, b) => a - b);
    const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, n) => from + n);
    /** A tail that both nodes serve. */
    const served = async (path: string, service: string): Promise<TailClient> => {
      const client = await tail(path);
      await eventually(async () => {
        await send(1, service);
        const nodes = new Set(client.records.map(({ logweir }) => (logweir as { node: string }).node));
        expect(nodes.size).toBe(2);
      }, 20_000);
      return client;
    };

    beforeAll(async () => {
      folder = temporaryFolder();
      redis = await startRedis({ appendfsync: 'always' });
      ingests.push(await program('ingest', 'one'), await program('ingest', 'two'));
      api = await program('api', 'api');
    }, 60_000);
    afterEach(() => {
      for (const client of open.splice(0)) client.close();
    });
    afterAll(async () => {
      await Promise.all([...ingests, api].map((hub) => hub?.stop().catch(() => null)));
      await redis?.close();
      await rm(folder, { recursive: true, force: true });
    }, 60_000);

    it('tells of the records of both nodes, only those that match, over many streams', async () => {
      const client = await served('?q=not%20service:other', 'shop');
      const from = sent;
      for (let round = 0; round < 8; round++) {
        await send(20, 'shop');
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
      const to = sent;
      await send(5, 'other');
      await eventually(() => expect(numbers(client).filter((number) => number >= from)).toEqual(range(from, to)));
    }, 60_000);

    it('goes on from an id without a gap or a double, at both nodes', async () => {
      const client = await served('?q=not%20service:other', 'shop');
      await send(30, 'shop');
      await eventually(() => expect(numbers(client).at(-1)).toBe(sent - 1));
      const half = client.seen[Math.floor(client.seen.length / 2)];
      const known = client.seen.slice(0, client.seen.indexOf(half as never) + 1).map(({ data }) => data['message']);
      client.close();
      await send(30, 'shop');
      const again = await tail('?q=not%20service:other', { 'last-event-id': half?.id ?? '' });
      const first = Math.min(...numbers(client));
      const expected = range(first, sent).filter((number) => !known.includes(`lw_seq=${number}`));
      await eventually(() =>
        expect(numbers(again)).toEqual(expected.filter((number) => numbers(client).includes(number) || number >= sent - 60)),
      );
      expect(again.of('gap')).toEqual([]);
    }, 60_000);

    it('says which node is silent, and goes on where it was when that is back', async () => {
      const following = new FollowingTail(api.addresses['api'] ?? '', '?q=service:back');
      const client = await served('?q=service:back', 'back');
      const from = sent;
      await send(10, 'back');
      await eventually(() => expect(numbers(client).filter((number) => number >= from)).toEqual(range(from, sent)));
      await ingests[1]?.kill();
      await eventually(() => expect(JSON.stringify(client.of('gap'))).toMatch(/two-[0-9a-f]{8}: nothing was heard/), 20_000);
      ingests[1] = await program('ingest', 'two');
      await send(10, 'back');
      await eventually(() => expect(numbers(client).filter((number) => number >= from)).toEqual(range(from, sent)), 10_000);
      await following.close();
      expect([...following.numbers].filter(([, times]) => times > 1)).toEqual([]);
    }, 60_000);

    it('refuses streams of who has not the secret', async () => {
      await tail();
      const answer = await fetch(`${api.addresses['api']}/internal/tails/0123456789abcdef01234567`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson', 'x-logweir-tail': 'guess' },
        body: '{}\n',
      });
      expect(answer.status).toBe(404);
    });

    it('begins with what is there since a time, from store and journals, each record once', async () => {
      await send(50, 'old');
      const count = async (): Promise<number> => {
        const answer = await fetch(`${api.addresses['api']}/api/v1/logs?q=service:old&from=now-1h&limit=1`);
        return ((await answer.json()) as { total: { value: number } }).total.value;
      };
      await eventually(async () => expect(await count()).toBe(100), 30_000);
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      await send(10, 'old');
      const client = await tail('?q=service:old&since=10m');
      await eventually(() => expect(numbers(client)).toEqual(range(sent - 120, sent)), 15_000);
      await send(5, 'old');
      await eventually(() => expect(numbers(client)).toEqual(range(sent - 130, sent)));
    }, 90_000);
  });
});

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { encodeMessagePack } from '#libs/protocols/forward';
import { Certificates } from '../support/certificates.js';
import { describeWithElasticsearch, elasticsearchUrl } from '../support/elasticsearch.js';
import { eventually } from '../support/eventually.js';
import { type Hub, hostPort, startHub, temporaryFolder } from '../support/hub.js';
import { describeWithRedis, type RedisServer, startRedis } from '../support/redis.js';

const ID = 'c0ffee'.padEnd(64, '2');

describeWithRedis('an API that runs alone, over TLS', () => {
  describeWithElasticsearch('beside ingest nodes', () => {
    const certificates = new Certificates().sign('server');
    const trusting = { NODE_EXTRA_CA_CERTS: certificates.path('ca.pem') };
    const namespace = `follow${randomBytes(4).toString('hex')}`;
    const ended: (() => Promise<unknown>)[] = [];
    let folder: string;
    let redis: RedisServer;
    let api: Hub;
    let ingest: Hub;
    let printed = 0;

    const program = async (app: 'ingest' | 'api', name: string, env: Record<string, string>): Promise<Hub> => {
      const hub = await startHub({
        app,
        dataDir: join(folder, name),
        env: {
          LOGWEIR_NODE_NAME: name,
          LOGWEIR_STORE_KIND: 'elasticsearch',
          LOGWEIR_ELASTICSEARCH_NODES: elasticsearchUrl() ?? '',
          LOGWEIR_ELASTICSEARCH_NAMESPACE: namespace,
          LOGWEIR_REDIS_URL: redis.url,
          LOGWEIR_LOG_LEVEL: 'info',
          ...env,
        },
      });
      ended.push(() => hub.stop());
      return hub;
    };
    /** What an answer has so far. */
    const get = async (path: string): Promise<{ status: number; text: () => string; end: () => void }> => {
      const { port } = new URL(api.addresses['api'] ?? '');
      const request = https.get({ host: 'localhost', port, path: `/api/v1${path}`, ca: certificates.read('ca.pem'), agent: false });
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      request.on('error', () => undefined);
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('error', () => undefined);
      return { status: response.statusCode ?? 0, text: () => text, end: () => response.destroy() };
    };
    /** The built program, until it is ended. */
    const logweir = (...args: string[]) => {
      const env = { PATH: process.env['PATH'] ?? '', LOGWEIR_URL: api.addresses['api'] ?? '', ...trusting };
      const child = spawn(process.execPath, ['dist/apps/cli/src/main.js', ...args], { env });
      const written = { out: '', err: '' };
      child.stdout.on('data', (part: Buffer) => (written.out += part.toString()));
      child.stderr.on('data', (part: Buffer) => (written.err += part.toString()));
      const closed = once(child, 'close') as Promise<[number | null]>;
      const end = async (): Promise<number | null> => {
        child.kill('SIGINT');
        return (await closed)[0];
      };
      return { written, end };
    };
    const print = async (count: number): Promise<void> => {
      const socket = connect(hostPort(ingest.addresses['forward']));
      const container = { container_id: ID, container_name: '/web', source: 'stdout' };
      for (let n = 0; n < count; n++)
        socket.write(encodeMessagePack(['web', Math.floor(Date.now() / 1_000), { ...container, log: `web ${printed++}` }]));
      socket.end();
      await once(socket, 'close');
    };
    const numbers = (text: string): number[] => [...text.matchAll(/web (\d+)$/gm)].map(([, digits]) => Number(digits));
    const from = (first: number): number[] => Array.from({ length: printed - first }, (_, at) => first + at);

    beforeAll(async () => {
      folder = temporaryFolder();
      redis = await startRedis({ appendfsync: 'always' });
      const tls = { LOGWEIR_API_TLS_CERT: certificates.path('server.pem'), LOGWEIR_API_TLS_KEY: certificates.path('server.key') };
      api = await program('api', 'api', tls);
    }, 60_000);
    afterAll(async () => {
      await Promise.all(ended.map((end) => end().catch(() => null)));
      await redis?.close();
      await rm(folder, { recursive: true, force: true });
      certificates.remove();
    }, 60_000);

    it('gets nothing of a node that does not trust its certificate, whose log says what to do', async () => {
      ingest = await program('ingest', 'stranger', {});
      const tail = await get('/logs/tail');
      await eventually(() => expect(tail.text()).toContain('no node answers'), 15_000);
      tail.end();
      const said = ingest
        .output()
        .split('\n')
        .filter((line) => line.includes('a tail cannot be sent to'));
      expect(said).toHaveLength(1);
      expect(JSON.parse(said[0] ?? '')).toMatchObject({
        level: 'warn',
        url: `${api.addresses['api']}/internal/tails/`,
        reason: expect.stringContaining('certificate'),
        hint: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
      });
      await ingest.stop();
    }, 60_000);

    it('follows a container: what the store has, then what comes, each line once and in order', async () => {
      ingest = await program('ingest', 'trusting', trusting);
      await print(1_200);
      await eventually(async () => {
        const found = await get('/containers/web/logs?tail=1');
        await eventually(() => expect(found.text()).toContain(`web ${printed - 1}`), 500);
      }, 30_000);
      const all = await get('/containers/web/logs?follow=1');
      const byId = await get(`/containers/${ID.slice(0, 12)}/logs?follow=1&tail=2&timestamps=1`);
      expect([all.status, byId.status]).toEqual([200, 200]);
      await eventually(() => expect(numbers(all.text()).length).toBe(1_200));
      for (let turn = 0; turn < 4; turn++) await print(100);
      await eventually(() => expect(numbers(all.text()).at(-1)).toBe(printed - 1));
      expect(numbers(all.text())).toEqual(from(0));
      await eventually(() => expect(numbers(byId.text()).at(-1)).toBe(printed - 1));
      const shown = numbers(byId.text());
      expect(shown[0]).toBeLessThanOrEqual(1_198);
      expect(shown).toEqual(from(shown[0] ?? 0));
      expect(byId.text()).toMatch(/^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{9}Z web \d+\n/);
      all.end();
      byId.end();
    }, 90_000);

    it('serves `logweir logs -f` and `logweir tail`', async () => {
      const first = printed;
      const logs = logweir('logs', '-f', '-n', '5', 'web');
      const tail = logweir('tail', 'container:web', '--since', '1h');
      await eventually(() => expect(numbers(logs.written.out).length).toBeGreaterThanOrEqual(5), 20_000);
      await eventually(() => expect(numbers(tail.written.out).at(-1)).toBe(first - 1), 20_000);
      for (let turn = 0; turn < 4; turn++) await print(50);
      await eventually(() => expect(numbers(logs.written.out).at(-1)).toBe(printed - 1));
      // What the store has had for less than two seconds comes besides the last lines.
      const shown = numbers(logs.written.out);
      expect(shown[0]).toBeLessThanOrEqual(first - 5);
      expect(shown).toEqual(from(shown[0] ?? 0));
      await eventually(() => expect(numbers(tail.written.out).at(-1)).toBe(printed - 1));
      expect(numbers(tail.written.out)).toEqual(from(0));
      expect(await Promise.all([logs.end(), tail.end()])).toEqual([130, 130]);
      expect([logs.written.err, tail.written.err]).toEqual(['', '']);
    }, 90_000);
  });
});

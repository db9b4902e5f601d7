import { jest } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describeWithElasticsearch, elasticsearchUrl } from '../../../../test/support/elasticsearch.js';
import { elasticsearchScene, type ElasticsearchScene } from '../../../../test/support/elasticsearch-store.js';
import { startFaultProxy, type Asked, type Fault, type FaultProxy } from '../../../../test/support/fault-proxy.js';
import { eventually } from '../../../../test/support/eventually.js';
import { contractBatch, contractRecord, type Source } from '../records.contract.js';
import { ElasticsearchStore } from './elasticsearch-store.js';

// Every test makes and drops a stream, on a server that others load as well.
jest.setTimeout(60_000);

const records = (count: number, message = 'line'): Source[] =>
  Array.from({ length: count }, (_, index) => contractRecord(index + 1, BigInt(index), { message }));

/** Nothing listens there: port 1 needs privileges that no test has. */
const NOBODY = 'http://127.0.0.1:1';

describeWithElasticsearch('Elasticsearch behind a bad line', () => {
  const url = elasticsearchUrl() ?? '';
  let proxy: FaultProxy;
  let scene: ElasticsearchScene;

  beforeEach(async () => {
    proxy = await startFaultProxy(url);
    scene = await elasticsearchScene(url, { nodes: [proxy.url] });
  });

  afterEach(async () => {
    await scene.remove();
    await proxy.close();
  });

  async function storedCount(): Promise<number> {
    await scene.client.indices.refresh({ index: scene.stream, ignore_unavailable: true });
    return (await scene.client.count({ index: scene.stream })).count;
  }

  it.each<[string, Fault, RegExp]>([
    ['is cut before the server saw it', 'cut before', /no answer from Elasticsearch/],
    ['is cut before its answer', 'cut after', /no answer from Elasticsearch/],
    ['meets a 503', { status: 503, body: 'upstream away' }, /503: upstream away/],
    ['meets a 401', { status: 401 }, /credentials/],
    ['meets a 429', { status: 429 }, /overloaded/],
    ['meets an answer that is none', { status: 200, body: '<html>' }, /something unknown/],
  ])('stores a batch once whose request %s', async (_, fault, reason) => {
    const mark = await scene.store.mark();
    proxy.fault = fault;
    const first = await scene.store.write(contractBatch(records(20)));
    expect(first).toMatchObject({ stored: 0, duplicate: 0, reason: expect.stringMatching(reason) });
    expect(first.retry).toHaveLength(20);
    expect(await scene.store.health()).toEqual({ ok: false, reason: first.reason });
    proxy.fault = 'none';
    await eventually(async () => expect((await scene.store.write(contractBatch(records(20), 'journal-1', mark))).stored).toBe(20));
    expect(await storedCount()).toBe(20);
    expect(await scene.store.health()).toEqual({ ok: true, reason: '' });
  });

  it('stores a batch once whose request is answered too late', async () => {
    const hasty = await elasticsearchScene(url, { nodes: [proxy.url], requestTimeoutMs: 1_000 });
    const mark = await eventually(() => hasty.store.mark());
    proxy.fault = { delayMs: 1_500 };
    expect(await hasty.store.write(contractBatch(records(20)))).toMatchObject({ stored: 0, reason: expect.stringMatching(/timeout/i) });
    proxy.fault = 'none';
    await eventually(async () => expect((await hasty.store.write(contractBatch(records(20), 'journal-1', mark))).stored).toBe(20));
    expect((await hasty.stored()).length).toBe(20);
    await hasty.remove();
  });

  it.each<[number, RegExp]>([
    [401, /does not know our credentials \(401\)/],
    [403, /forbids it \(403\): our user needs/],
    [429, /is overloaded \(429\)/],
  ])('tells of a %i in the same words, whichever request met it', async (status, words) => {
    const mark = await scene.store.mark();
    proxy.fault = () => ({ status, headers: { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' }, body: '{}' });
    const tries = [
      await scene.store.write(contractBatch(records(2))),
      await scene.store.write(contractBatch(records(2), 'journal-1', mark)),
    ];
    expect(tries.map(({ reason }) => reason)).toEqual([expect.stringMatching(words), expect.stringMatching(words)]);
    expect(await scene.store.health()).toEqual({ ok: false, reason: tries[1]?.reason });
  });

  it('is not healthy when the write index cannot be read, as nothing is written before that', async () => {
    proxy.fault = ({ path }) => (path.includes('_data_stream') ? { status: 503, body: 'no upstream' } : 'none');
    await expect(scene.store.mark()).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(await scene.store.health()).toMatchObject({ ok: false, reason: expect.stringMatching(/backing indices.*503/) });
    proxy.fault = 'none';
    await scene.store.mark();
    expect((await scene.store.write(contractBatch(records(1)))).stored).toBe(1);
    expect(await scene.store.health()).toEqual({ ok: true, reason: '' });
  });

  it('stores a batch once when its answer got lost and the stream rolled over then', async () => {
    const mark = await scene.store.mark();
    proxy.fault = 'cut after';
    await scene.store.write(contractBatch(records(20)));
    await scene.client.indices.rollover({ alias: scene.stream });
    proxy.fault = 'none';
    expect(await scene.store.write(contractBatch(records(30), 'journal-1', mark))).toMatchObject({ stored: 30, retry: [] });
    expect(await storedCount()).toBe(30);
  });

  it('waits as long as Retry-After says', async () => {
    proxy.fault = { status: 503, headers: { 'retry-after': '7' } };
    expect((await scene.store.write(contractBatch(records(1)))).retryAfterMs).toBe(7_000);
  });

  it('sends fewer requests at once after failures, and more again after successes', async () => {
    const before = scene.store.concurrency;
    proxy.fault = { status: 429 };
    await scene.store.write(contractBatch(records(1)));
    expect(scene.store.concurrency).toBeLessThan(before);
    proxy.fault = 'none';
    for (let round = 0; round < 12; round += 1) await scene.store.write(contractBatch(records(1), `journal-${round}`));
    expect(scene.store.concurrency).toBe(4);
  });

  it('asks the next node at once when one cannot be reached', async () => {
    const { store, counts, remove } = await elasticsearchScene(url, { nodes: [NOBODY, url] });
    const outcomes = await Promise.all([1, 2, 3, 4].map((journal) => store.write(contractBatch(records(5), `journal-${journal}`))));
    expect(outcomes.map((outcome) => outcome.reason ?? outcome.stored)).toEqual([5, 5, 5, 5]);
    expect(counts.get('node_down')).toBe(1);
    await remove();
  });

  it('gives a node that never answers no more work until it answers a question of its own', async () => {
    let clock = 1_000_000;
    const { store, counts, remove } = await elasticsearchScene(url, {
      nodes: [proxy.url, url],
      requestTimeoutMs: 5_000,
      now: () => clock,
    });
    const writeSome = (journal: string) =>
      Promise.all([1, 2, 3, 4].map(async (part) => (await store.write(contractBatch(records(5), `${journal}-${part}`))).stored));
    await writeSome('warm');
    proxy.fault = () => 'hang';
    let round = 0;
    await eventually(async () => {
      await store.write(contractBatch(records(1), `until-it-is-met-${(round += 1)}`));
      expect(counts.get('node_down')).toBe(1);
    }, 20_000);
    clock += 60_000;
    const seen = proxy.seen.length;
    expect(await writeSome('past its time')).toEqual([5, 5, 5, 5]);
    expect(proxy.seen).toHaveLength(seen);
    proxy.fault = 'none';
    await eventually(async () => {
      clock += 60_000;
      await writeSome(`back-${clock}`);
      expect(proxy.seen.length).toBeGreaterThan(seen);
    });
    await remove();
  });

  it.each<[string, (asked: Asked) => Fault]>([
    ['a look for what is stored', ({ path }) => (path.includes('_mget') ? { rewrite: () => '{}' } : 'none')],
    [
      'a list of the backing indices',
      ({ method, path }) => (method === 'GET' && path.includes('_data_stream') ? { rewrite: () => '{}' } : 'none'),
    ],
  ])('stores nothing twice when %s gets an answer that is none', async (_, fault) => {
    const mark = await scene.store.mark();
    await scene.store.write(contractBatch(records(20)));
    await scene.client.indices.rollover({ alias: scene.stream });
    proxy.fault = fault;
    const outcome = await scene.store.write(contractBatch(records(20), 'journal-1', mark));
    expect(outcome).toMatchObject({ stored: 0, reason: expect.stringMatching(/none of Elasticsearch/) });
    proxy.fault = 'none';
    expect(await scene.store.write(contractBatch(records(20), 'journal-1', mark))).toMatchObject({ stored: 20, retry: [] });
    expect(await storedCount()).toBe(20);
  });

  it('tries again to take a copy back that Elasticsearch did not let go', async () => {
    const mark = await scene.store.mark();
    await scene.store.write(contractBatch(records(5)));
    await scene.client.indices.rollover({ alias: scene.stream });
    await scene.client.create({ index: scene.stream, id: 'journal-1-3', document: contractRecord(3, 3n) });
    const refusal = { delete: { _index: 'x', status: 429, error: { reason: 'queue is full' } } };
    proxy.fault = ({ body, path }) =>
      path.includes('_bulk') && body.includes('"delete"')
        ? {
            status: 200,
            headers: { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' },
            body: JSON.stringify({ items: [refusal] }),
          }
        : 'none';
    const outcome = await scene.store.write(contractBatch(records(5), 'journal-1', mark));
    expect(outcome).toMatchObject({ stored: 0, reason: expect.stringMatching(/a copy stays in x: queue is full/) });
    proxy.fault = 'none';
    expect(await scene.store.write(contractBatch(records(5), 'journal-1', mark))).toMatchObject({ stored: 5, retry: [] });
    expect(await storedCount()).toBe(5);
  });

  it('takes back copies from several backing indices', async () => {
    const mark = await scene.store.mark();
    await scene.store.write(contractBatch(records(5)));
    for (let times = 0; times < 2; times += 1) {
      await scene.client.indices.rollover({ alias: scene.stream });
      await scene.client.create({ index: scene.stream, id: 'journal-1-3', document: contractRecord(3, 3n) });
    }
    await scene.client.indices.rollover({ alias: scene.stream });
    expect(await scene.store.write(contractBatch(records(5), 'journal-1', mark))).toMatchObject({ stored: 5, retry: [] });
    expect(await storedCount()).toBe(5);
  });

  it('starts without a server, says so, and writes once it is there', async () => {
    proxy.target = NOBODY;
    const late = await elasticsearchScene(url, { nodes: [proxy.url], requestTimeoutMs: 500 });
    expect(await late.store.health()).toMatchObject({ ok: false, reason: expect.stringMatching(/no answer from Elasticsearch/) });
    const outcome = await late.store.write(contractBatch(records(3)));
    expect(outcome).toMatchObject({ stored: 0, retry: [0, 1, 2], reason: expect.stringMatching(/no answer/) });
    await expect(late.store.mark()).rejects.toMatchObject({ code: 'store_unavailable', retryable: true });
    proxy.target = url;
    await eventually(async () => expect((await late.store.write(contractBatch(records(3), 'journal-1', ''))).stored).toBe(3));
    await late.remove();
  });
});

describe('a server that is no Elasticsearch 9', () => {
  let server: Server;
  let answer: { readonly headers: Record<string, string>; readonly body: object };

  beforeEach(async () => {
    server = createServer((_request, response) => response.writeHead(200, answer.headers).end(JSON.stringify(answer.body)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  afterEach(() => new Promise((resolve) => server.close(resolve)));

  it.each([
    [
      'Elasticsearch 8',
      { 'x-elastic-product': 'Elasticsearch' },
      { version: { number: '8.19.1' } },
      /Elasticsearch 8\.19\.1; Logweir needs 9\.x/,
    ],
    [
      'OpenSearch',
      {},
      { version: { number: '3.1.0', distribution: 'opensearch' } },
      /OpenSearch 3\.1\.0; Logweir stores into Elasticsearch 9\.x/,
    ],
    ['a web server', {}, { hello: 'world' }, /not Elasticsearch/],
  ])('is refused, and said to be so, until it is another: %s', async (_, headers, body, message) => {
    answer = { headers, body };
    const { port } = server.address() as AddressInfo;
    const options = { namespace: 'x', retentionDays: 1, requestTimeoutMs: 1_000, now: Date.now, random: () => 0 };
    const log: string[] = [];
    const note = (level: string, line: string): void => void log.push(`${level} ${line}`);
    const store = new ElasticsearchStore({ nodes: [`http://127.0.0.1:${port}`], log: note, ...options });
    await store.start();
    expect(await store.health()).toMatchObject({ ok: false, reason: expect.stringMatching(message) });
    expect(log).toEqual([expect.stringMatching(message)]);
    expect(log[0]).toMatch(/^error/);
    const outcome = await store.write(contractBatch(records(2)));
    expect(outcome).toMatchObject({ stored: 0, rejected: [], retry: [0, 1], reason: expect.stringMatching(message) });
    await store.close();
  });
});

describe('a server that takes bulk requests and keeps no list of streams', () => {
  let refusals = 1;
  const server = createServer((request, response) => {
    const lines: string[] = [];
    request.on('data', (bytes: Buffer) => lines.push(...bytes.toString().split('\n')));
    request.on('end', () => {
      const isBulk = request.url?.includes('_bulk') ?? false;
      const items = lines.filter((line) => line.startsWith('{"create"')).map(() => ({ create: { status: 201, _index: 'one' } }));
      const body = isBulk ? { errors: false, items } : request.url === '/' ? { version: { number: '9.5.3' } } : {};
      const status = isBulk && refusals-- > 0 ? 503 : 200;
      response.writeHead(status, { 'x-elastic-product': 'Elasticsearch', 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  let store: ElasticsearchStore;

  beforeEach(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const options = { namespace: 'x', retentionDays: 1, requestTimeoutMs: 1_000, now: Date.now, random: () => 0, log: () => undefined };
    store = new ElasticsearchStore({ nodes: [`http://127.0.0.1:${port}`], ...options });
    await store.start();
  });

  afterEach(async () => {
    await store.close();
    await new Promise((resolve) => server.close(resolve));
  });

  it('gets again what it refused', async () => {
    const mark = await store.mark();
    expect(await store.write(contractBatch(records(3)))).toMatchObject({ stored: 0, retry: [0, 1, 2] });
    expect(await store.write(contractBatch(records(3), 'journal-1', mark))).toMatchObject({ stored: 3, retry: [] });
  });
});

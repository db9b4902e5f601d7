import { jest } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWithOwnElasticsearch, startElasticsearch, type ElasticsearchNode } from '../../../../test/support/elasticsearch.js';
import { elasticsearchScene, type ElasticsearchScene } from '../../../../test/support/elasticsearch-store.js';
import { startFaultProxy } from '../../../../test/support/fault-proxy.js';
import { eventually } from '../../../../test/support/eventually.js';
import { contractBatch, contractRecord, contractSearch, type Source } from '../records.contract.js';
import { BulkNodes } from './bulk-nodes.js';

/** A node starts in 3 to 10 s, twice in one of the tests; its first requests take seconds on a busy machine. */
const SLOW_MS = 60_000;
jest.setTimeout(SLOW_MS);

const MINIMAL = { namespace: 'test', retentionDays: 1, requestTimeoutMs: 30_000, now: Date.now, random: () => 0 };

const records = (count: number, message = 'line'): Source[] =>
  Array.from({ length: count }, (_, index) => contractRecord(index + 1, BigInt(index), { message }));

async function storedCount({ client, stream }: ElasticsearchScene): Promise<number> {
  await client.indices.refresh({ index: stream });
  return (await client.count({ index: stream })).count;
}

describeWithOwnElasticsearch('a node with limits', () => {
  let node: ElasticsearchNode;
  let scene: ElasticsearchScene;

  beforeAll(async () => {
    node = await startElasticsearch({ settings: { 'http.max_content_length': '1mb' } });
  }, SLOW_MS);

  afterAll(() => node.stop());

  beforeEach(async () => {
    scene = await elasticsearchScene(node.url);
  });

  afterEach(() => scene.remove());

  it('cuts a batch in halves that is too large (413), and rejects only a record that is too large alone', async () => {
    const batch = [...records(300, 'x'.repeat(10_000)), contractRecord(301, 301n, { message: 'y'.repeat(1_100_000) })];
    const outcome = await scene.store.write(contractBatch(batch));
    expect(outcome).toMatchObject({ stored: 300, duplicate: 0, retry: [], rejected: [{ index: 300, type: 'too_large' }] });
    expect(await storedCount(scene)).toBe(300);
  });

  it('is understood when it closes before its 413 was read, which is what large bodies meet half of the time', async () => {
    const nodes = new BulkNodes({ ...MINIMAL, nodes: [node.url] });
    const body = Buffer.alloc(4_000_000, 'x');
    for (let round = 0; round < 40; round += 1) {
      expect(await nodes.request({ method: 'POST', path: `/${scene.stream}/_bulk`, type: 'application/x-ndjson', body })).toMatchObject({
        status: 413,
      });
    }
    await nodes.close();
  });

  it.each([
    ['the flood stage', { 'index.blocks.read_only_allow_delete': true }, /flood stage/],
    ['a write block', { 'index.blocks.write': true }, /block was set by hand/],
  ])('keeps what meets %s for later, waits long and says why', async (_, settings, reason) => {
    await scene.store.write(contractBatch(records(1), 'journal-0'));
    await scene.client.indices.putSettings({ index: scene.stream, settings });
    expect(await scene.store.health()).toMatchObject({ ok: false, reason: expect.stringMatching(/flood stage|block was set by hand/) });
    const outcome = await scene.store.write(contractBatch(records(5)));
    expect(outcome).toMatchObject({ stored: 0, rejected: [], retry: [0, 1, 2, 3, 4], reason: expect.stringMatching(reason) });
    expect(outcome.retryAfterMs).toBeGreaterThanOrEqual(10_000);
    const free = Object.fromEntries(Object.keys(settings).map((key) => [key, null]));
    await scene.client.indices.putSettings({ index: scene.stream, settings: free });
    expect(await scene.store.write(contractBatch(records(5), 'journal-1', ''))).toMatchObject({ stored: 5, retry: [] });
    expect(await scene.store.health()).toEqual({ ok: true, reason: '' });
  });

  it('keeps what meets the circuit breaker for later, and says that a search may be asked again', async () => {
    await scene.store.write(contractBatch(records(1), 'journal-0'));
    await scene.client.cluster.putSettings({ persistent: { 'indices.breaker.total.limit': '1%' } });
    const outcome = await scene.store.write(contractBatch(records(5)));
    expect(outcome).toMatchObject({ stored: 0, rejected: [], retry: [0, 1, 2, 3, 4], reason: expect.stringMatching(/overloaded \(429\)/) });
    await expect(scene.store.search(contractSearch())).rejects.toMatchObject({ code: 'store_unavailable', retryable: true });
    await scene.client.cluster.putSettings({ persistent: { 'indices.breaker.total.limit': null } });
    expect(await scene.store.write(contractBatch(records(5), 'journal-1', ''))).toMatchObject({ stored: 5 });
  });

  it('stores once what a frozen node had taken in before it answered', async () => {
    const hasty = await elasticsearchScene(node.url, { requestTimeoutMs: 300 });
    await eventually(async () => expect((await hasty.store.write(contractBatch(records(1), 'journal-0', ''))).stored).toBe(1));
    const mark = await eventually(() => hasty.store.mark());
    process.kill(node.pid, 'SIGSTOP');
    const outcome = await hasty.store.write(contractBatch(records(50)));
    process.kill(node.pid, 'SIGCONT');
    expect(outcome.retry).toHaveLength(50);
    await eventually(async () => expect((await hasty.store.write(contractBatch(records(50), 'journal-1', mark))).stored).toBe(50));
    expect(await storedCount(hasty)).toBe(51);
    await hasty.remove();
  });
});

describeWithOwnElasticsearch('a node that is overloaded', () => {
  let node: ElasticsearchNode;

  beforeAll(async () => {
    const settings = { 'thread_pool.write.size': 1, 'thread_pool.write.queue_size': 1, 'indexing_pressure.memory.limit': '1mb' };
    node = await startElasticsearch({ settings });
  }, SLOW_MS);

  afterAll(() => node.stop());

  it(
    'stores every record once, however often it refuses some or all of a request (429)',
    async () => {
      const scene = await elasticsearchScene(node.url);
      const mark = await scene.store.mark();
      const refused: string[] = [];
      const drain = async (journal: string) => {
        let outcome = await scene.store.write(contractBatch(records(400, 'x'.repeat(500)), journal));
        while (outcome.retry.length > 0) {
          refused.push(outcome.reason ?? '');
          outcome = await scene.store.write(contractBatch(records(400, 'x'.repeat(500)), journal, mark));
        }
        return outcome.stored;
      };
      const stored = await Promise.all(Array.from({ length: 16 }, (_, index) => drain(`journal-${index}`)));
      expect(stored).toEqual(stored.map(() => 400));
      expect(refused.length).toBeGreaterThan(0);
      expect(refused.every((reason) => /overloaded \(429\)/.test(reason))).toBe(true);
      expect(await storedCount(scene)).toBe(16 * 400);
      await scene.remove();
    },
    SLOW_MS,
  );
});

describeWithOwnElasticsearch('a node with little room', () => {
  it(
    'gets in pieces a batch that is larger than it ever takes at once (429)',
    async () => {
      const node = await startElasticsearch({ settings: { 'indexing_pressure.memory.limit': '1mb' } });
      const scene = await elasticsearchScene(node.url);
      const mark = await scene.store.mark();
      const batch = records(300, 'x'.repeat(10_000));
      const first = await scene.store.write(contractBatch(batch));
      expect(first).toMatchObject({ stored: 0, rejected: [], reason: expect.stringMatching(/overloaded \(429\)/) });
      await eventually(async () => expect((await scene.store.write(contractBatch(batch, 'journal-1', mark))).stored).toBe(300));
      expect(await storedCount(scene)).toBe(300);
      await scene.remove();
      await node.stop();
    },
    SLOW_MS,
  );
});

describeWithOwnElasticsearch('a node that is killed', () => {
  it(
    'has everything that was said to be stored, once, when it is back',
    async () => {
      const data = await mkdtemp(join(tmpdir(), 'logweir-killed-'));
      const first = await startElasticsearch({ data });
      const proxy = await startFaultProxy(first.url);
      const scene = await elasticsearchScene(proxy.url, { requestTimeoutMs: 20_000 });
      const mark = await scene.store.mark();
      expect((await scene.store.write(contractBatch(records(100)))).stored).toBe(100);
      const broken = scene.store.write(contractBatch(records(3_000), 'journal-2'));
      await first.stop('SIGKILL');
      await broken;
      const second = await startElasticsearch({ data });
      proxy.target = second.url;
      await eventually(
        async () => expect((await scene.store.write(contractBatch(records(3_000), 'journal-2', mark))).stored).toBe(3_000),
        SLOW_MS / 2,
      );
      expect(await storedCount(scene)).toBe(3_100);
      await scene.remove();
      await proxy.close();
      await second.stop();
      await rm(data, { recursive: true, force: true });
    },
    SLOW_MS,
  );
});

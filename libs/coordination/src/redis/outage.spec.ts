import { performance } from 'node:perf_hooks';
import type { Logger } from '#libs/telemetry';
import { eventually } from '../../../../test/support/eventually.js';
import { describeWithRedis, startRedis, type RedisOptions, type RedisServer } from '../../../../test/support/redis.js';
import type { Coordination } from '../coordination.js';
import { openCoordination } from '../open.js';
import { silent } from '../silent.fixture.js';

const options = { concurrency: 4, lockMs: 5_000, stalledMs: 2_000, attempts: 3, backoff: () => 20 };
const AWAY_MS = 3_000;

describeWithRedis('Redis', () => {
  const closing: (() => Promise<void>)[] = [];

  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close();
  });

  async function start(settings: RedisOptions): Promise<RedisServer> {
    const redis = await startRedis(settings);
    closing.push(() => redis.close());
    return redis;
  }

  async function open(redis: RedisServer, log: Logger = silent): Promise<Coordination> {
    const coordination = await openCoordination({ kind: 'redis', url: redis.url }, { log, now: Date.now });
    closing.push(() => coordination.close());
    return coordination;
  }

  it('away for a while: adds fail at once, the lease is lost, and all of it works again within 5 s', async () => {
    const redis = await start({ appendfsync: 'always' });
    const coordination = await open(redis);
    const queue = coordination.queue('work');
    const done: string[] = [];
    const worker = await queue.work(async ({ id }) => void done.push(id), options);
    const messages: unknown[] = [];
    await coordination.subscribe('rules', (message) => messages.push(message));
    let reconnects = 0;
    coordination.onReconnect(() => reconnects++);
    const lease = await coordination.lease('evaluator', new AbortController().signal);
    await queue.add({ id: 'n-before', data: {} });
    await queue.add({ id: 'n-kept', data: {} }, { delayMs: AWAY_MS });
    await eventually(() => expect(done).toEqual(['n-before']));

    await redis.stop('SIGKILL');
    const away = performance.now();
    const asked = performance.now();
    await expect(queue.add({ id: 'n-lost', data: {} })).rejects.toMatchObject({ code: 'coordination_unavailable' });
    await expect(coordination.publish('rules', 1)).rejects.toMatchObject({ code: 'coordination_unavailable' });
    expect(performance.now() - asked).toBeLessThan(1_000);
    expect(await coordination.health()).toMatchObject({ ok: false, reason: expect.stringContaining(`127.0.0.1:${redis.port}`) });
    await eventually(() => expect(lease.lost.aborted).toBe(true));
    expect(performance.now() - away).toBeLessThan(3_500);
    await eventually(() => expect(performance.now() - away).toBeGreaterThan(AWAY_MS));

    await redis.restart();
    const back = performance.now();
    await eventually(() => queue.add({ id: 'n-after', data: {} }));
    await eventually(() => expect(done.toSorted()).toEqual(['n-after', 'n-before', 'n-kept']));
    const next = await coordination.lease('evaluator', new AbortController().signal);
    expect(next.fence).toBeGreaterThan(lease.fence);
    await eventually(() => expect(reconnects).toBe(1));
    await coordination.publish('rules', 2);
    await eventually(() => expect(messages).toEqual([2]));
    expect(performance.now() - back).toBeLessThan(5_000);
    expect(await coordination.health()).toEqual({ ok: true, reason: '' });
    await worker.close(1_000);
  });

  it.each([
    ['that forgets', {}, /cannot be used: it forgets everything in a restart: set "appendonly yes"/],
    ['that evicts', { appendfsync: 'always', maxmemoryPolicy: 'allkeys-lru' }, /cannot be used: .*set "maxmemory-policy noeviction"$/],
  ] as const)('%s is refused with what to change', async (_, settings, message) => {
    const redis = await start(settings);
    const opening = open(redis);
    await expect(opening).rejects.toThrow(message);
    await expect(opening).rejects.toMatchObject({ code: 'coordination_settings' });
  });

  it('that is not there is an error that says where, and nothing says the password', async () => {
    const redis = await start({ appendfsync: 'everysec', password: 'geheim' });
    const said: string[] = [];
    const say = (message: string, fields?: object): void => void said.push(message + JSON.stringify(fields));
    const coordination = await open(redis, { debug: say, info: say, warn: say, error: say });
    const worker = await coordination.queue('work').work(async () => undefined, options);
    await redis.stop();
    await expect(coordination.queue('work').add({ id: 'n-1', data: {} })).rejects.not.toThrow(/geheim/);
    const opening = openCoordination({ kind: 'redis', url: redis.url, connectMs: 300 }, { log: silent, now: Date.now });
    await expect(opening).rejects.toThrow(/^Redis at 127\.0\.0\.1:\d+ cannot be reached within 300 ms .*: start it, or correct its URL$/);
    await worker.close(0);
    expect(said.join('\n')).toMatch(/"appendfsync always" is advised[\s\S]*Redis is away/);
    expect(said.join('\n')).not.toContain('geheim');
  });

  it('with a wrong password says so', async () => {
    const redis = await start({ appendfsync: 'always', password: 'geheim' });
    const opening = openCoordination(
      { kind: 'redis', url: redis.url.replace('geheim', 'falsch'), connectMs: 500 },
      { log: silent, now: Date.now },
    );
    await expect(opening).rejects.toThrow(/WRONGPASS/);
  });
});

import { performance } from 'node:perf_hooks';
import { eventually } from '../../../../test/support/eventually.js';
import { describeWithRedis, startRedis } from '../../../../test/support/redis.js';
import type { Context } from '../context.js';
import { RedisServer } from '../redis/redis-server.js';
import { silent } from '../silent.fixture.js';
import type { Engine } from './engine.js';
import { BullJobQueue } from './queue.js';

/** So that what takes 6 s takes 0.6 s. */
const FASTER = 10;

describeWithRedis('a worker', () => {
  it('that never hears of a job though some wait is replaced', async () => {
    const redis = await startRedis();
    const warnings: string[] = [];
    const context: Context = {
      log: { ...silent, warn: (message) => void warnings.push(message) },
      now: Date.now,
      monotonic: () => performance.now() * FASTER,
    };
    const server = await RedisServer.open({ kind: 'redis', url: redis.url, requireAppendOnly: false }, context);
    const deaf = deafAtFirst(server.engine);
    const queue = new BullJobQueue('deaf', deaf.engine, context);
    const done: string[] = [];
    const options = { concurrency: 2, lockMs: 60_000, stalledMs: 60_000, attempts: 1, backoff: () => -1 };
    const worker = await queue.work(async ({ id }) => void done.push(id), options);
    await eventually(() => expect(deaf.asked()).toBe(1));
    expect(warnings).toEqual([]);
    await queue.add({ id: 'n-1', data: {} });
    await eventually(() => expect(done).toEqual(['n-1']));
    expect(warnings).toEqual(['a worker took no job though some wait: it is replaced']);
    await worker.close(100);
    await queue.close();
    await server.close();
    await redis.close();
  });
});

/** The blocking call of the first worker never comes back, as in bullmq#4585. */
function deafAtFirst(engine: Engine): { engine: Engine; asked(): number } {
  let workers = 0;
  let asked = 0;
  const worker: Engine['worker'] = (...made) => {
    const backend = engine.worker(...made);
    if (workers++ > 0) return backend;
    backend.waitForJob = () => {
      asked++;
      return new Promise(() => undefined);
    };
    return backend;
  };
  return { engine: { ...engine, worker }, asked: () => asked };
}

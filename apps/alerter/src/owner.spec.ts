import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type Lease, openCoordination } from '#libs/coordination';
import { type Logger, Metrics } from '#libs/telemetry';
import { eventually } from '../../../test/support/eventually.js';
import { MemoryCoordination } from '../../../test/support/memory-coordination.js';
import { describeWithRedis, startRedis } from '../../../test/support/redis.js';
import { Owner } from './owner.js';

const silent: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const coordination = new MemoryCoordination();
const owners: Owner[] = [];
afterEach(async () => {
  for (const owner of owners.splice(0)) await owner.close();
});

function start(serve: (lease: Lease, stop: AbortSignal) => Promise<void>): Owner {
  const owner = new Owner({ alerting: { coordination }, metrics: new Metrics(), log: silent, serve });
  owners.push(owner);
  owner.start();
  return owner;
}

const untilStopped = (stop: AbortSignal): Promise<void> => new Promise((resolve) => stop.addEventListener('abort', () => resolve()));

describe('The owner of the rules', () => {
  it('is one at a time; when it ends the next begins under a higher fencing number', async () => {
    const fences: number[] = [];
    const serve = async (lease: Lease, stop: AbortSignal): Promise<void> => {
      fences.push(lease.fence);
      await untilStopped(stop);
    };
    const [first, second] = [start(serve), start(serve)];
    await eventually(() => expect([first.isAlive, second.isAlive]).toEqual([true, false]));
    await first.close();
    await eventually(() => expect([first.isAlive, second.isAlive]).toEqual([false, true]));
    expect(fences[1]).toBeGreaterThan(fences[0] ?? Infinity);
  });

  it('ends its term when it loses the lease, and asks for it again', async () => {
    const ended: unknown[] = [];
    const owner = start(async (lease, stop) => {
      await untilStopped(stop);
      ended.push(lease.lost.aborted);
    });
    await eventually(() => expect(owner.isAlive).toBe(true));
    coordination.lose('evaluator');
    await eventually(() => expect(ended).toEqual([true]));
    await eventually(() => expect(owner.isAlive).toBe(true), 3_000);
  });

  it('begins anew after a term that failed', async () => {
    let terms = 0;
    const owner = start(async (_, stop) => {
      if (++terms === 1) throw new Error('the checkpoint cannot be written');
      await untilStopped(stop);
    });
    await eventually(() => expect([terms, owner.isAlive]).toEqual([2, true]), 3_000);
  });
});

describeWithRedis('The owner of the rules in another process', () => {
  it('is followed within five seconds when it is killed', async () => {
    const redis = await startRedis({ appendfsync: 'always' });
    const child = fork(join(import.meta.dirname, 'owner-child.fixture.ts'), [redis.url], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const [fence] = (await once(child, 'message')) as [number];
    const shared = await openCoordination({ kind: 'redis', url: redis.url }, { log: silent, now: Date.now });
    const begun: number[] = [];
    const serve = async (lease: Lease, stop: AbortSignal): Promise<void> => {
      begun.push(lease.fence);
      await untilStopped(stop);
    };
    const owner = new Owner({ alerting: { coordination: shared }, metrics: new Metrics(), log: silent, serve });
    owner.start();
    child.kill('SIGKILL');
    await once(child, 'exit');
    await eventually(() => expect(begun).toHaveLength(1), 5_000);
    expect(begun[0]).toBeGreaterThan(fence);
    await owner.close();
    await shared.close();
    await redis.close();
  }, 20_000);
});

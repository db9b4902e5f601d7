import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { eventually } from '../../../test/support/eventually.js';
import type { Coordination, Job, Queue, WorkerOptions } from './coordination.js';
import type { CoordinationOptions } from './open.js';

export interface CoordinationSetup {
  /** One for all tests of the suite. */
  readonly coordination: Coordination;
  /** A second client as another process has one; the same one where only one process can have the data. */
  readonly other: Coordination;
  /** Data that a process can take over from a killed one: what a child is given, and then `open`. */
  readonly takeOver: CoordinationOptions;
  open(options: CoordinationOptions): Promise<Coordination>;
  close(): Promise<void>;
}

const CHILD = join(import.meta.dirname, 'child.fixture.ts');

const quick: WorkerOptions = { concurrency: 4, lockMs: 5_000, stalledMs: 2_000, attempts: 3, backoff: () => 20 };

let names = 0;

/** Every implementation of `Coordination` passes it. */
export function coordinationContract(name: string, setup: () => Promise<CoordinationSetup>): void {
  describe(`coordination: ${name}`, () => {
    let made: CoordinationSetup;
    let coordination: Coordination;
    const closing: (() => Promise<void>)[] = [];

    beforeAll(async () => {
      made = await setup();
      coordination = made.coordination;
    }, 60_000);

    afterEach(async () => {
      for (const close of closing.splice(0).toReversed()) await close();
    });

    afterAll(async () => made?.close());

    const newQueue = (): Queue => coordination.queue(`q${names++}-${process.pid}`);
    const newName = (): string => `n${names++}-${process.pid}`;

    async function work(queue: Queue, run: Parameters<Queue['work']>[0], options: Partial<WorkerOptions> = {}) {
      const worker = await queue.work(run, { ...quick, ...options });
      closing.push(() => worker.close(1_000));
      return worker;
    }

    describe('a queue', () => {
      it('gives a worker each job with its data, first try first', async () => {
        const queue = newQueue();
        const done: unknown[] = [];
        await work(queue, async (job, signal, attempt) => void done.push([job.id, job.data, signal.aborted, attempt]), { concurrency: 1 });
        await queue.add({ id: 'n-1', data: { text: 'ä "', list: [1, null], none: null } });
        await queue.add({ id: 'n-2', data: null });
        await queue.add({ id: 'n-3', data: 'text' });
        await eventually(() => expect(done).toHaveLength(3));
        expect(done).toEqual([
          ['n-1', { text: 'ä "', list: [1, null], none: null }, false, 1],
          ['n-2', null, false, 1],
          ['n-3', 'text', false, 1],
        ]);
      });

      it('takes many jobs at once, and its size goes back to 0', async () => {
        const queue = newQueue();
        const ids = Array.from({ length: 300 }, (_, index) => `n-${index}`);
        await queue.addAll(ids.map((id) => ({ id, data: {} })));
        expect(await queue.size()).toBe(300);
        const done = new Set<string>();
        await work(queue, async ({ id }) => void done.add(id), { concurrency: 20 });
        await eventually(() => expect(done.size).toBe(300));
        await eventually(async () => expect(await queue.size()).toBe(0));
      });

      it('makes a second add of an id that waits or runs a no-op, and takes the id again when it is done', async () => {
        const queue = newQueue();
        const runs: unknown[] = [];
        let finish: () => void = () => undefined;
        await queue.add({ id: 's-a', data: 1 });
        await queue.add({ id: 's-a', data: 2 });
        await queue.addAll([{ id: 's-a', data: 3 }]);
        await work(queue, (job) => {
          runs.push(job.data);
          return new Promise((resolve) => (finish = resolve));
        });
        await eventually(() => expect(runs).toEqual([1]));
        await queue.add({ id: 's-a', data: 4 });
        expect(await queue.size()).toBe(1);
        finish();
        await eventually(async () => expect(await queue.size()).toBe(0));
        await queue.add({ id: 's-a', data: 5 });
        await eventually(() => expect(runs).toEqual([1, 5]));
        finish();
      });

      it('keeps a delayed job back, and counts it', async () => {
        const queue = newQueue();
        const done: number[] = [];
        await work(queue, async () => void done.push(performance.now()));
        const added = performance.now();
        await queue.add({ id: 'n-late', data: {} }, { delayMs: 300 });
        expect(await queue.size()).toBe(1);
        await eventually(() => expect(done).toHaveLength(1), 3_000, 10);
        expect(done[0]! - added).toBeGreaterThanOrEqual(299);
        expect(done[0]! - added).toBeLessThan(1_500);
      });

      it('removes waiting and delayed jobs, never running ones', async () => {
        const queue = newQueue();
        const done: string[] = [];
        const finish: (() => void)[] = [];
        await work(
          queue,
          async ({ id }) => {
            await new Promise<void>((resolve) => finish.push(resolve));
            done.push(id);
          },
          { concurrency: 1 },
        );
        await queue.add({ id: 'n-running', data: {} });
        await eventually(() => expect(finish).toHaveLength(1));
        await queue.add({ id: 'n-waiting', data: {} });
        await queue.add({ id: 'n-delayed', data: {} }, { delayMs: 60_000 });
        await queue.remove(['n-running', 'n-waiting', 'n-delayed', 'n-unknown']);
        expect(await queue.size()).toBe(1);
        finish[0]?.();
        await eventually(async () => expect(await queue.size()).toBe(0));
        expect(done).toEqual(['n-running']);
      });

      it.each([
        ['7', { id: '7', data: {} }],
        ['a colon', { id: 'n-a:b', data: {} }],
        ['no kind', { id: 'abc', data: {} }],
        ['more than 1 MiB', { id: 'n-1', data: 'x'.repeat(1024 * 1024) }],
      ])('refuses a job with %s', async (_, job) => {
        await expect(newQueue().add(job)).rejects.toMatchObject({ name: 'CoordinationError', code: 'coordination_job' });
      });

      it('tries again after the time that the error asks for, and says how often', async () => {
        const queue = newQueue();
        const tries: [number, number][] = [];
        const backoff = (attempt: number, error: unknown): number => attempt * Number((error as { waitMs: number }).waitMs);
        await work(
          queue,
          async (_job, _signal, attempt) => {
            tries.push([attempt, performance.now()]);
            if (attempt < 3) throw Object.assign(new Error('not yet'), { waitMs: 100 });
          },
          { attempts: 5, backoff },
        );
        await queue.add({ id: 'n-again', data: {} });
        await eventually(() => expect(tries).toHaveLength(3));
        expect(tries.map(([attempt]) => attempt)).toEqual([1, 2, 3]);
        expect(tries[1]![1] - tries[0]![1]).toBeGreaterThan(95);
        expect(tries[2]![1] - tries[1]![1]).toBeGreaterThan(195);
        await eventually(async () => expect(await queue.size()).toBe(0));
      });

      it.each([
        ['after its last try', { attempts: 2, backoff: () => 0 }, 2],
        ['at once when the backoff is negative', { attempts: 9, backoff: () => -1 }, 1],
      ])('drops a job %s, says so, and takes its id again', async (_, options, expected) => {
        const queue = newQueue();
        let tries = 0;
        const dropped: [Job, unknown][] = [];
        const work_ = async (): Promise<void> => {
          tries++;
          throw new RangeError('always');
        };
        await work(queue, work_, { ...options, onDropped: (job, error) => dropped.push([job, error]) });
        await queue.add({ id: 'n-bad', data: { a: 1 } });
        await eventually(() => expect(dropped).toHaveLength(1));
        expect(tries).toBe(expected);
        expect(dropped[0]).toEqual([{ id: 'n-bad', data: { a: 1 } }, new RangeError('always')]);
        expect(await queue.size()).toBe(0);
        await queue.add({ id: 'n-bad', data: {} });
        await eventually(() => expect(dropped).toHaveLength(2));
      });

      it('aborts the signal of a job that outlasts the deadline of close, and gives the job to the next worker as the same try', async () => {
        const queue = newQueue();
        let started = 0;
        const worker = await queue.work(async (_job, signal) => {
          started++;
          await once(signal, 'abort');
          throw new Error('interrupted');
        }, quick);
        await queue.add({ id: 'n-long', data: {} });
        await eventually(() => expect(started).toBe(1));
        const asked = performance.now();
        await worker.close(100);
        expect(performance.now() - asked).toBeLessThan(2_000);
        const attempts: number[] = [];
        await work(queue, async (_job, _signal, attempt) => void attempts.push(attempt));
        await eventually(() => expect(attempts).toEqual([1]));
      });

      it('lets a running job end when it is quick enough for close', async () => {
        const queue = newQueue();
        const seen: boolean[] = [];
        let finish: () => void = () => undefined;
        const worker = await queue.work(async (_job, signal) => {
          await new Promise<void>((resolve) => (finish = resolve));
          seen.push(signal.aborted);
        }, quick);
        await queue.add({ id: 'n-1', data: {} });
        await eventually(() => expect(finish.length).toBe(1));
        const closed = worker.close(5_000);
        finish();
        await closed;
        expect(seen).toEqual([false]);
        expect(await queue.size()).toBe(0);
      });

      it('spreads jobs over workers, each to one of them, and knows which worker is awake', async () => {
        const name_ = newName();
        const queue = coordination.queue(name_);
        const done: string[] = [];
        const one = await work(queue, async ({ id }) => void done.push(id));
        const two = await work(made.other.queue(name_), async ({ id }) => void done.push(id));
        await queue.addAll(Array.from({ length: 50 }, (_, index) => ({ id: `n-${index}`, data: {} })));
        await eventually(() => expect(done).toHaveLength(50));
        expect(new Set(done).size).toBe(50);
        expect(Math.min(one.quietMs, two.quietMs)).toBeLessThan(1_000);
      });
    });

    describe('a lease', () => {
      it('belongs to one at a time, is passed on at release at once, and its fence grows', async () => {
        const name_ = newName();
        const first = await coordination.lease(name_, new AbortController().signal);
        expect(first.fence).toBeGreaterThan(Date.now() - 60_000);
        let second: { fence: number; release(): Promise<void> } | undefined;
        const waiting = made.other.lease(name_, new AbortController().signal).then((lease) => (second = lease));
        await expect(eventually(() => expect(second).toBeDefined(), 700)).rejects.toThrow();
        const released = performance.now();
        await first.release();
        await waiting;
        // Who only asks now and then does so each half second.
        expect(performance.now() - released).toBeLessThan(450);
        expect(second?.fence).toBeGreaterThan(first.fence);
        expect(first.lost.aborted).toBe(false);
        await second?.release();
      });

      it('can be waited for no longer', async () => {
        const name_ = newName();
        const lease = await coordination.lease(name_, new AbortController().signal);
        const abort = new AbortController();
        const waiting = made.other.lease(name_, abort.signal);
        abort.abort(new Error('not wanted any more'));
        await expect(waiting).rejects.toThrow('not wanted any more');
        await lease.release();
      });

      it('stays with its owner as long as that lives', async () => {
        const lease = await coordination.lease(newName(), new AbortController().signal);
        await expect(eventually(() => expect(lease.lost.aborted).toBe(true), 3_600)).rejects.toThrow();
        await lease.release();
      });
    });

    describe('a channel', () => {
      it('brings a message to all that listen, this process too, until they close', async () => {
        const channel = newName();
        const here: unknown[] = [];
        const there: unknown[] = [];
        const one = await coordination.subscribe(channel, (message) => here.push(message));
        const two = await made.other.subscribe(channel, (message) => there.push(message));
        await coordination.publish(channel, { a: [1, 'ä'] });
        await eventually(() => expect([here, there]).toEqual([[{ a: [1, 'ä'] }], [{ a: [1, 'ä'] }]]));
        await one.close();
        await made.other.publish(channel, null);
        await eventually(() => expect(there).toEqual([{ a: [1, 'ä'] }, null]));
        expect(here).toHaveLength(1);
        await two.close();
      });

      it('brings 60 KiB, keeps the order, and refuses more than 64 KiB', async () => {
        const channel = newName();
        const lengths: number[] = [];
        const listening = await made.other.subscribe(channel, (message) => lengths.push(String(message).length));
        for (const length of [1, 60 * 1024, 2, 8_100, 3]) await coordination.publish(channel, 'x'.repeat(length));
        await eventually(() => expect(lengths).toEqual([1, 60 * 1024, 2, 8_100, 3]));
        const much = coordination.publish(channel, 'x'.repeat(64 * 1024));
        await expect(much).rejects.toMatchObject({ code: 'coordination_message' });
        await listening.close();
      });

      it('does not break when a listener does', async () => {
        const channel = newName();
        const seen: unknown[] = [];
        const bad = await coordination.subscribe(channel, () => {
          throw new Error('broken listener');
        });
        const good = await coordination.subscribe(channel, (message) => seen.push(message));
        await coordination.publish(channel, 1);
        await eventually(() => expect(seen).toEqual([1]));
        await bad.close();
        await good.close();
      });
    });

    it('is healthy', async () => {
      expect(await coordination.health()).toEqual({ ok: true, reason: '' });
    });

    describe('after kill -9 of a process', () => {
      it('a job it ran is taken over within lock and check, and its lease in less than 5 s', async () => {
        const child = await startChild(made.takeOver);
        child.kill('SIGKILL');
        const killed = performance.now();
        await once(child, 'exit');
        const survivor = await made.open(made.takeOver);
        const runs: number[] = [];
        const worker = await survivor.queue('orphans').work(async (_job, _signal, attempt) => void runs.push(attempt), {
          ...quick,
          lockMs: 1_000,
          stalledMs: 500,
        });
        const abort = new AbortController();
        const leased = survivor.lease('orphan', abort.signal).then((lease) => ({ lease, ms: performance.now() - killed }));
        await eventually(() => expect(runs).toHaveLength(1), 6_000);
        // The stalled check sees a job twice before it believes it.
        expect(performance.now() - killed).toBeLessThan(1_000 + 2 * 500 + 1_000);
        const { lease, ms } = await leased;
        expect(ms).toBeLessThan(5_000);
        await lease.release();
        await worker.close(1_000);
        await survivor.close();
      }, 30_000);
    });
  });
}

/** A process that runs one job for ever and holds a lease. */
async function startChild(options: CoordinationOptions): Promise<ChildProcess> {
  const child = fork(CHILD, [JSON.stringify(options)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  await once(child, 'message');
  return child;
}

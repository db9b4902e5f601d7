import { Worker as BullWorker, WaitingError, type IQueueBackend, type Job as BullJob } from 'bullmq';
import type { Context } from '../context.js';
import type { Job, Worker, WorkerOptions } from '../coordination.js';
import { CONNECTION_OF_ENGINE, type Engine } from './engine.js';
import { Held } from './held.js';

export type Work = (job: Job, signal: AbortSignal, attempt: number) => Promise<void>;

/** How long an idle worker waits for the server to say "there is a job" before it asks on its own. */
const ASK_EVERY_SECONDS = 5;
/** After an error of the server, not of a job. */
const RETRY_MS = 500;
/** A worker whose server goes on must not need so long to take what waits; a healthy one needs milliseconds. */
const DEAF_MS = 3_000;
const WATCH_MS = 500;
/** Between two looks at the queue of a worker that is quiet. */
const LOOK_MS = 1_500;
/** What a job whose signal aborted has to end before nobody waits for it any more. */
const ABORTED_MS = 1_000;
/** A job whose process died so often is dropped like any other that failed too often, but one kill is never its fault. */
const MIN_STALLS = 10;

interface Parts {
  readonly queue: string;
  readonly engine: Engine;
  readonly context: Context;
  /** Jobs that somebody could take now. */
  readonly waiting: () => Promise<number>;
}

interface Data {
  readonly data: unknown;
}

type Bull = BullWorker<Data, void, string, IQueueBackend, object>;

/** The reason stays in this process: what is stored with a job and logged by BullMQ must not hold an address or a secret. */
class WorkFailed extends Error {
  constructor(readonly reason: unknown) {
    super('the work failed');
  }
}

function reasonOf(error: unknown): unknown {
  return error instanceof WorkFailed ? error.reason : error;
}

export class BullJobWorker implements Worker {
  private bull: Bull;
  private readonly held: Held;
  private readonly watch: NodeJS.Timeout;
  private asked: number;
  private suspectedAt: number | undefined;
  private looked = Number.NEGATIVE_INFINITY;
  private closing: Promise<void> | undefined;

  constructor(
    private readonly parts: Parts,
    private readonly work: Work,
    private readonly options: WorkerOptions,
  ) {
    this.held = new Held(options.lockMs, parts.context.monotonic);
    this.asked = parts.context.monotonic();
    this.bull = this.create();
    this.watch = setInterval(() => void this.look(), WATCH_MS);
  }

  get quietMs(): number {
    return this.parts.context.monotonic() - this.asked;
  }

  async start(): Promise<void> {
    await this.bull.waitUntilReady();
  }

  close(deadlineMs: number): Promise<void> {
    this.closing ??= this.end(deadlineMs);
    return this.closing;
  }

  private async end(deadlineMs: number): Promise<void> {
    clearInterval(this.watch);
    const { bull } = this;
    const closed = bull.close().catch(() => undefined);
    const abort = setTimeout(() => this.held.abortAll('the worker closes'), deadlineMs);
    let leave: NodeJS.Timeout | undefined;
    const left = new Promise<void>((resolve) => {
      leave = setTimeout(() => {
        // Not waited for: it may hang on the same server.
        void this.tearDown().catch(() => undefined);
        resolve();
      }, deadlineMs + ABORTED_MS);
    });
    await Promise.race([closed, left]);
    clearTimeout(abort);
    clearTimeout(leave);
  }

  /** A close that waits for a server that is away leaves the timer of its locks running, which keeps the process alive. */
  private async tearDown(): Promise<void> {
    const { lockManager } = this.bull as unknown as { readonly lockManager?: { close(): Promise<void> } };
    await lockManager?.close();
    await this.bull.getBackend().close(true);
  }

  private create(): Bull {
    const { queue, engine, context } = this.parts;
    const { concurrency, lockMs, stalledMs, attempts, backoff } = this.options;
    const bull: Bull = new BullWorker<Data, void, string, IQueueBackend, object>(
      queue,
      (job, token) => this.run(bull, job, token),
      {
        connection: CONNECTION_OF_ENGINE,
        prefix: engine.prefix,
        concurrency,
        lockDuration: lockMs,
        stalledInterval: stalledMs,
        maxStalledCount: Math.max(MIN_STALLS, attempts),
        drainDelay: ASK_EVERY_SECONDS,
        runRetryDelay: RETRY_MS,
        settings: {
          backoffStrategy: (attempt, _type, error) => {
            const delay = attempt >= attempts ? -1 : Math.round(backoff(attempt, reasonOf(error)));
            return delay < 0 ? -1 : delay;
          },
        },
      },
      (...made) => this.observe(engine.worker(...made)),
    );
    bull.on('error', (error) => context.log.debug('worker', { queue, reason: error.message }));
    bull.on('lockRenewalFailed', (ids) => ids.forEach((id) => this.held.abort(id, 'another worker has the job')));
    bull.on('locksRenewed', ({ jobIds }) => this.held.renew(jobIds));
    bull.on('failed', (job, error) => {
      if (job?.finishedOn !== undefined) this.options.onDropped?.(jobOf(job), reasonOf(error));
    });
    return bull;
  }

  /** A worker that asks is not deaf; PING would tell nothing about it. */
  private observe(backend: IQueueBackend): IQueueBackend {
    const { waitForJob, moveToActive } = backend;
    const asks = <T>(promise: Promise<T>): Promise<T> => promise.finally(() => this.ask());
    backend.waitForJob = (timeout) => asks(waitForJob.call(backend, timeout));
    backend.moveToActive = (token, name) => asks(moveToActive.call(backend, token, name));
    return backend;
  }

  private ask(): void {
    this.asked = this.parts.context.monotonic();
    this.suspectedAt = undefined;
  }

  private async run(bull: Bull, job: BullJob<Data, void>, token: string | undefined): Promise<void> {
    const signal = this.held.take(jobOf(job).id);
    try {
      await this.work(jobOf(job), signal, job.attemptsMade + 1);
    } catch (error) {
      // It did not fail, it was interrupted: whoever works on does it again, and no try is counted.
      if (signal.aborted && this.closing !== undefined) {
        await job.moveToWait(token);
        throw new WaitingError();
      }
      throw new WorkFailed(error);
    } finally {
      this.held.leave(jobOf(job).id, signal);
      if (bull === this.bull) this.ask();
    }
  }

  private async look(): Promise<void> {
    this.held.abortExpired();
    const now = this.parts.context.monotonic();
    if (this.quietMs < DEAF_MS || this.held.size >= this.options.concurrency || now - this.looked < LOOK_MS) return;
    this.looked = now;
    const waiting = await this.parts.waiting().catch(() => 0);
    if (waiting === 0 || this.quietMs < DEAF_MS) this.suspectedAt = undefined;
    else this.suspectedAt ??= now;
    if (this.suspectedAt !== undefined && now - this.suspectedAt >= DEAF_MS && this.closing === undefined) this.replace(waiting);
  }

  /** bullmq#4585: the connection lives, and the worker never hears of a job again. Its jobs are left to the stalled check. */
  private replace(waiting: number): void {
    const { queue, context } = this.parts;
    context.log.warn('a worker took no job though some wait: it is replaced', { queue, waiting, quietMs: Math.round(this.quietMs) });
    this.held.abortAll('the worker is replaced');
    const deaf = this.bull;
    this.ask();
    this.bull = this.create();
    void deaf.close(true).catch(() => undefined);
  }
}

function jobOf(job: Pick<BullJob<Data>, 'id' | 'data'>): Job {
  return { id: job.id ?? '', data: job.data.data };
}

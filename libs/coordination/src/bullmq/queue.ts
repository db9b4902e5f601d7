import { Queue as BullQueue, type JobsOptions } from 'bullmq';
import type { Context } from '../context.js';
import type { AddOptions, Job, Queue, Worker, WorkerOptions } from '../coordination.js';
import { CoordinationError } from '../errors.js';
import { CONNECTION_OF_ENGINE, type Engine } from './engine.js';
import { BullJobWorker, type Work } from './worker.js';

const JOB_ID = /^[a-z]-[A-Za-z0-9._-]{1,200}$/;
const JOB_NAME = 'job';
const MAX_JOB_BYTES = 1024 * 1024;
/** One script call each; more at once would keep the server from others. */
const ADD_AT_ONCE = 500;
/** The worker decides when to stop, by its own options: the job must only not say less. */
const ATTEMPTS_WITHOUT_END = 1_000_000;
/** BullMQ writes every step of every job into a stream; nobody reads it here. */
const EVENTS_KEPT = 10;

/** Not known before the answer came: the same add again is harmless. */
function unavailable(queue: string, reason: string, cause?: unknown): CoordinationError {
  return new CoordinationError('coordination_unavailable', `queue "${queue}" cannot be reached: ${reason}`, { cause });
}

export class BullJobQueue implements Queue {
  private readonly bull: BullQueue<unknown, unknown, string, unknown, unknown, string, ReturnType<Engine['producer']>, object>;

  private readonly workers = new Set<BullJobWorker>();

  constructor(
    private readonly name: string,
    private readonly engine: Engine,
    private readonly context: Context,
  ) {
    this.bull = new BullQueue(
      name,
      { connection: CONNECTION_OF_ENGINE, prefix: engine.prefix, streams: { events: { maxLen: EVENTS_KEPT } } },
      engine.producer,
    );
    this.bull.on('error', (error) => context.log.debug('queue', { queue: name, reason: error.message }));
  }

  async add(job: Job, options: AddOptions = {}): Promise<void> {
    const data = dataOf(job);
    await this.send(() => this.bull.add(JOB_NAME, data, optionsOf(job, options)));
  }

  async addAll(jobs: readonly Job[]): Promise<void> {
    const all = jobs.map((job) => ({ name: JOB_NAME, data: dataOf(job), opts: optionsOf(job, {}) }));
    for (let from = 0; from < all.length; from += ADD_AT_ONCE) {
      await this.send(() => this.bull.addBulk(all.slice(from, from + ADD_AT_ONCE)));
    }
  }

  async remove(ids: readonly string[]): Promise<void> {
    await this.send(() => Promise.all(ids.map((id) => this.bull.remove(id))));
  }

  async size(): Promise<number> {
    return this.send(() => this.bull.getJobCountByTypes('waiting', 'prioritized', 'delayed', 'active'));
  }

  async work(work: Work, options: WorkerOptions): Promise<Worker> {
    const waiting = (): Promise<number> => this.send(() => this.bull.getJobCountByTypes('waiting'));
    const worker: BullJobWorker = new BullJobWorker(
      { queue: this.name, engine: this.engine, context: this.context, waiting },
      work,
      options,
    );
    this.workers.add(worker);
    await worker.start();
    return worker;
  }

  /** Who made a worker closes it, with time for its jobs; what is left is cut off here. */
  async close(): Promise<void> {
    await Promise.all([...this.workers].map((worker) => worker.close(0)));
    await this.bull.close();
  }

  private async send<T>(ask: () => Promise<T>): Promise<T> {
    const away = this.engine.away();
    if (away !== undefined) throw unavailable(this.name, away);
    try {
      return await ask();
    } catch (error) {
      throw unavailable(this.name, (error as Error).message, error);
    }
  }
}

/** In an object of ours, because BullMQ takes null for {}. */
function dataOf({ id, data }: Job): { readonly data: unknown } {
  if (!JOB_ID.test(id)) throw new CoordinationError('coordination_job', `job id ${JSON.stringify(id)} is not like ${JOB_ID.source}`);
  const bytes = Buffer.byteLength(JSON.stringify(data) ?? '');
  if (bytes > MAX_JOB_BYTES) {
    const what = `the data of job "${id}" has ${bytes} bytes, at most ${MAX_JOB_BYTES} are allowed`;
    throw new CoordinationError('coordination_job', `${what}: put it into a document and its name into the job`);
  }
  return { data };
}

function optionsOf(job: Job, { delayMs }: AddOptions): JobsOptions {
  return {
    jobId: job.id,
    attempts: ATTEMPTS_WITHOUT_END,
    backoff: { type: 'worker' },
    removeOnComplete: true,
    removeOnFail: true,
    stackTraceLimit: 0,
    ...(delayMs !== undefined && { delay: Math.max(0, Math.round(delayMs)) }),
  };
}

/**
 * What processes of one Logweir share while they work: queues, a lease, control messages. Nothing in it is the truth of
 * anything: all of it may be lost and is filled again from documents and journals.
 */
import type { Condition } from '#libs/telemetry';

export interface Job {
  readonly id: string;
  /** Plain JSON, at most 1 MiB; never a secret. */
  readonly data: unknown;
}

export interface AddOptions {
  /** Not before; milliseconds from now. */
  readonly delayMs?: number;
}

export interface WorkerOptions {
  readonly concurrency: number;
  /** A job whose worker is silent for so long is given to another; checked every `stalledMs`. */
  readonly lockMs: number;
  readonly stalledMs: number;
  /** Tries in all; then the job is dropped with `onDropped`: the owner of the truth adds it again when it wants to. */
  readonly attempts: number;
  /** Milliseconds before the next try; `error` is what `work` threw. Negative: no further try. */
  readonly backoff: (attempt: number, error: unknown) => number;
  readonly onDropped?: (job: Job, error: unknown) => void;
}

export interface Worker {
  /** What this worker last completed or asked for, monotonic ms ago: a worker can be deaf though its server answers. */
  readonly quietMs: number;
  /** Waits at most `deadlineMs` for running jobs, then aborts their signals. */
  close(deadlineMs: number): Promise<void>;
}

/** A queue MUST be at least once; a job id that is waiting or running MUST make a second add a no-op; ids match `^[a-z]-[A-Za-z0-9._-]+$`. */
export interface Queue {
  add(job: Job, options?: AddOptions): Promise<void>;
  addAll(jobs: readonly Job[]): Promise<void>;
  /** Waiting and delayed jobs of these ids go; running ones are not touched. */
  remove(ids: readonly string[]): Promise<void>;
  /** Jobs waiting, delayed and running. */
  size(): Promise<number>;
  /** Jobs are removed when completed or finally failed. `signal` aborts when the lock is lost or the worker closes. */
  work(work: (job: Job, signal: AbortSignal, attempt: number) => Promise<void>, options: WorkerOptions): Promise<Worker>;
  close(): Promise<void>;
}

/** Held by at most one process at a time, apart from clocks that stop: writers check `fence`. */
export interface Lease {
  /** Grows with every owner: max(stored, epoch ms of the caller) + 1. */
  readonly fence: number;
  /** Aborts when it is lost. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

export interface Coordination {
  queue(name: string): Queue;
  /** Resolves when this process has the lease; waits as long as another has it. A dead owner's lease is taken over in < 5 s. */
  lease(name: string, signal: AbortSignal): Promise<Lease>;
  /** To all processes that listen now, this one too; at most 64 KiB of JSON; may be lost while the server is away. */
  publish(channel: string, message: unknown): Promise<void>;
  subscribe(channel: string, listener: (message: unknown) => void): Promise<{ close(): Promise<void> }>;
  /** Called after the connection was lost and is back: what was published meanwhile is gone. */
  onReconnect(listener: () => void): void;
  health(): Promise<Condition>;
  close(): Promise<void>;
}

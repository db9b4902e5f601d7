import type { Coordination, Job, Lease, Queue, Worker, WorkerOptions } from '#libs/coordination';

type Work = Parameters<Queue['work']>[0];
type Listener = (message: unknown) => void;

/** One process's queues, leases and channels without any server, for tests of what stands on top of them. */
export class MemoryCoordination implements Coordination {
  /** Of queues and channels: what is asked then rejects. */
  away = false;
  readonly queues = new Map<string, MemoryQueue>();
  private readonly listeners = new Map<string, Set<Listener>>();
  private readonly holders = new Map<string, AbortController>();
  private fence = 0;

  queue(name: string): MemoryQueue {
    const queue = this.queues.get(name) ?? new MemoryQueue(() => this.check());
    this.queues.set(name, queue);
    return queue;
  }

  async lease(name: string, signal: AbortSignal): Promise<Lease> {
    while (this.holders.has(name)) {
      signal.throwIfAborted();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const lost = new AbortController();
    this.holders.set(name, lost);
    return { fence: ++this.fence, lost: lost.signal, release: async () => void this.holders.delete(name) };
  }

  /** Its owner hears that somebody else has it. */
  lose(name: string): void {
    this.holders.get(name)?.abort(new Error('lost'));
    this.holders.delete(name);
  }

  async publish(channel: string, message: unknown): Promise<void> {
    this.check();
    for (const listener of this.listeners.get(channel) ?? []) listener(structuredClone(message));
  }

  async subscribe(channel: string, listener: Listener): Promise<{ close(): Promise<void> }> {
    this.check();
    const listeners = this.listeners.get(channel) ?? new Set();
    this.listeners.set(channel, listeners.add(listener));
    return { close: async () => void listeners.delete(listener) };
  }

  onReconnect(): void {
    // Nothing is lost here.
  }

  async health(): Promise<{ ok: boolean; reason: string }> {
    return { ok: !this.away, reason: this.away ? 'away' : '' };
  }

  async close(): Promise<void> {
    // Nothing is open.
  }

  private check(): void {
    if (this.away) throw new Error('the server is away');
  }
}

export class MemoryQueue implements Queue {
  /** Everything that was ever taken, in order. */
  readonly added: Job[] = [];
  /** Called before a job is taken. */
  onAdd: (job: Job) => Promise<void> | void = () => undefined;
  private readonly present = new Set<string>();
  private readonly waiting: Job[] = [];
  private worker: ((job: Job) => Promise<void>) | undefined;

  constructor(private readonly check: () => void) {}

  async add(job: Job): Promise<void> {
    this.check();
    await this.onAdd(job);
    if (this.present.has(job.id)) return;
    const copy = structuredClone(job);
    this.present.add(job.id);
    this.added.push(copy);
    if (this.worker === undefined) this.waiting.push(copy);
    else void this.worker(copy);
  }

  async addAll(jobs: readonly Job[]): Promise<void> {
    for (const job of jobs) await this.add(job);
  }

  async remove(ids: readonly string[]): Promise<void> {
    this.check();
    for (const id of ids) {
      const at = this.waiting.findIndex((job) => job.id === id);
      if (at >= 0) this.waiting.splice(at, 1);
      if (at >= 0) this.present.delete(id);
    }
  }

  async size(): Promise<number> {
    return this.present.size;
  }

  async work(work: Work, { attempts, backoff }: WorkerOptions): Promise<Worker> {
    const stop = new AbortController();
    const run = async (job: Job, attempt = 1): Promise<void> => {
      const error = await work(job, stop.signal, attempt).then(
        () => undefined,
        (reason: unknown) => ({ reason }),
      );
      if (stop.signal.aborted) return;
      if (error !== undefined && attempt < attempts) setTimeout(() => void run(job, attempt + 1), backoff(attempt, error.reason));
      else this.present.delete(job.id);
    };
    this.worker = run;
    for (const job of this.waiting.splice(0)) void run(job);
    return {
      quietMs: 0,
      close: async () => {
        stop.abort();
        if (this.worker === run) this.worker = undefined;
      },
    };
  }

  async close(): Promise<void> {
    this.worker = undefined;
  }
}

import type { Condition } from '#libs/telemetry';
import type { AddOptions, Coordination, Job, Lease, Queue, Worker, WorkerOptions } from './coordination.js';

type Subscription = Awaited<ReturnType<Coordination['subscribe']>>;

/** Opens when it is first used: who has no rule pays for no queue. */
export class LateCoordination implements Coordination {
  private opening: Promise<Coordination> | undefined;
  private opened: Coordination | undefined;
  private readonly onReconnects: (() => void)[] = [];
  private closed = false;

  constructor(private readonly open: () => Promise<Coordination>) {}

  /** Somebody has used it. */
  get isOpen(): boolean {
    return this.opening !== undefined;
  }

  queue(name: string): Queue {
    return new LateQueue(() => this.use().then((coordination) => coordination.queue(name)));
  }

  async lease(name: string, signal: AbortSignal): Promise<Lease> {
    return (await this.use()).lease(name, signal);
  }

  async publish(channel: string, message: unknown): Promise<void> {
    await (await this.use()).publish(channel, message);
  }

  async subscribe(channel: string, listener: (message: unknown) => void): Promise<Subscription> {
    return (await this.use()).subscribe(channel, listener);
  }

  onReconnect(listener: () => void): void {
    this.onReconnects.push(listener);
    this.opened?.onReconnect(listener);
  }

  async health(): Promise<Condition> {
    return this.opening === undefined ? { ok: true, reason: '' } : (await this.opening).health();
  }

  async close(): Promise<void> {
    this.closed = true;
    await (await this.opening?.catch(() => undefined))?.close();
  }

  private use(): Promise<Coordination> {
    if (this.closed) return Promise.reject(new Error('the coordination is closed'));
    this.opening ??= this.start();
    return this.opening;
  }

  private async start(): Promise<Coordination> {
    try {
      const coordination = await this.open();
      for (const listener of this.onReconnects) coordination.onReconnect(listener);
      this.opened = coordination;
      return coordination;
    } catch (error) {
      // The next who needs it tries again.
      this.opening = undefined;
      throw error;
    }
  }
}

class LateQueue implements Queue {
  constructor(private readonly queue: () => Promise<Queue>) {}

  async add(job: Job, options?: AddOptions): Promise<void> {
    await (await this.queue()).add(job, options);
  }

  async addAll(jobs: readonly Job[]): Promise<void> {
    await (await this.queue()).addAll(jobs);
  }

  async remove(ids: readonly string[]): Promise<void> {
    await (await this.queue()).remove(ids);
  }

  async size(): Promise<number> {
    return (await this.queue()).size();
  }

  async work(work: (job: Job, signal: AbortSignal, attempt: number) => Promise<void>, options: WorkerOptions): Promise<Worker> {
    return (await this.queue()).work(work, options);
  }

  /** With its coordination. */
  async close(): Promise<void> {
    // Nothing of its own is open.
  }
}

import { Worker } from 'node:worker_threads';
import { CoordinationError } from '../../errors.js';
import type { Call, FromWorker, Rows, ToWorker, WorkerData } from './protocol.js';

interface Pending {
  resolve(rows: Rows): void;
  reject(error: Error): void;
}

/** The client of the one thread that owns a PGlite folder. */
export class Pglite {
  private readonly pending = new Map<number, Pending>();
  private readonly listeners = new Set<(channel: string, payload: string) => void>();
  private lastId = 0;
  private ended: string | undefined;

  private constructor(private readonly worker: Worker) {
    worker.on('message', (message: FromWorker) => this.receive(message));
    worker.on('error', (error) => this.end(`the thread of PGlite failed: ${error.message}; restart the process`));
    worker.on('exit', () => this.end('the thread of PGlite ended; restart the process'));
  }

  /** Rejects when the folder cannot be opened; the thread is gone then. */
  static async open(data: WorkerData): Promise<Pglite> {
    const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: data });
    try {
      await opened(worker);
      return new Pglite(worker);
    } catch (error) {
      await worker.terminate();
      throw error;
    }
  }

  /** Why nothing works any more. */
  get failure(): string | undefined {
    return this.ended;
  }

  call(call: Call): Promise<Rows> {
    return new Promise((resolve, reject) => {
      if (this.ended !== undefined) return reject(new CoordinationError('coordination_unavailable', this.ended));
      const id = ++this.lastId;
      this.pending.set(id, { resolve, reject });
      const message: ToWorker = { ...call, id };
      this.worker.postMessage(message);
    });
  }

  onNotification(listener: (channel: string, payload: string) => void): void {
    this.listeners.add(listener);
  }

  async close(): Promise<void> {
    if (this.ended === undefined) await this.call({ call: 'close' }).catch(() => undefined);
    this.end('PGlite is closed');
    await this.worker.terminate();
  }

  private receive(message: FromWorker): void {
    if ('channel' in message) {
      for (const listener of this.listeners) listener(message.channel, message.payload);
    } else if ('id' in message) {
      const pending = this.pending.get(message.id);
      this.pending.delete(message.id);
      if ('result' in message) pending?.resolve(message.result);
      else pending?.reject(Object.assign(new Error(message.error.message), message.error));
    }
  }

  private end(reason: string): void {
    this.ended ??= reason;
    for (const { reject } of this.pending.values()) reject(new CoordinationError('coordination_unavailable', this.ended));
    this.pending.clear();
  }
}

function opened(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once('message', (message: FromWorker) => {
      if ('failed' in message) reject(new Error(message.failed));
      else resolve();
    });
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`its thread ended with code ${code}`)));
  });
}

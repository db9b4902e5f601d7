/** The jobs that a worker runs, and until when it may believe that they are its own. */
export class Held {
  private readonly jobs = new Map<string, { readonly abort: AbortController; until: number }>();

  constructor(
    private readonly lockMs: number,
    private readonly monotonic: () => number,
  ) {}

  get size(): number {
    return this.jobs.size;
  }

  take(id: string): AbortSignal {
    const abort = new AbortController();
    this.jobs.set(id, { abort, until: this.monotonic() + this.lockMs });
    return abort.signal;
  }

  /** The signal tells which run ends: a job that was lost may be here a second time. */
  leave(id: string, signal: AbortSignal): void {
    if (this.jobs.get(id)?.abort.signal === signal) this.jobs.delete(id);
  }

  renew(ids: readonly string[]): void {
    for (const id of ids) {
      const job = this.jobs.get(id);
      if (job) job.until = this.monotonic() + this.lockMs;
    }
  }

  abort(id: string, reason: string): void {
    this.jobs.get(id)?.abort.abort(new Error(reason));
  }

  abortAll(reason: string): void {
    for (const id of this.jobs.keys()) this.abort(id, reason);
  }

  /** The server did not hear of us for a whole lock: it may have given them to others. */
  abortExpired(): void {
    for (const [id, { until }] of this.jobs) {
      if (until < this.monotonic()) this.abort(id, 'the lock of the job could not be renewed in time');
    }
  }
}

/**
 * Waits for the lease `evaluator` and serves a term while it holds it; somebody else takes over within seconds when this
 * process ends or hangs.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Coordination, Lease } from '#libs/coordination';
import type { Logger, Metrics } from '#libs/telemetry';

/** After a term that failed. */
const AGAIN_MS = 1_000;

export interface OwnerOptions {
  readonly alerting: { readonly coordination: Pick<Coordination, 'lease'> };
  /** Serves until the signal is given; rejects when it cannot go on. */
  readonly serve: (lease: Lease, stop: AbortSignal) => Promise<void>;
  readonly metrics: Metrics;
  readonly log: Logger;
}

export class Owner {
  private readonly stop = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private owns = false;

  constructor(private readonly options: OwnerOptions) {}

  /** This process looks after the rules now. */
  get isAlive(): boolean {
    return this.owns;
  }

  start(): void {
    this.running = this.run();
  }

  async close(): Promise<void> {
    this.stop.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stop;
    while (!signal.aborted) {
      try {
        await this.own();
      } catch (error) {
        if (!signal.aborted) this.options.log.error('alerts are not looked after', { reason: (error as Error).message });
      }
      await pause(AGAIN_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private async own(): Promise<void> {
    const { alerting, metrics, log, serve } = this.options;
    const lease = await alerting.coordination.lease('evaluator', this.stop.signal);
    try {
      log.info('looking after alerts', { fence: lease.fence });
      metrics.alertOwner.set(1);
      this.owns = true;
      await serve(lease, AbortSignal.any([this.stop.signal, lease.lost]));
    } finally {
      metrics.alertOwner.set(0);
      this.owns = false;
      await lease.release().catch(() => undefined);
    }
  }
}

/** What a term is fed with while it lasts: signals, alerts from outside, watermarks, changed rules and silences, and time. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Alert, OwnerRequest } from '#libs/alerts';
import type { Lease, Worker } from '#libs/coordination';
import type { DeliveredMessage } from '#libs/notify';
import {
  CHANNELS,
  NOTIFICATIONS,
  type OwnerMessage,
  REQUESTS,
  type Signal,
  SIGNALS,
  type Transition,
  type WatermarkMessage,
} from '#libs/rules';
import { type Alerting, Closing } from '#libs/service';
import type { Logger, Metrics } from '#libs/telemetry';
import type { Gauges } from './gauges.js';
import { laneJob } from './outbox.js';
import { Term } from './term.js';

/** The clock is looked at so often when nothing else happens. */
const TURN_MS = 200;
const ANNOUNCE_MS = 1_000;
/** An evaluator that is silent for so long is dead: its jobs go to the next. */
const WORKER = { lockMs: 5_000, stalledMs: 2_000, attempts: 3, backoff: () => 1_000 };
/** Signals are applied in the order of their positions, whatever order they come in. */
const CONCURRENCY = 8;
const CLOSE_MS = 2_000;

export interface SessionOptions {
  readonly alerting: Alerting;
  readonly alertOf: (transition: Transition, acceptedMs: number) => Alert | undefined;
  readonly metrics: Metrics;
  readonly gauges: Gauges;
  readonly log: Logger;
  /** Wall clock, milliseconds since the epoch. */
  readonly wall: () => number;
}

/** Serves until `stop`; rejects when a checkpoint cannot be written any more. */
export async function serveTerm(options: SessionOptions, lease: Lease, stop: AbortSignal): Promise<void> {
  const closing = new Closing();
  try {
    await new Session(options, lease, closing).run(stop);
  } finally {
    await closing.close();
  }
}

class Session {
  private failure: Error | undefined;

  constructor(
    private readonly options: SessionOptions,
    private readonly lease: Lease,
    private readonly closing: Closing,
  ) {}

  async run(stop: AbortSignal): Promise<void> {
    const { alerting, metrics, wall, alertOf } = this.options;
    const { checkpoint, coordination, rules, silences, routing } = alerting;
    // A rule that was not read yet would be one that is gone: what it has firing would end.
    await alerting.load();
    const term = await Term.begin({
      fence: Math.max(this.lease.fence, (await checkpoint.fence()) + 1),
      checkpoint,
      rules: rules.all,
      silences: silences.all,
      routing: routing.current,
      alertOf,
      ask: (lanes) => coordination.queue(NOTIFICATIONS).addAll(lanes.map(laneJob)),
      askAnew: async (lanes) => {
        const jobs = lanes.map(laneJob);
        await coordination.queue(NOTIFICATIONS).remove(jobs.map(({ id }) => id));
        await coordination.queue(NOTIFICATIONS).addAll(jobs);
      },
      metrics,
      wall,
    });
    this.options.gauges.follow(() => term.report());
    this.closing.add('gauges', () => this.options.gauges.follow());
    await this.listen(term);
    await this.keepTime(term, stop);
    if (this.failure !== undefined) throw this.failure;
    if (!this.lease.lost.aborted) await term.finish();
  }

  private async listen(term: Term): Promise<void> {
    const { alerting } = this.options;
    const { coordination } = alerting;
    for (const end of [
      alerting.rules.onChange(() => term.setRules(alerting.rules.all)),
      alerting.silences.onChange(() => term.setSilences(alerting.silences.all)),
      alerting.routing.onChange(() => term.setRouting(alerting.routing.current)),
    ]) {
      this.closing.add('listener', end);
    }
    await this.work(SIGNALS, (data) => term.take(data as Signal));
    await this.work(REQUESTS, (data) => term.request(data as OwnerRequest));
    const heard = await coordination.subscribe(CHANNELS.watermark, (message) => term.hear(message as WatermarkMessage));
    this.closing.add('watermarks', () => heard.close());
    const delivered = await coordination.subscribe(CHANNELS.delivered, (message) => term.delivered(message as DeliveredMessage));
    this.closing.add('deliveries', () => delivered.close());
  }

  private async work(queue: string, take: (data: unknown) => Promise<void>): Promise<void> {
    const worker: Worker = await this.options.alerting.coordination.queue(queue).work(async ({ data }) => this.orFail(take(data)), {
      ...WORKER,
      concurrency: CONCURRENCY,
    });
    this.closing.add(queue, () => worker.close(CLOSE_MS));
  }

  /** A checkpoint that cannot be written ends the term: the next one begins from the last that could. */
  private async orFail(done: Promise<void>): Promise<void> {
    try {
      await done;
    } catch (error) {
      this.failure ??= error as Error;
      throw error;
    }
  }

  private async keepTime(term: Term, stop: AbortSignal): Promise<void> {
    const { wall } = this.options;
    let announced = -Infinity;
    while (!stop.aborted && this.failure === undefined) {
      await this.orFail(term.turn()).catch(() => undefined);
      if (Math.abs(wall() - announced) >= ANNOUNCE_MS) {
        announced = wall();
        await this.announce(term);
      }
      await pause(TURN_MS, undefined, { signal: stop }).catch(() => undefined);
    }
  }

  /** Nodes send what is not held to a new owner; both go on without each other for a while when this gets lost. */
  private async announce(term: Term): Promise<void> {
    const { alerting } = this.options;
    const message: OwnerMessage = { fence: term.fence, held: await term.held() };
    await alerting.coordination.publish(CHANNELS.owner, message).catch(() => undefined);
    await term.sweep().catch(() => undefined);
  }
}

/**
 * Outbox → receivers, on every alerter at once. A job of the queue `notify` names a lane; the queue gives a lane to one
 * worker at a time, so what is sent, replaced or given up is decided by looking at all of it. An entry is removed only
 * when it is dealt with: after a crash it is sent again under the same id.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Notification } from '#libs/alerts';
import type { Coordination, Job } from '#libs/coordination';
import {
  abandonLane,
  beginLane,
  formatLaneMemory,
  isForgettable,
  type LaneMemory,
  type LanePlan,
  parseLaneMemory,
  planLane,
  type DeliveredMessage,
  type DeliveryLine,
  type SettledEntry,
  settleLane,
  type Attempt,
} from '#libs/notify';
import { CHANNELS, NOTIFICATIONS } from '#libs/rules';
import type { Alerting, Endpoint, Endpoints } from '#libs/service';
import type { Logger, Metrics } from '#libs/telemetry';
import { entryKey, lanePrefix } from './outbox.js';

/** One slow endpoint holds one lane; this many may be slow at once. */
const CONCURRENCY = 50;
/**
 * After a kill its lanes wait for the lock to end and for two looks of another worker, 7 s at most. Locks are moved on
 * twice in their time: only a process or a Redis that hangs for longer than 2.5 s loses one, the message under way is then
 * broken off, and whoever sends it again does so under the same id.
 */
const WORKER = { lockMs: 5_000, stalledMs: 1_000, attempts: 1_000_000 };
/** Receivers that could not be read yet are looked for again so much later. */
const UNREAD_MS = 1_000;
/** A wait shorter than this is sat out. */
const SHORT_MS = 50;

/** Documents of what has to be known of a lane beside its entries, and of endpoints that said 410. */
const LANES = 'lanes';
const ENDPOINTS = 'endpoints';

/** The lane is to be looked at again later. */
class LaterError extends Error {
  constructor(readonly ms: number) {
    super(`again in ${ms} ms`);
  }
}

export interface DeliveryOptions {
  readonly alerting: Pick<Alerting, 'documents' | 'checkpoint'> & { readonly coordination: Pick<Coordination, 'queue' | 'publish'> };
  readonly endpoints: Pick<Endpoints, 'get' | 'isLoaded'>;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Wall clock, milliseconds since the epoch. */
  readonly wall: () => number;
  readonly random: () => number;
}

export class Delivery {
  constructor(private readonly options: DeliveryOptions) {}

  /** Gives what ends it. */
  async start(): Promise<(deadlineMs: number) => Promise<void>> {
    const queue = this.options.alerting.coordination.queue(NOTIFICATIONS);
    const worker = await queue.work((job, signal) => this.work(job, signal), {
      ...WORKER,
      concurrency: CONCURRENCY,
      backoff: (_, error) => (error instanceof LaterError ? error.ms : 1_000),
    });
    return (deadlineMs) => worker.close(deadlineMs);
  }

  /** Until the lane is empty, or has to wait. */
  private async work({ data }: Job, signal: AbortSignal): Promise<void> {
    const { lane } = data as { lane: string };
    while (!signal.aborted) {
      const entries = await this.entriesOf(lane);
      if (entries.length === 0) return;
      await this.step(lane, entries, signal);
    }
  }

  private async step(lane: string, entries: readonly Notification[], signal: AbortSignal): Promise<void> {
    const { wall } = this.options;
    const memory = await this.memoryOf(lane);
    const plan = planLane(entries, memory, { nowMs: wall() });
    const { send } = plan;
    if (plan.settled.length > 0) await this.settle(lane, entries, { settled: plan.settled, memory: plan.memory });
    if (send === undefined) return;
    const wait = plan.notBeforeMs - wall();
    if (wait > SHORT_MS) throw new LaterError(wait);
    if (wait > 0) await pause(wait);
    const endpoint = await this.endpointOf(send);
    if (typeof endpoint === 'string') {
      await this.settle(lane, entries, { settled: abandonLane(entries, endpoint), memory: plan.memory });
      return;
    }
    await this.send({ lane, entries, plan: { ...plan, send }, endpoint }, signal);
  }

  private async send(
    {
      lane,
      entries,
      plan,
      endpoint,
    }: { lane: string; entries: readonly Notification[]; plan: LanePlan & { readonly send: Notification }; endpoint: Endpoint },
    signal: AbortSignal,
  ): Promise<void> {
    const { wall, random, metrics } = this.options;
    const { send } = plan;
    const began = wall();
    // Written first: should this process end now, the receiver may know of it all the same.
    const begun = beginLane(plan);
    if (begun !== undefined) await this.remember(lane, begun, entries.length);
    const attempt = await attemptOf(endpoint, send, signal);
    if (signal.aborted && !attempt.delivered) throw new LaterError(0);
    const settlement = settleLane(plan, attempt, wall(), random);
    if (attempt.delivered && send.acceptedMs !== undefined)
      metrics.alertNotificationDelay.observe(Math.max(0, wall() - send.acceptedMs) / 1_000);
    if (settlement.gone) await this.switchOff(endpoint, send.receiver);
    const latencyMs = wall() - began;
    if (settlement.settled !== undefined) {
      await this.settle(lane, entries, {
        settled: [settlement.settled],
        memory: settlement.memory,
        latencyMs,
        attempts: plan.attempts + 1,
      });
      return;
    }
    metrics.alertNotifications.inc({ endpoint: send.receiver, result: 'failed' });
    await this.remember(lane, settlement.memory, entries.length);
    throw new LaterError(settlement.retryMs ?? 1_000);
  }

  /** In this order: a crash in between leaves entries over, which the memory knows, and never the other way round. */
  private async settle(
    lane: string,
    entries: readonly Notification[],
    done: { settled: readonly SettledEntry[]; memory: LaneMemory; latencyMs?: number; attempts?: number },
  ): Promise<void> {
    const { alerting, metrics, wall, log } = this.options;
    const ids = new Map(entries.map((entry) => [entry.id, entry]));
    const keys = done.settled.map(({ id }) => entryKey(ids.get(id) as Notification));
    for (const { id, as } of done.settled) {
      const { receiver, groupKey, status } = ids.get(id) as Notification;
      if (as === 'replaced' || as === 'not_needed') log.info('a notice is not sent', { notice: status, as, receiver, group: groupKey, id });
    }
    await this.remember(lane, done.memory, entries.length - keys.length);
    await alerting.checkpoint.remove(keys);
    const lines: DeliveryLine[] = [];
    for (const { id, as, reason, alerts } of done.settled) {
      const { receiver, groupKey, status, createdMs } = ids.get(id) as Notification;
      metrics.alertNotifications.inc({ endpoint: receiver, result: as });
      if (as === 'given_up' || as === 'switched_off' || as === 'overflow')
        log.error('a notification was given up', { receiver, id, reason });
      lines.push({
        id,
        receiver,
        groupKey,
        status,
        alerts,
        result: as,
        reason,
        createdMs,
        endedMs: wall(),
        attempts: done.attempts ?? 0,
        latencyMs: done.latencyMs ?? 0,
      });
    }
    const message: DeliveredMessage = { keys, lines };
    await alerting.coordination.publish(CHANNELS.delivered, message).catch(() => undefined);
  }

  private async entriesOf(lane: string): Promise<Notification[]> {
    const found = await this.options.alerting.checkpoint.read(lanePrefix(lane));
    return [...found.values()].map((text) => JSON.parse(text) as Notification);
  }

  private async memoryOf(lane: string): Promise<LaneMemory | undefined> {
    const found = await this.options.alerting.documents.get(LANES, lane);
    return typeof found?.value === 'string' ? parseLaneMemory(found.value) : undefined;
  }

  private async remember(lane: string, memory: LaneMemory, left: number): Promise<void> {
    const { documents } = this.options.alerting;
    if (isForgettable(memory, left)) await documents.remove(LANES, lane);
    else await documents.put(LANES, lane, formatLaneMemory(memory));
  }

  /** Or why there is none that could be asked. A store that is away rejects: the lane is looked at again later. */
  private async endpointOf({ receiver }: Notification): Promise<Endpoint | string> {
    const endpoint = this.find(receiver);
    if (typeof endpoint === 'string') return endpoint;
    const off = await this.options.alerting.documents.get(ENDPOINTS, receiver);
    return off?.value === endpoint.revision ? 'the endpoint is switched off: it said that it is gone (410)' : endpoint;
  }

  private find(receiver: string): Endpoint | string {
    const { endpoints } = this.options;
    let found: Endpoint | undefined;
    try {
      found = endpoints.get(receiver);
    } catch (error) {
      return (error as Error).message;
    }
    if (found === undefined && !endpoints.isLoaded) throw new LaterError(UNREAD_MS);
    return found ?? 'there is no receiver of this name any more';
  }

  private async switchOff({ revision }: Endpoint, receiver: string): Promise<void> {
    await this.options.alerting.documents.put(ENDPOINTS, receiver, revision);
    this.options.log.error('an endpoint is switched off: it said that it is gone (410)', { receiver });
  }
}

async function attemptOf({ receiver }: Endpoint, notification: Notification, signal: AbortSignal): Promise<Attempt> {
  try {
    await receiver.send(notification, signal);
    return { delivered: true };
  } catch (error) {
    return { delivered: false, error };
  }
}

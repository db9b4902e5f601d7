import type { Notification } from '#libs/alerts';
import { DeliveryError } from '../errors.js';
import { backoffMs } from './backoff.js';
import { afterDelivery, afterUncertainty, settledEntry, type LanePlan, type SettledEntry } from './lane.js';
import type { LaneMemory } from './lane-memory.js';

/** How a try ended. */
export type Attempt = { readonly delivered: true } | { readonly delivered: false; readonly error: unknown };

export interface Settlement {
  /** Save it before the entry is removed from the outbox. */
  readonly memory: LaneMemory;
  /** Absent: it stays and is tried again. */
  readonly settled?: SettledEntry;
  /** From now; absent: nothing is to be tried again. */
  readonly retryMs?: number;
  /** The endpoint said 410. */
  readonly gone: boolean;
}

/** What follows from a try of `plan.send`, that ended at `nowMs`. */
export function settleLane(
  plan: LanePlan & { readonly send: Notification },
  attempt: Attempt,
  nowMs: number,
  random: () => number,
): Settlement {
  const { send, memory } = plan;
  if (attempt.delivered) {
    return { memory: afterDelivery(memory, send), settled: settledEntry(send, 'delivered', ''), gone: false };
  }
  const { error } = attempt;
  const failure = error instanceof DeliveryError ? error.options : undefined;
  const seen = failure === undefined || failure.uncertain === true ? afterUncertainty(memory, send) : memory;
  const attempts = plan.attempts + 1;
  const wait = backoffMs(attempts, error, random);
  if (wait < 0) return givenUp(send, seen, error);
  const quietUntilMs = failure?.retryAfterMs === undefined ? 0 : nowMs + failure.retryAfterMs;
  const next = { ...seen, tried: send.id, attempts, lastTryMs: nowMs, retryAtMs: nowMs + wait, quietUntilMs };
  return { memory: next, retryMs: wait, gone: false };
}

function givenUp(send: Notification, memory: LaneMemory, error: unknown): Settlement {
  const gone = error instanceof DeliveryError && error.options.gone === true;
  const reason = error instanceof DeliveryError ? error.message : 'an unexpected error';
  const settled = settledEntry(send, gone ? 'switched_off' : 'given_up', reason);
  return { memory: { ...memory, settled: Math.max(memory.settled, send.number), tried: '', attempts: 0, retryAtMs: 0 }, settled, gone };
}

/** All entries of a lane whose endpoint is off. */
export function abandonLane(entries: readonly Notification[], reason: string): readonly SettledEntry[] {
  return entries.map((entry) => settledEntry(entry, 'switched_off', reason));
}

/** Nothing waits and nobody has to be told of an end: the memory of the lane can go, a later notice begins a new one. */
export function isForgettable(memory: LaneMemory, entriesLeft: number): boolean {
  return entriesLeft === 0 && !memory.open;
}

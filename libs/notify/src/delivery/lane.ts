/**
 * One lane: the notices of one receiver and one group, in order of their numbers. Pure: entries and memory in, a plan out.
 * Whoever has the lane (one worker at a time) plans, sends what the plan says, and settles; only the lowest number is
 * ever sent.
 *
 * - A notice of conditions is a picture of its group: a newer one replaces an undelivered older one.
 * - A resolved notice replaces its undelivered firing one. If the receiver has never seen it fire, it is not told of the
 *   end either, as with Alertmanager; if it may have (the answer was lost), it is.
 * - A resolved notice that the receiver waits for is never replaced: what fires after it comes after it.
 * - A notice with an occurrence is a fact: it is sent as it is, in its turn.
 * So between two facts at most two pictures wait, and past MAX_LANE_BYTES the oldest facts go, with what stood between them.
 */
import type { Notification } from '#libs/alerts';
import { isResolved } from '../text/common-labels.js';
import { NEW_LANE, type LaneMemory } from './lane-memory.js';

/** What an endpoint that is away may hold per lane: a day of digests every five minutes, of 3 KiB each. */
export const MAX_LANE_BYTES = 1_024 * 1_024;
/** A notice that is new at the head of a lane does not wait out its predecessor's hour. */
const NEW_HEAD_WAIT_MS = 30_000;
/** Tries of a predecessor that count for it: its next waits are 30 s and more. */
const INHERITED_ATTEMPTS = 3;

export type SettledAs = 'delivered' | 'replaced' | 'not_needed' | 'overflow' | 'given_up' | 'switched_off' | 'left_over';

/** An entry that is to be removed from the outbox. `left_over` has its line in the history already. */
export interface SettledEntry {
  readonly id: string;
  readonly number: number;
  readonly as: SettledAs;
  /** For a person. */
  readonly reason: string;
  /** Number of alerts it told of. */
  readonly alerts: number;
}

export interface LanePlan {
  /** The lowest number that is left; absent: the lane is empty. */
  readonly send?: Notification;
  /** Not before; 0: now. */
  readonly notBeforeMs: number;
  /** Tries of `send` so far. */
  readonly attempts: number;
  readonly settled: readonly SettledEntry[];
  /** Save it when anything was settled. */
  readonly memory: LaneMemory;
}

export interface PlanOptions {
  /** Default: MAX_LANE_BYTES. */
  readonly maxBytes?: number;
  /** Wall clock: when it was turned back since the last try, nothing waits longer for it. */
  readonly nowMs?: number;
}

/** `entries` in any order; `memory` undefined: nothing is known of the lane (it is new, or its memory was lost). */
export function planLane(entries: readonly Notification[], memory: LaneMemory | undefined, options: PlanOptions = {}): LanePlan {
  const inOrder = entries.toSorted((a, b) => a.number - b.number);
  const known = knownOf(memory, inOrder[0]);
  const settled: SettledEntry[] = [];
  const waiting = inOrder.filter((entry) => {
    if (entry.number > known.settled) return true;
    settled.push(settledEntry(entry, 'left_over', 'was dealt with before'));
    return false;
  });
  const fitting = withinBytes(withoutReplaced(waiting, known.open, settled), options.maxBytes ?? MAX_LANE_BYTES, settled);
  // Once more: what stood between two pictures, or began what one of them ends, may have been dropped.
  const [send] = withoutReplaced(fitting, known.open, settled);
  if (send === undefined) return { notBeforeMs: 0, attempts: 0, settled, memory: known };
  const same = send.id === known.tried;
  const attempts = same ? known.attempts : Math.min(known.attempts, INHERITED_ATTEMPTS);
  return { send, notBeforeMs: onThisClock(notBefore(known, same), known.lastTryMs, options.nowMs), attempts, settled, memory: known };
}

function onThisClock(notBeforeMs: number, lastTryMs: number, nowMs: number = lastTryMs): number {
  return nowMs < lastTryMs ? notBeforeMs - (lastTryMs - nowMs) : notBeforeMs;
}

function knownOf(memory: LaneMemory | undefined, oldest: Notification | undefined): LaneMemory {
  if (memory === undefined) return { ...NEW_LANE, open: oldest !== undefined && oldest.reason !== 'first_notification' };
  return memory.begun ? { ...memory, open: true, begun: false } : memory;
}

/**
 * What to save before `plan.send` is sent, so that a crash in the middle leaves no receiver with a condition whose end it is
 * never told. Undefined when there is nothing to save: only the first notice of an episode costs this.
 */
export function beginLane(plan: LanePlan & { readonly send: Notification }): LaneMemory | undefined {
  const { memory, send } = plan;
  return memory.open || !opensAfter(send, false) ? undefined : { ...memory, begun: true };
}

function notBefore(memory: LaneMemory, same: boolean): number {
  if (memory.tried === '') return memory.quietUntilMs;
  if (same) return memory.retryAtMs;
  return Math.max(memory.quietUntilMs, Math.min(memory.retryAtMs, memory.lastTryMs + NEW_HEAD_WAIT_MS));
}

function withoutReplaced(waiting: readonly Notification[], open: boolean, settled: SettledEntry[]): Notification[] {
  const kept: Notification[] = [];
  for (const entry of waiting) {
    const last = isPicture(entry) ? kept.findLastIndex(isPicture) : -1;
    const older = kept[last];
    if (older !== undefined && older.status === 'firing' && !hasOccurrence(older)) {
      kept.splice(last, 1);
      settled.push(settledEntry(older, 'replaced', `replaced by ${entry.id}, which is newer (${entry.status})`));
    }
    if (entry.status === 'firing' || opensBefore(kept, open)) kept.push(entry);
    else settled.push(settledEntry(entry, 'not_needed', 'resolved before the receiver could be told that it fired'));
  }
  return kept;
}

/** Whether the receiver knows of a firing condition when all of `kept` has been delivered. */
function opensBefore(kept: readonly Notification[], open: boolean): boolean {
  return kept.reduce((before, entry) => opensAfter(entry, before), open);
}

function opensAfter(entry: Notification, before: boolean): boolean {
  if (entry.status === 'resolved') return false;
  const conditions = entry.alerts.filter(({ occurrence }) => !occurrence);
  return conditions.length === 0 ? before : conditions.some((alert) => !isResolved(alert, entry));
}

/** Whether it shows how the conditions of its group are; a notice of occurrences alone does not. */
const isPicture = (entry: Notification): boolean => entry.alerts.some(({ occurrence }) => !occurrence);
const hasOccurrence = (entry: Notification): boolean => entry.alerts.some(({ occurrence }) => occurrence);

/** Drops the oldest facts until the rest fits; the newest notice, the newest picture and pictures without a fact stay. */
function withinBytes(kept: readonly Notification[], maxBytes: number, settled: SettledEntry[]): readonly Notification[] {
  if (kept.length < 2) return kept;
  const sizes = kept.map((entry) => Buffer.byteLength(JSON.stringify(entry)));
  let total = sizes.reduce((sum, size) => sum + size, 0);
  const lastPicture = kept.findLastIndex(isPicture);
  return kept.filter((entry, index) => {
    if (total <= maxBytes || index === kept.length - 1 || index === lastPicture || !hasOccurrence(entry)) return true;
    total -= sizes[index] ?? 0;
    settled.push(settledEntry(entry, 'overflow', `the endpoint has been away for too long: more than ${maxBytes} bytes wait for it`));
    return false;
  });
}

export function settledEntry(entry: Notification, as: SettledAs, reason: string): SettledEntry {
  return { id: entry.id, number: entry.number, as, reason, alerts: entry.alerts.length + entry.truncatedAlerts };
}

/** What the memory is after `sent` was delivered. */
export function afterDelivery(memory: LaneMemory, sent: Notification): LaneMemory {
  return { ...NEW_LANE, settled: Math.max(memory.settled, sent.number), open: opensAfter(sent, memory.open) };
}

/** What the memory is when the receiver may have taken `sent` though we do not know. */
export function afterUncertainty(memory: LaneMemory, sent: Notification): LaneMemory {
  return { ...memory, open: memory.open || opensAfter(sent, memory.open) };
}

/**
 * What has to be delivered. Entries stand in the checkpoint under `outbox/<lane>/<number>/<id>`, put there in one piece
 * with the decision; a job of the queue `notify` names a lane, not a message, so one lane has one worker at a time and
 * what it sends next is decided when it sends. Queues may lose jobs: lanes with entries are asked for again.
 */
import { createHash } from 'node:crypto';
import type { Notification } from '#libs/alerts';
import type { Job } from '#libs/coordination';

export const OUTBOX = 'outbox/';

/** Lanes are long texts (receiver and group); keys and job ids want short ones. */
export function laneKey(lane: string): string {
  return createHash('sha256').update(lane).digest('hex').slice(0, 24);
}

export function lanePrefix(key: string): string {
  return `${OUTBOX}${key}/`;
}

export function entryKey(notification: Notification): string {
  return `${lanePrefix(laneKey(notification.lane))}${String(notification.number).padStart(12, '0')}/${notification.id}`;
}

export function laneOf(entry: string): string {
  return entry.split('/')[1] ?? '';
}

export function laneJob(key: string): Job {
  return { id: `n-${key}`, data: { lane: key } };
}

/** The owner's view: which entries are there, as far as it has heard. */
export class Outbox {
  private readonly entries = new Set<string>();

  get size(): number {
    return this.entries.size;
  }

  /** Lanes that have something to be sent. */
  get lanes(): ReadonlySet<string> {
    return new Set([...this.entries].map(laneOf));
  }

  reset(keys: Iterable<string>): void {
    this.entries.clear();
    for (const key of keys) this.entries.add(key);
  }

  add(key: string): void {
    this.entries.add(key);
  }

  delivered(keys: readonly string[]): void {
    for (const key of keys) this.entries.delete(key);
  }
}

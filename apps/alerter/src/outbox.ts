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
  /** Lanes with entries and how many; those that were given out longest ago first. */
  private lanes = new Map<string, number>();

  get size(): number {
    return this.entries.size;
  }

  reset(keys: Iterable<string>): void {
    const turns = [...this.lanes.keys()];
    this.entries.clear();
    // At zero first: who waited longest for its turn keeps its place.
    this.lanes = new Map(turns.map((lane) => [lane, 0]));
    for (const key of keys) this.add(key);
    for (const [lane, count] of this.lanes) if (count === 0) this.lanes.delete(lane);
  }

  add(key: string): void {
    if (this.entries.has(key)) return;
    this.entries.add(key);
    const lane = laneOf(key);
    this.lanes.set(lane, (this.lanes.get(lane) ?? 0) + 1);
  }

  delivered(keys: readonly string[]): void {
    for (const key of keys) {
      if (!this.entries.delete(key)) continue;
      const lane = laneOf(key);
      const left = (this.lanes.get(lane) ?? 1) - 1;
      if (left > 0) this.lanes.set(lane, left);
      else this.lanes.delete(lane);
    }
  }

  /** At most so many lanes that have something to be sent, each in its turn. */
  next(most: number): string[] {
    const taken: string[] = [];
    for (const lane of this.lanes.keys()) {
      if (taken.length >= most) break;
      taken.push(lane);
    }
    for (const lane of taken) {
      const count = this.lanes.get(lane) ?? 0;
      this.lanes.delete(lane);
      this.lanes.set(lane, count);
    }
    return taken;
  }
}

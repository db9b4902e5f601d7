/** All lanes: which are due, who is in them, and what changed of them since the last checkpoint. */
import type { Alert } from './alert.js';
import { digest } from './fingerprint.js';
import { formatLane, parseLane, type Lane } from './lane.js';
import { DEFAULT_GROUP_WAIT_MS, groupKey, groupLabels } from './routing.js';
import type { Target } from './router.js';
import { Timetable } from './timetable.js';

/** Occurrences that wait in one lane; further ones are only counted. */
export const MAX_LANE_OCCURRENCES = 1_000;

export class Lanes {
  readonly #all = new Map<string, Lane>();
  readonly #members = new Map<string, Set<string>>();
  readonly #changed = new Set<string>();
  /** How many texts a lane has in the stored state. */
  readonly #texts = new Map<string, number>();
  readonly #timetable = new Timetable();
  /** Of all numbers that lanes had. */
  #highest = 0;

  get size(): number {
    return this.#all.size;
  }

  get(id: string): Lane | undefined {
    return this.#all.get(id);
  }

  all(): IterableIterator<Lane> {
    return this.#all.values();
  }

  members(id: string): ReadonlySet<string> {
    return this.#members.get(id) ?? new Set();
  }

  nextMs(): number | undefined {
    return this.#timetable.nextMs();
  }

  take(nowMs: number): Lane | undefined {
    const id = this.#timetable.take(nowMs);
    return id === undefined ? undefined : this.#all.get(id);
  }

  put(lane: Lane): void {
    this.#highest = Math.max(this.#highest, lane.number);
    this.#all.set(lane.id, lane);
    this.#changed.add(lane.id);
    this.#timetable.set(lane.id, lane.nextMs);
  }

  remove(id: string): void {
    this.#all.delete(id);
    this.#members.delete(id);
    this.#changed.add(id);
    this.#timetable.remove(id);
  }

  leave(id: string, key: string): void {
    this.#members.get(id)?.delete(key);
  }

  idOf(route: Target, { labels }: Alert): string {
    return digest('lane', route.receiver, groupKey(route, groupLabels(route, labels)));
  }

  /** Puts an alert into its group of a route; undefined when it was only counted. */
  enter(route: Target, { alert, key }: { readonly alert: Alert; readonly key: string }, nowMs: number): string | undefined {
    const group = groupLabels(route, alert.labels);
    const name = groupKey(route, group);
    const id = digest('lane', route.receiver, name);
    const wait = route.groupWaitMs ?? (alert.labels['severity'] === 'critical' ? 0 : DEFAULT_GROUP_WAIT_MS);
    const lane = this.#all.get(id);
    if (lane === undefined) {
      const opened = { id, receiver: route.receiver, groupKey: name, groupLabels: group, route: route.key };
      this.put({
        ...opened,
        // Numbers rise also when the lane was forgotten in between, when the alert is late, and when the clock is turned back.
        number: Math.max(this.#highest, Math.floor(nowMs)),
        nextMs: nowMs + wait,
        flushed: false,
        held: false,
        cut: 0,
      });
    } else if (!lane.flushed && nowMs + wait < lane.nextMs) this.put({ ...lane, nextMs: nowMs + wait });
    if (alert.occurrence && this.members(id).size >= MAX_LANE_OCCURRENCES) {
      this.#count(id);
      return undefined;
    }
    this.join(id, key);
    return id;
  }

  /** Also when the lane itself is restored later. */
  join(id: string, key: string): void {
    const members = this.#members.get(id) ?? new Set();
    this.#members.set(id, members.add(key));
  }

  /** Lanes that a silence held, after silences changed: soon, but not sooner after their last notice than others. */
  wakeHeld(nowMs: number, intervalOf: (lane: Lane) => number): void {
    for (const lane of this.#all.values()) {
      if (!lane.held) continue;
      const soon = Math.max(nowMs, lane.log === undefined ? nowMs : lane.log.atMs + intervalOf(lane));
      if (soon < lane.nextMs) this.put({ ...lane, nextMs: soon });
    }
  }

  #count(id: string): void {
    const lane = this.#all.get(id);
    if (lane !== undefined) this.put({ ...lane, cut: lane.cut + 1 });
  }

  /** `lane/<id>`, and `lane/<id>/<n>` for its told alerts. */
  takeChanges(changes: Map<string, string | null>): void {
    for (const id of this.#changed) {
      const lane = this.#all.get(id);
      const texts = lane === undefined ? [] : formatLane(lane);
      texts.forEach((text, index) => changes.set(textKey(id, index), text));
      for (let index = texts.length; index < (this.#texts.get(id) ?? 0); index++) changes.set(textKey(id, index), null);
      if (lane === undefined) this.#texts.delete(id);
      else this.#texts.set(id, texts.length);
    }
    this.#changed.clear();
  }

  restore(state: ReadonlyMap<string, string>): void {
    for (const key of state.keys()) {
      const id = /^lane\/([^/]+)$/.exec(key)?.[1];
      if (id === undefined) continue;
      const texts: string[] = [];
      for (let text = state.get(key); text !== undefined; text = state.get(textKey(id, texts.length))) texts.push(text);
      const lane = parseLane(texts);
      this.#texts.set(id, texts.length);
      this.#all.set(lane.id, lane);
      this.#highest = Math.max(this.#highest, lane.number);
      this.#timetable.set(lane.id, lane.nextMs);
    }
  }
}

function textKey(id: string, index: number): string {
  return index === 0 ? `lane/${id}` : `lane/${id}/${index}`;
}

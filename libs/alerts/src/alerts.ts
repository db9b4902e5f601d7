/**
 * The dispatcher: alerts come in, grouped notices for receivers go out, as Alertmanager does it; but what it knows leaves
 * as changes that the caller makes durable together with the notices, so that a crash neither forgets nor repeats.
 *
 *   receive / acknowledge / setSilences / setRouting / due   →   changes()   →   one checkpoint
 *
 * State: `alert/<fingerprint or o-transition>`, `lane/<id>` and `lane/<id>/<n>`, `alert-history/<slot>`, `alert-routing/digest`. Changes that
 * could not be stored are stored together with the next ones, or the caller begins anew with the `state` it has.
 */
import type { Alert, Notification } from './alert.js';
import { episodeKey, isOver, renew, resolve, type Acknowledgement, type Episode, type PastEpisode } from './episode.js';
import { Episodes } from './episodes.js';
import { digest } from './fingerprint.js';
import { decide, type Lane, type Member, type Verdict } from './lane.js';
import { Lanes } from './lanes.js';
import { Listing, type AlertFilter, type AlertGroup, type ListedAlert } from './listing.js';
import { makeNotice, MAX_ALERTS_PER_NOTICE } from './notice.js';
import { DEFAULT_GROUP_INTERVAL_MS, DEFAULT_GROUP_WAIT_MS, describeRouting, type Routing } from './routing.js';
import type { Silence } from './silence.js';
import { matchesAll } from './matcher.js';
import { Router } from './router.js';

/** Alerts at once, firing or not yet told: about 400 MB with all their samples, 100 MB as they usually are. */
export const MAX_ALERTS = 200_000;
/** Notices of one call of `due`, and their bytes: what is decided in one go goes into one checkpoint. The rest stays due. */
const MAX_DUE = 500;
const MAX_DUE_BYTES = 4 * 1_024 * 1_024;
const SWEEP_MS = 60_000;
const ROUTING_KEY = 'alert-routing/digest';

export interface AlertsOptions {
  readonly routing: Routing;
  readonly silences?: readonly Silence[];
  /** What `changes` gave out since ever; other keys are passed over. */
  readonly state?: ReadonlyMap<string, string>;
  /** Counts when the routing has changed since the state was written. */
  readonly nowMs?: number;
  readonly maxAlertsPerNotice?: number;
  readonly maxAlerts?: number;
}

export class Alerts {
  readonly #episodes = new Episodes();
  readonly #lanes = new Lanes();
  readonly #other = new Map<string, string | null>();
  readonly #maxPerNotice: number;
  readonly #maxAlerts: number;
  #router: Router;
  #silences: readonly Silence[];
  #sweptMs = 0;
  #lastMs = Infinity;
  #refused = 0;

  constructor(options: AlertsOptions) {
    this.#router = new Router(options.routing);
    this.#silences = options.silences ?? [];
    this.#maxPerNotice = options.maxAlertsPerNotice ?? MAX_ALERTS_PER_NOTICE;
    this.#maxAlerts = options.maxAlerts ?? MAX_ALERTS;
    const state = options.state ?? new Map<string, string>();
    this.#restore(state);
    this.#episodes.setInhibitRules(options.routing.inhibitRules);
    const digestNow = routingDigest(options.routing);
    if (state.get(ROUTING_KEY) !== digestNow) this.#reroute(options.nowMs ?? 0, digestNow);
  }

  /** Alerts that were not taken because MAX_ALERTS were there. */
  get refused(): number {
    return this.#refused;
  }

  get size(): number {
    return this.#episodes.size;
  }

  /** From transitions and from the API alike. What is known already changes nothing. */
  receive(alerts: readonly Alert[], nowMs: number): void {
    for (const alert of alerts) this.#receive(alert, nowMs);
  }

  #receive(alert: Alert, nowMs: number): void {
    const key = episodeKey(alert);
    const known = this.#episodes.get(key);
    const over = !alert.occurrence && alert.endsAtMs !== undefined && alert.endsAtMs <= nowMs;
    if (known !== undefined && !isOver(known, nowMs)) this.#episodes.put(over ? resolve(known, alert) : renew(known, alert), nowMs);
    else if (!over && !(alert.occurrence && known !== undefined)) this.#begin(alert, key, nowMs);
  }

  #begin(alert: Alert, key: string, nowMs: number): void {
    const known = this.#episodes.get(key);
    if (known === undefined && this.#episodes.size >= this.#maxAlerts) {
      this.#refused++;
      return;
    }
    // A sender may give the same begin again after its alert ended: it is another episode all the same.
    const began = alert.external === true ? digest('episode', alert.transition, String(nowMs)) : alert.transition;
    const begun = { key, alert: { ...alert, transition: began }, began, past: false };
    const entered = this.#router.routesOf(alert).flatMap((route) => this.#lanes.enter(route, begun, nowMs) ?? []);
    const lanes = new Set(entered);
    for (const id of known?.lanes ?? []) if (!lanes.has(id)) this.#lanes.leave(id, key);
    const kept = this.#episodes.put({ ...begun, lanes: [...lanes] }, nowMs);
    if (alert.occurrence && kept.lanes.length === 0) this.#episodes.remove(kept);
  }

  /** What is to be told now. Call again at once while `nextDueMs` is not later than now. */
  due(nowMs: number): readonly Notification[] {
    if (nowMs < this.#lastMs) this.#turnBack(nowMs);
    this.#lastMs = nowMs;
    const notices: Notification[] = [];
    let bytes = 0;
    while (notices.length < MAX_DUE && bytes < MAX_DUE_BYTES) {
      const lane = this.#lanes.take(nowMs);
      if (lane === undefined) break;
      const notice = this.#flush(lane, nowMs);
      if (notice === undefined) continue;
      bytes += notice.bytes;
      notices.push(notice.notification);
    }
    if (nowMs - this.#sweptMs >= SWEEP_MS) {
      this.#sweptMs = nowMs;
      this.#episodes.sweep(nowMs);
    }
    return notices;
  }

  /** The clock went backwards (or this is a start, when it may have): no lane waits longer than its interval for that. */
  #turnBack(nowMs: number): void {
    for (const lane of this.#lanes.all()) {
      const { groupWaitMs = 0, groupIntervalMs = 0 } = this.#router.routeOf(lane) ?? {};
      const latestMs = nowMs + Math.max(groupWaitMs, groupIntervalMs, DEFAULT_GROUP_WAIT_MS);
      const { log } = lane;
      const early = log === undefined || log.atMs <= nowMs ? {} : { log: { ...log, atMs: nowMs } };
      if (lane.nextMs > latestMs || early.log !== undefined)
        this.#lanes.put({ ...lane, ...early, nextMs: Math.min(lane.nextMs, latestMs) });
    }
    this.#sweptMs = Math.min(this.#sweptMs, nowMs);
  }

  /** Undefined: nothing will be due by itself. */
  nextDueMs(): number | undefined {
    return this.#lanes.nextMs();
  }

  #flush(taken: Lane, nowMs: number): { readonly notification: Notification; readonly bytes: number } | undefined {
    const route = this.#router.routeOf(taken);
    if (route === undefined) {
      for (const key of this.#lanes.members(taken.id)) this.#finish(taken.id, key, nowMs);
      this.#lanes.remove(taken.id);
      return undefined;
    }
    const { members, wakeMs } = this.#membersOf(taken, nowMs);
    const settings = { nowMs, repeatIntervalMs: route.repeatIntervalMs, sendResolved: this.#router.sendResolved(taken.receiver) };
    // What was only counted shares the fate of those that were kept.
    const lane = members.length > 0 && members.every(({ muted }) => muted !== undefined) ? { ...taken, cut: 0 } : taken;
    const verdict = decide(lane, members, settings);
    const { reason } = verdict;
    const notice =
      reason === undefined ? undefined : makeNotice(lane, { ...verdict, reason }, { ...settings, maxAlerts: this.#maxPerNotice });
    for (const { key } of verdict.finished as readonly LaneMember[]) this.#finish(lane.id, key, nowMs);
    this.#goOn(lane, verdict, { nowMs, wakeMs, nextMs: nowMs + route.groupIntervalMs, sent: notice !== undefined });
    return notice;
  }

  /** A lane in which nothing is left ends; after occurrences only at its next turn, so that a storm stays one notice per turn. */
  #goOn(lane: Lane, { log, reason }: Verdict, turn: { nowMs: number; wakeMs: number; nextMs: number; sent: boolean }): void {
    const empty = this.#lanes.members(lane.id).size === 0;
    if (empty && (!turn.sent || reason === 'all_resolved')) {
      this.#lanes.remove(lane.id);
      return;
    }
    const { log: _old, ...rest } = lane;
    const held = turn.wakeMs !== Infinity;
    const wakeMs = Math.max(turn.wakeMs, (log?.atMs ?? turn.nowMs) + (turn.nextMs - turn.nowMs));
    const nextMs = Math.min(turn.nextMs, log === undefined ? Math.max(turn.wakeMs, turn.nowMs + 1) : wakeMs);
    const number = turn.sent ? lane.number + 1 : lane.number;
    this.#lanes.put({ ...rest, ...(log === undefined ? {} : { log }), number, nextMs, held, flushed: true, cut: turn.sent ? 0 : lane.cut });
  }

  #membersOf(lane: Lane, nowMs: number): { readonly members: readonly LaneMember[]; readonly wakeMs: number } {
    const active = this.#silences.filter(({ startsAtMs, endsAtMs }) => startsAtMs <= nowMs && nowMs < endsAtMs);
    const timed = this.#router.mutedBy(lane, nowMs).length > 0;
    const members: LaneMember[] = [];
    let wakeMs = Infinity;
    for (const key of [...this.#lanes.members(lane.id)].sort()) {
      const episode = this.#episodes.get(key);
      if (episode === undefined) continue;
      if (!episode.past && isOver(episode, nowMs)) this.#episodes.put(episode, nowMs);
      const silentMs = silentUntil(active, episode.alert);
      if (silentMs > 0) wakeMs = Math.min(wakeMs, silentMs);
      const muted = silentMs > 0 || timed ? 'hushed' : this.#quiet(episode, nowMs);
      const member = { key, alert: episode.alert, episode: episode.began, resolved: isOver(episode, nowMs) && !episode.alert.occurrence };
      members.push(muted === undefined ? member : { ...member, muted });
    }
    return { members, wakeMs };
  }

  #quiet(episode: Episode, nowMs: number): 'inhibited' | undefined {
    const acknowledged = episode.acknowledged !== undefined && !isOver(episode, nowMs);
    return acknowledged || this.#episodes.inhibitedBy(episode, nowMs).length > 0 ? 'inhibited' : undefined;
  }

  #finish(laneId: string, key: string, nowMs: number): void {
    this.#lanes.leave(laneId, key);
    const episode = this.#episodes.get(key);
    if (episode === undefined) return;
    const lanes = episode.lanes.filter((id) => id !== laneId);
    const kept = this.#episodes.put({ ...episode, lanes }, nowMs);
    if (lanes.length === 0 && isOver(kept, nowMs)) this.#episodes.remove(kept);
  }

  /** A silence until the episode ends; false when nothing of that fingerprint fires. */
  acknowledge(fingerprint: string, acknowledged: Acknowledgement): boolean {
    const episode = this.#episodes.get(fingerprint);
    if (episode === undefined || isOver(episode, acknowledged.atMs)) return false;
    this.#episodes.put({ ...episode, acknowledged }, acknowledged.atMs);
    return true;
  }

  /** False when it was not acknowledged. */
  unacknowledge(fingerprint: string, nowMs: number): boolean {
    const episode = this.#episodes.get(fingerprint);
    if (episode?.acknowledged === undefined) return false;
    const { acknowledged: _gone, ...rest } = episode;
    this.#episodes.put(rest, nowMs);
    return true;
  }

  /** All silences, whatever their state. Lanes that one of the former held are looked at again. */
  setSilences(silences: readonly Silence[], nowMs: number): void {
    this.#silences = silences;
    this.#lanes.wakeHeld(nowMs, (lane) => this.#router.routeOf(lane)?.groupIntervalMs ?? DEFAULT_GROUP_INTERVAL_MS);
  }

  /** Alerts change lanes where the routes changed; a lane whose group and receiver stay keeps its log. */
  setRouting(routing: Routing, nowMs: number): void {
    this.#router = new Router(routing);
    this.#episodes.setInhibitRules(routing.inhibitRules);
    this.#reroute(nowMs, routingDigest(routing));
  }

  #reroute(nowMs: number, digestNow: string): void {
    this.#other.set(ROUTING_KEY, digestNow);
    for (const episode of this.#episodes.all()) {
      const { alert, key, lanes } = episode;
      if (isOver(episode, nowMs) && lanes.length === 0) continue;
      const routed = new Map(this.#router.routesOf(alert).map((route) => [this.#lanes.idOf(route, alert), route]));
      const waiting = new Set(lanes.filter((id) => routed.has(id)));
      for (const id of lanes) if (!routed.has(id)) this.#lanes.leave(id, key);
      // An occurrence, or the end of an episode, goes nowhere anew while a lane that has not told it is left.
      if (!isOver(episode, nowMs) || (alert.occurrence && waiting.size === 0)) {
        for (const [id, route] of routed) if (this.#lanes.enter(route, { alert, key }, nowMs) !== undefined) waiting.add(id);
      }
      this.#episodes.put({ ...episode, lanes: [...waiting] }, nowMs);
    }
  }

  /** As `/api/v2/alerts` shows them. */
  alerts(nowMs: number, filter: AlertFilter = {}): readonly ListedAlert[] {
    return this.#listing(nowMs).alerts(filter);
  }

  /** As `/api/v2/alerts/groups` shows them. */
  groups(nowMs: number, filter: AlertFilter = {}): readonly AlertGroup[] {
    return this.#listing(nowMs).groups(filter);
  }

  #listing(nowMs: number): Listing {
    return new Listing({ episodes: this.#episodes, lanes: this.#lanes, router: this.#router, silences: this.#silences, nowMs });
  }

  /** Episodes that ended, newest first; the last MAX_HISTORY are kept. */
  history(most?: number): readonly PastEpisode[] {
    return this.#episodes.history.list(most);
  }

  /** What changed since the last call: texts by key, null for what is gone. */
  changes(): Map<string, string | null> {
    const changes = new Map(this.#other);
    this.#other.clear();
    this.#episodes.takeChanges(changes);
    this.#lanes.takeChanges(changes);
    return changes;
  }

  #restore(state: ReadonlyMap<string, string>): void {
    this.#lanes.restore(state);
    for (const [key, text] of state) {
      if (key.startsWith('alert/')) {
        const episode = this.#episodes.restore(text);
        for (const id of episode.lanes) this.#lanes.join(id, episode.key);
      } else if (key.startsWith('alert-history/')) this.#episodes.history.restore(text);
    }
  }
}

type LaneMember = Member & { readonly key: string };

/** End of the longest of the active silences that match; 0 for none. */
function silentUntil(active: readonly Silence[], { labels }: Alert): number {
  let until = 0;
  for (const { matchers, endsAtMs } of active) if (endsAtMs > until && matchesAll(matchers, labels)) until = endsAtMs;
  return until;
}

function routingDigest(routing: Routing): string {
  return digest('routing', JSON.stringify(describeRouting(routing)));
}

/**
 * One lane = one group of one receiver: its notification log, and the decision what a flush tells. Alertmanager's rules
 * (notify/dedup_stage.go), with an alert known by its episode instead of its labels alone (alertmanager#2048: one that
 * fires anew must not be silent because yesterday's was told).
 */
import type { Alert, Labels, Reason } from './alert.js';

export interface Log {
  /** Of the last notice. */
  readonly atMs: number;
  /** Alerts whose firing was told and whose end was not: fingerprint → episode. */
  readonly told: ReadonlyMap<string, string>;
  /** Those of `told` that were silent since: told again when the silence ends. */
  readonly hushed: ReadonlySet<string>;
}

export interface Lane {
  readonly id: string;
  readonly receiver: string;
  readonly groupKey: string;
  readonly groupLabels: Labels;
  /** Key of its route. */
  readonly route: string;
  /** Number of the last notice. */
  readonly number: number;
  readonly nextMs: number;
  /** False: waits for `groupWait`. */
  readonly flushed: boolean;
  readonly log?: Log;
  /** The last flush left something out because of a silence: the lane is looked at when that ends. */
  readonly held: boolean;
  /** Occurrences that were not kept, because too many came between two notices. */
  readonly cut: number;
}

export interface Member {
  readonly alert: Alert;
  /** Transition with which its episode began. */
  readonly episode: string;
  readonly resolved: boolean;
  /** `hushed`: by a silence or a time interval; `inhibited`: also by an acknowledgement: not told again afterwards. */
  readonly muted?: 'hushed' | 'inhibited';
}

export interface Verdict {
  /** Absent: nothing is told. */
  readonly reason?: Reason;
  readonly status: 'firing' | 'resolved';
  /** New ones first, then firing, then resolved. */
  readonly tell: readonly Member[];
  /** Some of `tell` was never told in this lane. */
  readonly fresh: boolean;
  /** The lane has no further use for these. */
  readonly finished: readonly Member[];
  readonly log?: Log;
}

export interface LaneSettings {
  readonly nowMs: number;
  readonly repeatIntervalMs: number;
  readonly sendResolved: boolean;
}

interface Sorted {
  readonly fresh: readonly Member[];
  readonly known: readonly Member[];
  readonly over: readonly Member[];
  readonly finished: readonly Member[];
  readonly hushed: ReadonlySet<string>;
}

export function decide(lane: Lane, members: readonly Member[], settings: LaneSettings): Verdict {
  const sorted = sort(lane, members);
  const reason = reasonOf(lane, sorted, settings);
  const { fresh, known, over, finished, hushed } = sorted;
  const ended = [...finished, ...over];
  if (reason === undefined) {
    const log = lane.log === undefined ? {} : { log: without({ ...lane.log, hushed }, ended) };
    return { status: 'firing', tell: [], fresh: false, finished: ended, ...log };
  }
  const told = new Map(lane.log?.told);
  for (const { alert, episode } of [...fresh, ...known]) if (!alert.occurrence) told.set(alert.fingerprint, episode);
  const spoken = new Set([...fresh, ...known].map(({ alert }) => alert.fingerprint));
  const silent = new Set([...hushed].filter((key) => !spoken.has(key)));
  return {
    reason,
    status: fresh.length + known.length + lane.cut > 0 ? 'firing' : 'resolved',
    tell: [...fresh, ...known, ...(settings.sendResolved ? over : [])],
    fresh:
      lane.cut > 0 ||
      [...fresh, ...over].some(({ alert, resolved, episode }) => resolved || lane.log?.told.get(alert.fingerprint) !== episode),
    finished: [...ended, ...fresh.filter(({ alert }) => alert.occurrence)],
    log: without({ atMs: settings.nowMs, told, hushed: silent }, ended),
  };
}

type Place = 'fresh' | 'known' | 'over' | 'finished' | 'hushed' | 'waiting';

function sort({ log }: Lane, members: readonly Member[]): Sorted {
  const places: Record<Place, Member[]> = { fresh: [], known: [], over: [], finished: [], hushed: [], waiting: [] };
  for (const member of members) places[placeOf(member, log)].push(member);
  const hushed = new Set([...(log?.hushed ?? []), ...places.hushed.map(({ alert }) => alert.fingerprint)]);
  return { ...places, hushed };
}

function placeOf(member: Member, log: Log | undefined): Place {
  const { alert, episode, resolved, muted } = member;
  if (alert.occurrence) return muted === undefined ? 'fresh' : 'finished';
  const told = log?.told.get(alert.fingerprint);
  if (told === undefined) return placeOfUntold(member);
  if (muted !== undefined) return muted === 'hushed' ? 'hushed' : 'waiting';
  if (resolved) return 'over';
  return told !== episode || log?.hushed.has(alert.fingerprint) === true ? 'fresh' : 'known';
}

/** Nobody hears of the end of what nobody was told; that of a told one waits for a silence to end. */
function placeOfUntold({ resolved, muted }: Member): Place {
  if (resolved) return 'finished';
  return muted === undefined ? 'fresh' : 'waiting';
}

function reasonOf({ log, cut }: Lane, { fresh, known, over }: Sorted, settings: LaneSettings): Reason | undefined {
  if (fresh.length > 0 || cut > 0) return log === undefined ? 'first_notification' : 'new_alerts';
  if (over.length > 0 && settings.sendResolved) return known.length === 0 ? 'all_resolved' : 'some_resolved';
  const due = log !== undefined && settings.nowMs - log.atMs >= settings.repeatIntervalMs;
  return due && known.length > 0 ? 'repeat' : undefined;
}

function without(log: Log, members: readonly Member[]): Log {
  if (members.length === 0) return log;
  const [told, hushed] = [new Map(log.told), new Set(log.hushed)];
  for (const { alert } of members) {
    if (alert.occurrence) continue;
    told.delete(alert.fingerprint);
    hushed.delete(alert.fingerprint);
  }
  return { atMs: log.atMs, told, hushed };
}

/** Told alerts in one text: an entry of a checkpoint takes 1 MiB, one alert about 55 bytes. */
const TOLD_PER_TEXT = 5_000;

type ToldEntry = readonly [fingerprint: string, episode: string];

/** What it is, and the told alerts in as many further texts as they need. */
export function formatLane({ log, ...lane }: Lane): readonly string[] {
  if (log === undefined) return [JSON.stringify(lane)];
  const texts = [JSON.stringify({ ...lane, log: { atMs: log.atMs, hushed: [...log.hushed] } })];
  const told = [...log.told];
  for (let at = 0; at < told.length; at += TOLD_PER_TEXT) texts.push(JSON.stringify(told.slice(at, at + TOLD_PER_TEXT)));
  return texts;
}

/** Only of what `formatLane` wrote. */
export function parseLane([first = '', ...others]: readonly string[]): Lane {
  const { log, ...lane } = JSON.parse(first) as Omit<Lane, 'log'> & {
    readonly log?: { readonly atMs: number; readonly hushed: readonly string[] };
  };
  if (log === undefined) return lane;
  const told = new Map(others.flatMap((text) => JSON.parse(text) as readonly ToldEntry[]));
  return { ...lane, log: { atMs: log.atMs, told, hushed: new Set(log.hushed) } };
}

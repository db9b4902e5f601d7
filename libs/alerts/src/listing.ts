/** Alerts as they stand, for people and for `/api/v2`. */
import type { Alert, Labels } from './alert.js';
import { isOver, type Acknowledgement, type Episode } from './episode.js';
import type { Episodes } from './episodes.js';
import type { Lanes } from './lanes.js';
import { matchesAll, type Matcher } from './matcher.js';
import type { Router } from './router.js';
import { silences, type Silence } from './silence.js';

export type AlertState = 'unprocessed' | 'active' | 'suppressed';

export interface ListedAlert {
  readonly alert: Alert;
  /** `unprocessed`: its groups wait for their `groupWait`. */
  readonly state: AlertState;
  /** Ids of silences; an acknowledgement is `ack-<fingerprint>`. */
  readonly silencedBy: readonly string[];
  /** Fingerprints. */
  readonly inhibitedBy: readonly string[];
  /** Names of time intervals. */
  readonly mutedBy: readonly string[];
  readonly receivers: readonly string[];
  readonly acknowledged?: Acknowledgement;
}

export interface AlertGroup {
  readonly labels: Labels;
  readonly receiver: string;
  readonly groupKey: string;
  readonly alerts: readonly ListedAlert[];
}

/** All of it by default, as in Alertmanager; `false` leaves those out. */
export interface AlertFilter {
  readonly active?: boolean;
  readonly silenced?: boolean;
  readonly inhibited?: boolean;
  readonly muted?: boolean;
  readonly unprocessed?: boolean;
  readonly matchers?: readonly Matcher[];
  /** Of a receiver's name. */
  readonly receiver?: (name: string) => boolean;
}

export interface ListingOptions {
  readonly episodes: Episodes;
  readonly lanes: Lanes;
  readonly router: Router;
  readonly silences: readonly Silence[];
  readonly nowMs: number;
}

export class Listing {
  readonly #options: ListingOptions;

  constructor(options: ListingOptions) {
    this.#options = options;
  }

  /** By fingerprint; what is over and only waits to be told so is not among them. */
  alerts(filter: AlertFilter): readonly ListedAlert[] {
    const { episodes, nowMs } = this.#options;
    return [...episodes.all()]
      .filter((episode) => episode.alert.occurrence || !isOver(episode, nowMs))
      .filter(({ alert }) => matchesAll(filter.matchers ?? [], alert.labels))
      .map((episode) => this.#list(episode))
      .filter((listed) => shows(filter, listed))
      .sort((left, right) => compare(left.alert.fingerprint, right.alert.fingerprint));
  }

  groups(filter: AlertFilter): readonly AlertGroup[] {
    const { lanes, episodes } = this.#options;
    const listed = new Map(this.alerts(filter).map((item) => [item.alert, item]));
    const groups: AlertGroup[] = [];
    for (const { id, receiver, groupLabels, groupKey } of lanes.all()) {
      if (filter.receiver?.(receiver) === false) continue;
      const alerts = [...lanes.members(id)].flatMap((key) => {
        const item = listed.get(episodes.get(key)?.alert as Alert);
        return item === undefined ? [] : [item];
      });
      alerts.sort((left, right) => compare(left.alert.fingerprint, right.alert.fingerprint));
      if (alerts.length > 0) groups.push({ labels: groupLabels, receiver, groupKey, alerts });
    }
    return groups.sort((left, right) => compare(left.groupKey, right.groupKey) || compare(left.receiver, right.receiver));
  }

  #list(episode: Episode): ListedAlert {
    const { episodes, lanes, router, nowMs } = this.#options;
    const { alert, acknowledged } = episode;
    const silencing = this.#options.silences.filter((silence) => silences(silence, alert.labels, nowMs)).map(({ id }) => id);
    const silencedBy = acknowledged === undefined ? silencing : [...silencing, `ack-${alert.fingerprint}`];
    const inhibitedBy = episodes.inhibitedBy(episode, nowMs);
    const mine = episode.lanes.flatMap((id) => lanes.get(id) ?? []);
    const muting = mine.map((lane) => router.mutedBy(lane, nowMs));
    const waits = mine.length > 0 && mine.every(({ flushed }) => !flushed);
    // Muted by the clock is what no receiver hears of; one that hears of it is enough to be active.
    const mutedBy = muting.length > 0 && muting.every((names) => names.length > 0) ? [...new Set(muting.flat())] : [];
    const suppressed = silencedBy.length + inhibitedBy.length + mutedBy.length > 0;
    const state = suppressed ? 'suppressed' : waits ? 'unprocessed' : 'active';
    const receivers = [...new Set(router.routesOf(alert).map(({ receiver }) => receiver))];
    const listed = { alert, state, silencedBy, inhibitedBy, mutedBy, receivers } as const;
    return acknowledged === undefined ? listed : { ...listed, acknowledged };
  }
}

function shows(filter: AlertFilter, { state, silencedBy, inhibitedBy, mutedBy, receivers }: ListedAlert): boolean {
  if (filter.receiver !== undefined && !receivers.some(filter.receiver)) return false;
  if (filter.active === false && state === 'active') return false;
  if (filter.unprocessed === false && state === 'unprocessed') return false;
  if (filter.silenced === false && silencedBy.length > 0) return false;
  if (filter.muted === false && mutedBy.length > 0) return false;
  return filter.inhibited !== false || inhibitedBy.length === 0;
}

function compare(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

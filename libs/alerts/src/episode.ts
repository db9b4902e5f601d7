/** What is kept of an alert from the first word of it until every lane is done with its end. */
import type { Alert, Labels } from './alert.js';

export interface Acknowledgement {
  readonly by: string;
  readonly comment: string;
  readonly atMs: number;
}

export interface Episode {
  /** Key of its state: the fingerprint, or of an occurrence `o-<transition>`. */
  readonly key: string;
  readonly alert: Alert;
  /** Transition with which it began. */
  readonly began: string;
  /** Lanes that are not done with it. */
  readonly lanes: readonly string[];
  /** Its end stands in the history. */
  readonly past: boolean;
  readonly acknowledged?: Acknowledgement;
}

/** An episode that is over. */
export interface PastEpisode {
  readonly fingerprint: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly startsAtMs: number;
  /** Of an occurrence its own time. */
  readonly endsAtMs: number;
  readonly occurrence: boolean;
  readonly folded: number;
  readonly values: Readonly<Record<string, number>>;
  readonly acknowledged?: Acknowledgement;
}

export function episodeKey({ occurrence, transition, fingerprint }: Alert): string {
  return occurrence ? `o-${transition}` : fingerprint;
}

export function isOver({ alert }: Episode, nowMs: number): boolean {
  return alert.occurrence || (alert.endsAtMs !== undefined && alert.endsAtMs <= nowMs);
}

export function pastEpisode({ alert, acknowledged }: Episode): PastEpisode {
  const { fingerprint, labels, annotations, startsAtMs, endsAtMs = startsAtMs, occurrence, folded, values } = alert;
  const past = { fingerprint, labels, annotations, startsAtMs, endsAtMs, occurrence, folded, values };
  return acknowledged === undefined ? past : { ...past, acknowledged };
}

/** More of a firing one: its begin stays, what is known of it is renewed. */
export function renew(episode: Episode, alert: Alert): Episode {
  const { startsAtMs, transition, acceptedMs } = episode.alert;
  const kept = { startsAtMs: Math.min(startsAtMs, alert.startsAtMs), transition, ...(acceptedMs === undefined ? {} : { acceptedMs }) };
  return { ...episode, alert: { ...alert, ...kept } };
}

/** Its end: nobody needs to be told less because it was acknowledged. */
export function resolve(episode: Episode, alert: Alert): Episode {
  const { acknowledged: _over, ...rest } = episode;
  return { ...rest, alert: { ...alert, startsAtMs: Math.min(episode.alert.startsAtMs, alert.startsAtMs) } };
}

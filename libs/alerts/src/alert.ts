/** Alertmanager's alert, with what Logweir knows besides. */

export type Labels = Readonly<Record<string, string>>;

export interface Alert {
  /** `alertname`, `severity`, the rule's labels, the group's fields (dots become `_`). */
  readonly labels: Labels;
  /** Rendered texts. */
  readonly annotations: Labels;
  /** Epoch milliseconds. */
  readonly startsAtMs: number;
  /** Of a resolved one; of one that came over the API, when it resolves by itself. */
  readonly endsAtMs?: number;
  readonly updatedAtMs: number;
  readonly generatorUrl: string;
  /** 16 hex digits over the labels. */
  readonly fingerprint: string;
  /** An occurrence is notified once, also when it is over before anybody could be told, and never resolved. */
  readonly occurrence: boolean;
  /** Id of the transition that made it so; of an alert from outside, a hash over fingerprint, start and status. */
  readonly transition: string;
  /** Receivers that the rule names; empty: the route tree decides. */
  readonly notify: readonly string[];
  readonly values: Readonly<Record<string, number>>;
  readonly samples: readonly unknown[];
  /** Matches folded into this notice. */
  readonly folded: number;
  /** It came over the API: not replayed by a journal, and over when its sender is silent for long. */
  readonly external?: boolean;
  /** When the first record behind it was accepted, epoch milliseconds. */
  readonly acceptedMs?: number;
}

export type Reason = 'first_notification' | 'new_alerts' | 'some_resolved' | 'all_resolved' | 'repeat';

/** One message to one receiver: what the outbox holds until it is delivered. */
export interface Notification {
  /** Computed from the group, its transitions and the receiver, so that a replay gives the same: end of its outbox key, and `webhook-id`. `n-` and 32 hex digits. */
  readonly id: string;
  readonly receiver: string;
  /** Of one lane, in order: a resolved notice never overtakes its firing one, and replaces it when that is undelivered. */
  readonly lane: string;
  /** Rises within a lane. */
  readonly number: number;
  readonly groupKey: string;
  readonly groupLabels: Labels;
  readonly routeLabels: Labels;
  readonly status: 'firing' | 'resolved';
  readonly reason: Reason;
  /** A resolved one has `endsAtMs`, a firing one (and an occurrence) has none. What is new comes first. */
  readonly alerts: readonly Alert[];
  readonly truncatedAlerts: number;
  /** When the first record behind it was accepted, epoch milliseconds: the delay counts from there. */
  readonly acceptedMs?: number;
  readonly createdMs: number;
  /** After so long without news it is said again: a receiver that forgets has to remember for longer. */
  readonly repeatIntervalMs?: number;
}

/** What is asked of whoever looks after alerts, over REST. */
export interface OwnerRequest {
  /** From outside. */
  readonly alerts?: readonly Alert[];
  readonly acknowledge?: { readonly fingerprint: string; readonly by: string; readonly comment: string };
  readonly unacknowledge?: { readonly fingerprint: string };
}

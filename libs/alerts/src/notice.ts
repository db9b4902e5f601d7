/** A verdict as the message that stands in the outbox: cut to what fits, under a computed id. */
import type { Alert, Notification, Reason } from './alert.js';
import { digest } from './fingerprint.js';
import type { Lane, Member, Verdict } from './lane.js';

/** Alerts in one message, by default: no receiver shows more to a person. */
export const MAX_ALERTS_PER_NOTICE = 100;
/** JSON of the alerts of one message: an entry of a checkpoint takes 1 MiB. */
export const MAX_NOTICE_BYTES = 512 * 1_024;

export interface Notice {
  readonly notification: Notification;
  /** Of its alerts as JSON. */
  readonly bytes: number;
}

export interface NoticeOptions {
  readonly nowMs: number;
  readonly maxAlerts: number;
  readonly repeatIntervalMs: number;
}

/** Of a verdict with a reason. */
export function makeNotice(lane: Lane, verdict: Verdict & { readonly reason: Reason }, options: NoticeOptions): Notice {
  const { nowMs, maxAlerts, repeatIntervalMs } = options;
  const { tell, status, reason } = verdict;
  const number = lane.number + 1;
  const { alerts, bytes } = fit(tell, maxAlerts, nowMs);
  const accepted = tell.flatMap(({ alert }) => alert.acceptedMs ?? []);
  const notification: Notification = {
    id: noticeId(lane, verdict, number),
    receiver: lane.receiver,
    lane: lane.id,
    number,
    groupKey: lane.groupKey,
    groupLabels: lane.groupLabels,
    routeLabels: {},
    status,
    reason,
    alerts,
    truncatedAlerts: tell.length - alerts.length + lane.cut,
    ...(accepted.length === 0 || !verdict.fresh ? {} : { acceptedMs: accepted.reduce((least, ms) => Math.min(least, ms)) }),
    createdMs: nowMs,
    repeatIntervalMs,
  };
  return { notification, bytes };
}

/**
 * Each transition is new to a lane once, so a notice with a new one is known by its transitions alone and keeps its id
 * when a replay cuts the past into other notices before it; only what says nothing new needs the number.
 */
function noticeId(lane: Lane, { tell, fresh, status }: Verdict, number: number): string {
  const transitions = tell
    .map(({ alert, resolved, episode }) => `${episode} ${resolved ? `resolved ${alert.transition}` : 'firing'}`)
    .sort();
  const salt = fresh && lane.cut === 0 ? status : String(number);
  return `n-${digest(lane.id, salt, ...transitions)}`;
}

/** Samples go before alerts do. */
function fit(tell: readonly Member[], maxAlerts: number, nowMs: number): { readonly alerts: readonly Alert[]; readonly bytes: number } {
  const alerts: Alert[] = [];
  let bytes = 0;
  for (const member of tell.slice(0, maxAlerts)) {
    let alert = shown(member, nowMs);
    let size = Buffer.byteLength(JSON.stringify(alert));
    if (bytes + size > MAX_NOTICE_BYTES / 2 && alert.samples.length > 0) {
      alert = { ...alert, samples: [] };
      size = Buffer.byteLength(JSON.stringify(alert));
    }
    if (bytes + size > MAX_NOTICE_BYTES) break;
    bytes += size;
    alerts.push(alert);
  }
  return { alerts, bytes };
}

/** While it fires, an alert has no end, whatever its sender announced. */
function shown({ alert, resolved }: Member, nowMs: number): Alert {
  const { endsAtMs, ...rest } = alert;
  return resolved ? { ...rest, endsAtMs: endsAtMs ?? nowMs } : rest;
}

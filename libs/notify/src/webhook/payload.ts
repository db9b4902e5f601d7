/**
 * Alertmanager's webhook payload, version 4: its field names, order, formats and bytes (template.Data and webhook.Message of
 * 0.34), then what only Logweir knows: `values`, `samples` and `folded` in each alert, `links` in the whole.
 */
import type { Alert, Labels, Notification, Reason } from '#libs/alerts';
import { inCommon, isResolved, sorted } from '../text/common-labels.js';
import { cutRunes } from '../text/cut.js';
import { formatGoJson, formatGoTime, GO_ZERO_TIME } from '../text/go-json.js';

/** Alertmanager's words for a reason. */
export const REASONS: Readonly<Record<Reason, string>> = {
  first_notification: 'first notification',
  new_alerts: 'new alerts added',
  some_resolved: 'some alerts resolved',
  all_resolved: 'all alerts resolved',
  repeat: 'repeat interval elapsed',
};

/** Receivers take a megabyte (nginx's default body limit); half of it leaves room for what wraps it on the way. */
export const MAX_WEBHOOK_BYTES = 512 * 1_024;

export interface PayloadOptions {
  readonly externalUrl: string;
  readonly links: Readonly<Record<string, string>>;
  /** More alerts than these are a number in `truncatedAlerts`; 0: all. */
  readonly maxAlerts: number;
}

/** The body: at most MAX_WEBHOOK_BYTES, first without samples, then with ever fewer alerts. */
export function formatPayload(notification: Notification, options: PayloadOptions): string {
  const most = options.maxAlerts === 0 ? notification.alerts.length : Math.min(options.maxAlerts, notification.alerts.length);
  const whole = render(notification, options, { alerts: most, samples: true });
  if (fits(whole)) return whole;
  const alerts = fittingAlerts(notification, options, most);
  if (alerts > 0) return render(notification, options, { alerts, samples: false });
  return render(withShortTexts(notification), options, { alerts: 1, samples: false });
}

/** How many alerts without samples fit, in one pass. What all have in common is written twice, and no larger than the first. */
function fittingAlerts(notification: Notification, options: PayloadOptions, most: number): number {
  const size = (text: string): number => Buffer.byteLength(text);
  let left = MAX_WEBHOOK_BYTES - size(render(notification, options, { alerts: 0, samples: false }));
  let count = 0;
  for (const alert of notification.alerts.slice(0, most)) {
    const bytes = size(formatGoJson(formatAlert(alert, notification, false)));
    left -= count === 0 ? 2 * bytes : bytes;
    if (left < 0) break;
    count += 1;
  }
  return count;
}

/** For an alert that alone is too large: its first labels and annotations, each cut. */
const SHORT_RUNES = 1_000;
const SHORT_NAMES = 50;

function withShortTexts(notification: Notification): Notification {
  const short = (labels: Labels): Labels =>
    Object.fromEntries(
      Object.entries(labels)
        .slice(0, SHORT_NAMES)
        .map(([name, value]) => [cutRunes(name, SHORT_RUNES), cutRunes(value, SHORT_RUNES)]),
    );
  const [first] = notification.alerts;
  const alerts = first === undefined ? [] : [{ ...first, labels: short(first.labels), annotations: short(first.annotations) }];
  const truncatedAlerts = notification.truncatedAlerts + notification.alerts.length - alerts.length;
  return {
    ...notification,
    alerts,
    truncatedAlerts,
    groupLabels: short(notification.groupLabels),
    routeLabels: short(notification.routeLabels),
  };
}

const fits = (body: string): boolean => Buffer.byteLength(body) <= MAX_WEBHOOK_BYTES;

function render(notification: Notification, options: PayloadOptions, kept: { readonly alerts: number; readonly samples: boolean }): string {
  const alerts = notification.alerts.slice(0, kept.alerts);
  return formatGoJson({
    receiver: notification.receiver,
    status: notification.status,
    alerts: alerts.map((alert) => formatAlert(alert, notification, kept.samples)),
    notification_reason: REASONS[notification.reason],
    groupLabels: sorted(notification.groupLabels),
    commonLabels: inCommon(alerts.map(({ labels }) => labels)),
    commonAnnotations: inCommon(alerts.map(({ annotations }) => annotations)),
    routeLabels: sorted(notification.routeLabels),
    externalURL: options.externalUrl,
    version: '4',
    groupKey: notification.groupKey,
    truncatedAlerts: notification.truncatedAlerts + notification.alerts.length - alerts.length,
    links: options.links,
  });
}

function formatAlert(alert: Alert, notification: Notification, samples: boolean): Readonly<Record<string, unknown>> {
  const resolved = isResolved(alert, notification);
  return {
    status: resolved ? 'resolved' : 'firing',
    labels: sorted(alert.labels),
    annotations: sorted(alert.annotations),
    startsAt: formatGoTime(alert.startsAtMs),
    endsAt: resolved ? formatGoTime(alert.endsAtMs ?? notification.createdMs) : GO_ZERO_TIME,
    generatorURL: alert.generatorUrl,
    fingerprint: alert.fingerprint,
    values: alert.values,
    samples: samples ? alert.samples : [],
    folded: alert.folded,
  };
}

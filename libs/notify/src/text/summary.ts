/** A notification in words, before any receiver's markup and escaping. */
import type { Alert, Notification } from '#libs/alerts';
import { inCommon, isResolved, sorted } from './common-labels.js';

/** Chat messages and pages are read on phones: more alerts than these are a number. */
export const SHOWN_ALERTS = 10;
const SHOWN_SAMPLES = 3;
const SHOWN_LABELS = 12;

export interface AlertSummary {
  readonly resolved: boolean;
  readonly title: string;
  readonly text: string;
  /** `name=value`, sorted. */
  readonly labels: readonly string[];
  readonly values: readonly string[];
  readonly samples: readonly string[];
  readonly folded: number;
  readonly link: string;
}

/** As Alertmanager's: `[FIRING:2] ApiErrors (api critical)`: the group's labels, then what else is common. */
export function titleOf(notification: Notification): string {
  const firing = notification.alerts.filter((alert) => !isResolved(alert, notification)).length;
  const state = notification.status === 'firing' ? `FIRING:${firing}` : 'RESOLVED';
  const group = sorted(notification.groupLabels);
  const rest = Object.entries(inCommon(notification.alerts.map(({ labels }) => labels))).filter(([name]) => !Object.hasOwn(group, name));
  const names = Object.values(group).join(' ');
  const others = rest.map(([, value]) => value).join(' ');
  return [`[${state}]`, names, others === '' ? '' : names === '' ? others : `(${others})`].filter((part) => part !== '').join(' ');
}

export function summariseAlert(alert: Alert, notification: Notification): AlertSummary {
  const { summary, description, message } = alert.annotations;
  const title = summary ?? alert.labels['alertname'] ?? 'alert';
  return {
    resolved: isResolved(alert, notification),
    title,
    text: description ?? message ?? '',
    labels: Object.entries(sorted(alert.labels))
      .slice(0, SHOWN_LABELS)
      .map(([name, value]) => `${name}=${value}`),
    values: Object.entries(alert.values).map(([name, value]) => `${name}: ${value}`),
    samples: alert.samples.slice(0, SHOWN_SAMPLES).map(sampleText),
    folded: alert.folded,
    link: alert.generatorUrl,
  };
}

/** The alerts that are shown, and how many are not. */
export function shownAlerts(notification: Notification, most: number): { shown: readonly AlertSummary[]; hidden: number } {
  const alerts = notification.alerts.slice(0, most);
  return {
    shown: alerts.map((alert) => summariseAlert(alert, notification)),
    hidden: notification.alerts.length - alerts.length + notification.truncatedAlerts,
  };
}

/** Where a click on the title leads: the search of the first alert that has one. */
export function linkOf(notification: Notification, externalUrl: string): string {
  return notification.alerts.find(({ generatorUrl }) => generatorUrl !== '')?.generatorUrl ?? externalUrl;
}

export function severityOf(notification: Notification): string {
  const severities = new Set(notification.alerts.map(({ labels }) => labels['severity'] ?? ''));
  return ['critical', 'fatal', 'error', 'warning', 'warn', 'info'].find((severity) => severities.has(severity)) ?? [...severities][0] ?? '';
}

/** Green when all is well again, else by the worst severity. */
export function colourOf(notification: Notification): number {
  if (notification.status === 'resolved') return 0x2e_b8_86;
  const severity = severityOf(notification);
  if (severity === 'info') return 0x43_9f_e0;
  return severity === 'warning' || severity === 'warn' ? 0xda_a0_38 : 0xa3_02_00;
}

/** A sample record on one line; what is no record is shown as JSON. */
function sampleText(sample: unknown): string {
  if (typeof sample !== 'object' || sample === null || !('message' in sample) || typeof sample.message !== 'string') {
    return JSON.stringify(sample) ?? '';
  }
  const time = 'timestamp' in sample && typeof sample.timestamp === 'string' ? sample.timestamp : '';
  const level = 'level' in sample && typeof sample.level === 'string' ? sample.level : '';
  return [time, level, sample.message]
    .filter((part) => part !== '')
    .join(' ')
    .replace(/\s+/g, ' ');
}

/**
 * PagerDuty's Events API v2: `trigger` and `resolve` of one incident, which `dedup_key` (a hash of the group's key, as in
 * Alertmanager) holds together. 202 is success; summary 1 024 characters, the event 512 KB. Occurrences are never resolved:
 * a person closes their incident.
 */
import { createHash } from 'node:crypto';
import type { Notification } from '#libs/alerts';
import { garbage, HttpReceiver } from '../http/http-receiver.js';
import type { Surroundings } from '../surroundings.js';
import { inCommon } from '../text/common-labels.js';
import { cutRunes, fitting } from '../text/cut.js';
import { alertLines } from '../text/lines.js';
import { linkOf, severityOf, shownAlerts, titleOf } from '../text/summary.js';

const SUMMARY_RUNES = 1_024;
const SOURCE_RUNES = 255;
/** 512 KB by its documentation. */
const MAX_EVENT_BYTES = 500 * 1_024;
const SHOWN_ALERTS = 100;

export interface PagerDutySettings {
  readonly routingKey: string;
  readonly url: string;
}

export function openPagerDuty(settings: PagerDutySettings, around: Surroundings): HttpReceiver {
  return new HttpReceiver({
    kind: 'pagerduty',
    sender: around.sender,
    render: (notification) => ({
      url: settings.url,
      headers: { 'content-type': 'application/json' },
      body: formatPagerDuty(notification, settings.routingKey, around.externalUrl),
    }),
    judge: (answer) => (answer.status === 202 ? undefined : garbage(answer, '202')),
  });
}

export function formatPagerDuty(notification: Notification, routingKey: string, externalUrl: string): string {
  return fitting(
    SHOWN_ALERTS,
    (most) => JSON.stringify(eventOf(notification, { routingKey, externalUrl, most })),
    (body) => Buffer.byteLength(body) <= MAX_EVENT_BYTES,
  );
}

interface EventOptions {
  readonly routingKey: string;
  readonly externalUrl: string;
  readonly most: number;
}

function eventOf(notification: Notification, { routingKey, externalUrl, most }: EventOptions): Readonly<Record<string, unknown>> {
  const link = linkOf(notification, externalUrl);
  return {
    routing_key: routingKey,
    event_action: notification.status === 'resolved' ? 'resolve' : 'trigger',
    dedup_key: createHash('sha256').update(notification.groupKey).digest('hex'),
    client: 'Logweir',
    client_url: externalUrl,
    payload: payloadOf(notification, most, externalUrl),
    links: /^https?:/.test(link) ? [{ href: link, text: 'Records behind it' }] : [],
  };
}

function payloadOf(notification: Notification, most: number, externalUrl: string): Readonly<Record<string, unknown>> {
  const { shown, hidden } = shownAlerts(notification, most);
  const labels = inCommon(notification.alerts.map((alert) => alert.labels));
  const source = labels['host_name'] ?? labels['instance'] ?? labels['service_name'] ?? externalUrl;
  const optional = { component: labels['service_name'] ?? labels['service'], group: labels['job'], class: labels['alertname'] };
  return {
    summary: cutRunes(titleOf(notification), SUMMARY_RUNES),
    source: cutRunes(source === '' ? 'logweir' : source, SOURCE_RUNES),
    severity: severityName(severityOf(notification)),
    timestamp: new Date(notification.createdMs).toISOString(),
    ...Object.fromEntries(Object.entries(optional).map(([name, value]) => [name, cutRunes(value ?? '', SOURCE_RUNES)])),
    custom_details: {
      firing: shown.filter(({ resolved }) => !resolved).map((alert) => alertLines(alert).join('\n')),
      resolved: shown.filter(({ resolved }) => resolved).map((alert) => alertLines(alert).join('\n')),
      not_shown: hidden,
    },
  };
}

/** Of the four it knows. */
function severityName(severity: string): string {
  if (['critical', 'fatal', 'emergency', 'page'].includes(severity)) return 'critical';
  if (severity === 'warning' || severity === 'warn') return 'warning';
  return severity === 'info' || severity === 'debug' ? 'info' : 'error';
}

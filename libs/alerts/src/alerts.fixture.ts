/** Alerts and routings for specs. */
import type { Alert, Labels, Notification } from './alert.js';
import { Alerts, type AlertsOptions } from './alerts.js';
import { fingerprint } from './fingerprint.js';
import { parseRouting } from './routing-file.js';
import type { Routing } from './routing.js';

export const START_MS = Date.UTC(2026, 10, 21, 7);
export const MINUTE_MS = 60_000;

export function routingOf(text: string): Routing {
  const { routing, problems } = parseRouting(text, { file: 'routes.yml' });
  if (routing === undefined) throw new Error(JSON.stringify(problems));
  return routing;
}

export const SIMPLE = routingOf(`
route: { receiver: ops, groupBy: [alertname], groupWait: 1s, groupInterval: 5m, repeatInterval: 1h }
receivers: [{ name: ops }, { name: team }, { name: quiet, sendResolved: false }]
`);

let count = 0;

export function firing(labels: Labels, more: Partial<Alert> = {}): Alert {
  return {
    labels,
    annotations: {},
    startsAtMs: START_MS,
    updatedAtMs: START_MS,
    generatorUrl: '',
    fingerprint: fingerprint(labels),
    occurrence: false,
    transition: `t${++count}`,
    notify: [],
    values: {},
    samples: [],
    folded: 0,
    ...more,
  };
}

export function resolved(labels: Labels, endsAtMs: number, more: Partial<Alert> = {}): Alert {
  return firing(labels, { endsAtMs, updatedAtMs: endsAtMs, ...more });
}

export function occurrence(labels: Labels, more: Partial<Alert> = {}): Alert {
  return firing(labels, { occurrence: true, ...more });
}

/** Alerts with a clock of its own. */
export class Bench {
  nowMs = START_MS;
  readonly alerts: Alerts;
  readonly sent: Notification[] = [];

  constructor(options: Partial<AlertsOptions> = {}) {
    this.alerts = new Alerts({ routing: SIMPLE, ...options });
  }

  receive(...alerts: readonly Alert[]): void {
    this.alerts.receive(alerts, this.nowMs);
  }

  /** Lets time pass; returns what was told meanwhile. */
  pass(ms: number): readonly Notification[] {
    const until = this.nowMs + ms;
    const told: Notification[] = [];
    for (let next = this.alerts.nextDueMs(); next !== undefined && next <= until; next = this.alerts.nextDueMs()) {
      this.nowMs = Math.max(this.nowMs, next);
      told.push(...this.alerts.due(this.nowMs));
    }
    this.nowMs = until;
    this.sent.push(...told);
    return told;
  }
}

/** `firing first_notification a,b`. */
export function brief({ status, reason, alerts }: Notification): string {
  const names = alerts.map(({ labels, endsAtMs }) => `${labels['host'] ?? labels['alertname'] ?? ''}${endsAtMs === undefined ? '' : '!'}`);
  return `${status} ${reason} ${names.join(',')}`;
}

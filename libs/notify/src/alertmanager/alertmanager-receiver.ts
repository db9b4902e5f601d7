/**
 * Another Alertmanager: `POST /api/v2/alerts`, to each of its replicas, as Prometheus does. It lets a firing alert end by
 * itself, and nothing but the route's repetition sends it again. So the end that is sent along lies two repetitions ahead,
 * plus ALERTMANAGER_SLACK_MS: one may get lost. What it resolves by is our own resolved notice, which is tried until it is
 * there. It keeps alerts in memory only: after its restart it knows a firing one again with the next repetition, so a route
 * to an Alertmanager does well with a short `repeatInterval` (Prometheus sends every minute).
 */
import type { Alert, Notification } from '#libs/alerts';
import { DeliveryError } from '../errors.js';
import { authorisation, type Credentials } from '../http/credentials.js';
import { refusal } from '../http/http-receiver.js';
import type { HttpSender } from '../http/http-sender.js';
import type { Delivered, Receiver } from '../receiver.js';
import type { Surroundings } from '../surroundings.js';
import { isResolved, sorted } from '../text/common-labels.js';

/** Tries, queues and clocks that differ. */
export const ALERTMANAGER_SLACK_MS = 300_000;
/** Of a notice that says no repetition: the default of routes. */
const REPEAT_INTERVAL_MS = 14_400_000;

export interface AlertmanagerSettings extends Credentials {
  readonly urls: readonly string[];
}

export class AlertmanagerReceiver implements Receiver {
  readonly kind = 'alertmanager';
  private readonly sender: HttpSender;
  private readonly urls: readonly string[];

  constructor(
    private readonly settings: AlertmanagerSettings,
    private readonly around: Surroundings,
  ) {
    this.sender = around.sender;
    this.urls = settings.urls.map((url) => `${url.replace(/\/+$/, '')}/api/v2/alerts`);
  }

  /** Delivered when one of the replicas has it: they tell each other. */
  async send(notification: Notification, signal: AbortSignal): Promise<Delivered> {
    const body = JSON.stringify(formatAlerts(notification, this.around.now()));
    const results = await Promise.allSettled(this.urls.map((url) => this.post(url, body, signal)));
    for (const result of results) if (result.status === 'fulfilled') return result.value;
    const errors = results.flatMap((result) =>
      result.status === 'rejected' && result.reason instanceof DeliveryError ? [result.reason] : [],
    );
    const retryable = errors.find(({ options }) => options.retryable) ?? errors[0];
    throw retryable ?? new DeliveryError('no Alertmanager could be asked', { retryable: true });
  }

  private async post(url: string, body: string, signal: AbortSignal): Promise<Delivered> {
    const headers = { 'content-type': 'application/json', ...authorisation(this.settings) };
    const answer = await this.sender.post({ url, headers, body }, signal);
    const problem = refusal(answer);
    if (problem !== undefined) throw problem;
    return { status: answer.status, latencyMs: answer.latencyMs };
  }

  async close(): Promise<void> {
    await this.sender.close();
  }
}

export function formatAlerts(notification: Notification, nowMs: number): readonly Readonly<Record<string, unknown>>[] {
  const firingForMs = 2 * (notification.repeatIntervalMs ?? REPEAT_INTERVAL_MS) + ALERTMANAGER_SLACK_MS;
  return notification.alerts.map((alert) => ({
    labels: labelsOf(alert),
    annotations: labelNames(alert.annotations),
    startsAt: new Date(alert.startsAtMs).toISOString(),
    endsAt: new Date(isResolved(alert, notification) ? (alert.endsAtMs ?? notification.createdMs) : nowMs + firingForMs).toISOString(),
    ...(URL.canParse(alert.generatorUrl) ? { generatorURL: alert.generatorUrl } : {}),
  }));
}

/** An alert without any label is refused, and the whole request with it. */
function labelsOf(alert: Alert): Record<string, string> {
  const labels = labelNames(alert.labels);
  return Object.keys(labels).length === 0 ? { alertname: 'alert' } : labels;
}

/** Names outside Prometheus' alphabet would have the whole request refused. */
function labelNames(labels: Readonly<Record<string, string>>): Record<string, string> {
  const named = Object.entries(sorted(labels)).map(([name, value]) => [name.replace(/[^a-zA-Z0-9_]/g, '_').replace(/^(?=\d)/, '_'), value]);
  return Object.fromEntries(named.filter(([, value]) => value !== ''));
}

/**
 * Another Alertmanager: `POST /api/v2/alerts`, to each of its replicas, as Prometheus does. It keeps alerts in memory only
 * and lets a firing one end by itself, so the caller sends firing ones again every RESEND_MS and resolved ones for
 * RESOLVED_FOR_MS; the end that is sent along lies FIRING_FOR_MS ahead.
 */
import type { Alert, Notification } from '#libs/alerts';
import { DeliveryError } from '../errors.js';
import { authorisation, type Credentials } from '../http/credentials.js';
import { refusal } from '../http/http-receiver.js';
import type { HttpSender } from '../http/http-sender.js';
import type { Delivered, Receiver } from '../receiver.js';
import type { Surroundings } from '../surroundings.js';
import { isResolved, sorted } from '../text/common-labels.js';

export const ALERTMANAGER_RESEND_MS = 60_000;
export const ALERTMANAGER_RESOLVED_FOR_MS = 300_000;
/** Prometheus' choice: four times the interval, so that three lost sends end nothing. */
export const ALERTMANAGER_FIRING_FOR_MS = 4 * ALERTMANAGER_RESEND_MS;

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

/** Whether a notification that was delivered at `firstMs` is to be sent again by now, and was last sent at `lastMs`. */
export function isResendDue(
  notification: Notification,
  times: { readonly firstMs: number; readonly lastMs: number },
  nowMs: number,
): boolean {
  if (notification.alerts.every(({ occurrence }) => occurrence)) return false;
  if (notification.status === 'resolved' && nowMs - times.firstMs > ALERTMANAGER_RESOLVED_FOR_MS) return false;
  return nowMs - times.lastMs >= ALERTMANAGER_RESEND_MS;
}

export function formatAlerts(notification: Notification, nowMs: number): readonly Readonly<Record<string, unknown>>[] {
  return notification.alerts.map((alert) => ({
    labels: labelsOf(alert),
    annotations: labelNames(alert.annotations),
    startsAt: new Date(alert.startsAtMs).toISOString(),
    endsAt: new Date(
      isResolved(alert, notification) ? (alert.endsAtMs ?? notification.createdMs) : nowMs + ALERTMANAGER_FIRING_FOR_MS,
    ).toISOString(),
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

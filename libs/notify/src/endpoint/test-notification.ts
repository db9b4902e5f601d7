import type { Notification } from '#libs/alerts';

export interface TestOptions {
  readonly nowMs: number;
  /** 32 hex digits: a test is its own notice each time. */
  readonly nonce: string;
  readonly externalUrl: string;
}

/** What `POST /receivers/{name}/test` sends: a firing notice that says what it is. An occurrence, so that nothing stays open. */
export function testNotification(receiver: string, { nowMs, nonce, externalUrl }: TestOptions): Notification {
  const labels = { alertname: 'LogweirTest', severity: 'info' };
  return {
    id: `n-${nonce}`,
    receiver,
    lane: `test/${receiver}/${nonce}`,
    number: 1,
    groupKey: `{}:{alertname="LogweirTest", nonce="${nonce}"}`,
    groupLabels: { alertname: labels.alertname },
    routeLabels: {},
    status: 'firing',
    reason: 'first_notification',
    truncatedAlerts: 0,
    createdMs: nowMs,
    alerts: [
      {
        labels,
        annotations: {
          summary: `A test of the receiver ${receiver}`,
          description: 'Somebody asked Logweir to send this. Nothing is wrong.',
        },
        startsAtMs: nowMs,
        updatedAtMs: nowMs,
        generatorUrl: externalUrl,
        fingerprint: nonce.slice(0, 16),
        occurrence: true,
        transition: nonce,
        notify: [receiver],
        values: {},
        samples: [],
        folded: 0,
      },
    ],
  };
}

import type { Alert, Notification } from '#libs/alerts';

export const BASE_MS = Date.UTC(2026, 10, 21, 4, 4, 24);

export function alertFixture(parts: Partial<Alert> = {}): Alert {
  return {
    labels: { alertname: 'ApiErrors', severity: 'critical', service: 'api' },
    annotations: { summary: '12 errors in a minute', description: 'api prints errors' },
    startsAtMs: BASE_MS,
    updatedAtMs: BASE_MS,
    generatorUrl: 'http://logweir.example:4280/?q=level%3E%3Derror&a=1',
    fingerprint: '4df768289e3c099d',
    occurrence: false,
    transition: 'f'.repeat(32),
    notify: [],
    values: { count: 12, threshold: 10 },
    samples: [
      { group: 0, id: '1-2-a', timestamp: '2026-11-21T04:04:23.785232175Z', level: 'error', message: 'connection lost', fields: {} },
    ],
    folded: 0,
    ...parts,
  };
}

export function notificationFixture(parts: Partial<Notification> = {}): Notification {
  return {
    id: `n-${'0123456789abcdef'.repeat(2)}`,
    receiver: 'hook',
    lane: 'hook/{}:{alertname="ApiErrors"}',
    number: 1,
    groupKey: '{}:{alertname="ApiErrors"}',
    groupLabels: { alertname: 'ApiErrors' },
    routeLabels: {},
    status: 'firing',
    reason: 'first_notification',
    alerts: [alertFixture()],
    truncatedAlerts: 0,
    createdMs: BASE_MS + 60_000,
    ...parts,
  };
}

/** What a log can bring: markup of every service, mentions, quotes, lone surrogates, far too much of it. */
export function hostileNotification(parts: Partial<Notification> = {}): Notification {
  const odd = `<!channel> <@U1> @everyone &<b>"'|\`\`\`*_~[x](http://evil.example) {{DATE(1)}} \ud800 \u2028\r\nBcc: x@evil.example 😀`;
  const long = `${odd} ${'😀é<&>'.repeat(400)}`;
  const alert = alertFixture({
    labels: { alertname: odd, severity: 'critical', ['x'.repeat(300)]: long },
    annotations: { summary: long, description: long },
    samples: Array.from({ length: 5 }, () => ({ timestamp: 't', message: long.slice(0, 4_000) })),
  });
  return notificationFixture({ groupLabels: { alertname: odd }, alerts: Array.from({ length: 200 }, () => alert), ...parts });
}

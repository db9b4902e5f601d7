import { createHash } from 'node:crypto';
import { httpFixture, runes, SECRET } from '../http-receiver.fixture.js';
import { alertFixture, notificationFixture } from '../notification.fixture.js';
import { describeReceiver } from '../receiver.contract.js';
import { formatPagerDuty } from './pagerduty-receiver.js';

interface Event {
  readonly event_action: string;
  readonly dedup_key: string;
  readonly payload: { readonly summary: string; readonly severity: string };
}

const parse = (text: string): Event => JSON.parse(text) as Event;

describeReceiver('pagerduty', (timeoutMs) =>
  httpFixture(timeoutMs, {
    block: (url) => ({ pagerduty: { routingKey: SECRET, url } }),
    well: { status: 202, body: '{"status":"success"}' },
    isWithinLimits: (message) => {
      const { dedup_key, payload } = parse(message);
      return Buffer.byteLength(message) <= 512 * 1_024 && dedup_key.length <= 255 && runes(payload.summary) <= 1_024;
    },
  }),
);

describe('a PagerDuty event', () => {
  it('triggers and resolves the same incident', () => {
    const [trigger, resolve] = (['firing', 'resolved'] as const).map((status) =>
      parse(formatPagerDuty(notificationFixture({ status }), 'k', '')),
    );
    expect([trigger?.event_action, resolve?.event_action]).toEqual(['trigger', 'resolve']);
    expect(trigger?.dedup_key).toBe(createHash('sha256').update('{}:{alertname="ApiErrors"}').digest('hex'));
    expect(resolve?.dedup_key).toBe(trigger?.dedup_key);
  });

  it.each([
    ['critical', 'critical'],
    ['fatal', 'critical'],
    ['warn', 'warning'],
    ['info', 'info'],
    ['whatever', 'error'],
  ])('of severity %s has one of the four: %s', (severity, expected) => {
    const alerts = [alertFixture({ labels: { alertname: 'a', severity } })];
    expect(parse(formatPagerDuty(notificationFixture({ alerts }), 'k', '')).payload.severity).toBe(expected);
  });
});

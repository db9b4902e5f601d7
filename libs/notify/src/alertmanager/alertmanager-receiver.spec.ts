import { openReceiver } from '../endpoint/open-receiver.js';
import { endpointOf, httpFixture, SECRET } from '../http-receiver.fixture.js';
import { TestServer } from '../http-server.fixture.js';
import { AddressPolicy } from '../network/address-policy.js';
import { alertFixture, BASE_MS, notificationFixture } from '../notification.fixture.js';
import { describeReceiver } from '../receiver.contract.js';
import { ALERTMANAGER_SLACK_MS, formatAlerts } from './alertmanager-receiver.js';

describeReceiver('alertmanager', (timeoutMs) =>
  httpFixture(timeoutMs, {
    block: (url) => ({ alertmanager: { urls: [`${url}/services/${SECRET}/`] } }),
    well: {},
    isWithinLimits: (message) =>
      (JSON.parse(message) as { labels: object }[]).every(({ labels }) => Object.keys(labels).every((name) => /^[a-zA-Z_]\w*$/.test(name))),
  }),
);

describe('alerts for an Alertmanager', () => {
  it('fire until two repetitions later, and end when they ended', () => {
    const nowMs = BASE_MS + 3_600_000;
    const endsAt = new Date(nowMs + 2 * 14_400_000 + ALERTMANAGER_SLACK_MS).toISOString();
    const often = formatAlerts(notificationFixture({ repeatIntervalMs: 60_000 }), nowMs);
    expect(often).toMatchObject([{ endsAt: new Date(nowMs + 120_000 + ALERTMANAGER_SLACK_MS).toISOString() }]);
    expect(formatAlerts(notificationFixture(), nowMs)).toMatchObject([
      {
        startsAt: '2026-11-21T04:04:24.000Z',
        endsAt,
        generatorURL: 'http://logweir.example:4280/?q=level%3E%3Derror&a=1',
      },
    ]);
    const resolved = notificationFixture({ status: 'resolved', alerts: [alertFixture({ endsAtMs: BASE_MS + 1_000 })] });
    expect(formatAlerts(resolved, nowMs)).toMatchObject([{ endsAt: '2026-11-21T04:04:25.000Z' }]);
  });

  it('go to all replicas and are delivered when one has them', async () => {
    const [well, broken] = [new TestServer(), new TestServer()];
    await Promise.all([well.start(), broken.start()]);
    broken.behaviour = { status: 500 };
    const endpoint = endpointOf({ alertmanager: { urls: [broken.url, well.url] } });
    const receiver = openReceiver(endpoint, { policy: new AddressPolicy(), now: () => BASE_MS, externalUrl: '' });
    await expect(receiver.send(notificationFixture(), new AbortController().signal)).resolves.toMatchObject({ status: 200 });
    expect([broken, well].map(({ received }) => received.map(({ path }) => path))).toEqual([['/api/v2/alerts'], ['/api/v2/alerts']]);
    await receiver.close();
    await Promise.all([well.close(), broken.close()]);
  });
});

import { readFileSync } from 'node:fs';
import { Webhook } from 'standardwebhooks';
import type { Notification } from '#libs/alerts';
import { openReceiver } from '../endpoint/open-receiver.js';
import { endpointOf, httpFixture, SECRET } from '../http-receiver.fixture.js';
import { TestServer } from '../http-server.fixture.js';
import { AddressPolicy } from '../network/address-policy.js';
import { alertFixture, BASE_MS, notificationFixture } from '../notification.fixture.js';
import { describeReceiver } from '../receiver.contract.js';
import { formatPayload, MAX_WEBHOOK_BYTES } from './payload.js';
import { githubSignature, problemOfSecret } from './signature.js';

describeReceiver('webhook', (timeoutMs) =>
  httpFixture(timeoutMs, {
    block: (url) => ({ webhook: { url: `${url}/services/${SECRET}` } }),
    well: { status: 204 },
    isWithinLimits: (message) => Buffer.byteLength(message) <= MAX_WEBHOOK_BYTES && JSON.parse(message) !== undefined,
  }),
);

const OPTIONS = { externalUrl: 'http://alertmanager.example:9093', links: {}, maxAlerts: 0 };
const { body: VECTOR } = JSON.parse(readFileSync('test/vectors/alertmanager-webhook.json', 'utf8')) as { body: string };

/** The notification that Alertmanager's body in the vector tells of. */
function vectorNotification(): Notification {
  const annotations = { summary: '12 errors in a minute' };
  const startsAtMs = Date.UTC(2026, 10, 21, 4, 4, 23, 780);
  return notificationFixture({
    createdMs: Date.UTC(2026, 10, 21, 4, 6),
    alerts: [
      alertFixture({
        labels: { severity: 'critical', service: 'shop', alertname: 'ApiErrors' },
        annotations,
        startsAtMs: BASE_MS,
        endsAtMs: Date.UTC(2026, 10, 21, 4, 5, 0, 500),
        generatorUrl: '',
        fingerprint: 'ce7e69586622b41a',
      }),
      alertFixture({
        labels: { severity: 'critical', service: 'api', odd: 'a<b>&"c" é \u2028', alertname: 'ApiErrors' },
        annotations,
        startsAtMs,
        fingerprint: '4df768289e3c099d',
      }),
    ],
  });
}

/** Our text without what Alertmanager 0.25 does not have. */
function withoutOurs(body: string): string {
  return body
    .replaceAll(/,"values":\{[^}]*\},"samples":\[[^\]]*\],"folded":0/g, '')
    .replace(/"notification_reason":"[^"]*",/, '')
    .replace('"routeLabels":{},', '')
    .replace(',"links":{}', '');
}

describe('the payload', () => {
  it('is what a real Alertmanager sends, byte for byte, but for what is added', () => {
    expect(withoutOurs(formatPayload(vectorNotification(), OPTIONS))).toBe(VECTOR);
  });

  it('has the keys of a real Alertmanager, and ours', () => {
    const theirs = JSON.parse(VECTOR) as { alerts: object[] };
    const ours = JSON.parse(formatPayload(vectorNotification(), OPTIONS)) as { alerts: object[] };
    expect(Object.keys(ours).filter((key) => !(key in theirs))).toEqual(['notification_reason', 'routeLabels', 'links']);
    expect(Object.keys(theirs).every((key) => key in ours)).toBe(true);
    expect(Object.keys(ours.alerts[0] ?? {})).toEqual([...Object.keys(theirs.alerts[0] ?? {}), 'values', 'samples', 'folded']);
  });

  it('says why it is sent in the words of Alertmanager', () => {
    expect(JSON.parse(formatPayload(notificationFixture({ reason: 'repeat' }), OPTIONS))).toMatchObject({
      notification_reason: 'repeat interval elapsed',
    });
  });

  it('never says that an occurrence is resolved', () => {
    const alerts = [alertFixture({ occurrence: true, endsAtMs: BASE_MS })];
    expect(JSON.parse(formatPayload(notificationFixture({ alerts }), OPTIONS))).toMatchObject({
      alerts: [{ status: 'firing', endsAt: '0001-01-01T00:00:00Z' }],
    });
  });

  it('is cut also when one alert alone is too large', () => {
    const huge = alertFixture({ annotations: { summary: '<'.repeat(1_000_000) } });
    const body = formatPayload(notificationFixture({ alerts: [huge, huge] }), OPTIONS);
    expect(Buffer.byteLength(body)).toBeLessThan(MAX_WEBHOOK_BYTES);
    expect(JSON.parse(body)).toMatchObject({ truncatedAlerts: 1 });
  });

  it('counts the alerts beyond maxAlerts', () => {
    const notification = notificationFixture({ alerts: [1, 2, 3].map(() => alertFixture()), truncatedAlerts: 4 });
    const body = JSON.parse(formatPayload(notification, { ...OPTIONS, maxAlerts: 2 })) as { alerts: unknown[] };
    expect(body).toMatchObject({ truncatedAlerts: 5 });
    expect(body.alerts).toHaveLength(2);
  });
});

describe('signatures', () => {
  const [oldSecret, newSecret] = ['a', 'b'].map((letter) => `whsec_${Buffer.from(letter.repeat(32)).toString('base64')}`) as [
    string,
    string,
  ];
  let server: TestServer;

  beforeEach(async () => {
    server = new TestServer();
    await server.start();
  });
  afterEach(() => server.close());

  const sendWith = async (settings: object, now: () => number = Date.now): Promise<void> => {
    const endpoint = endpointOf({ webhook: { url: server.url, ...settings } });
    const receiver = openReceiver(endpoint, { policy: new AddressPolicy(), now, externalUrl: '' });
    await receiver.send(notificationFixture(), new AbortController().signal);
    await receiver.close();
  };
  const headersOf = (index = 0): Record<string, string> => server.received[index]?.headers as Record<string, string>;

  it.each([oldSecret, newSecret])('are accepted by the official library with either secret while they rotate', async (secret) => {
    await sendWith({ secrets: [newSecret, oldSecret] });
    expect(new Webhook(secret).verify(server.received[0]?.body ?? '', headersOf())).toMatchObject({ version: '4' });
  });

  it('are refused by the official library with another secret', async () => {
    await sendWith({ secrets: [newSecret] });
    expect(() => new Webhook(oldSecret).verify(server.received[0]?.body ?? '', headersOf())).toThrow('No matching signature');
  });

  it('keep the id over tries and take the time of the try', async () => {
    await sendWith({ secrets: [newSecret] }, () => 1_700_000_000_900);
    await sendWith({ secrets: [newSecret] }, () => 1_700_000_060_900);
    expect([headersOf(0)['webhook-id'], headersOf(1)['webhook-id']]).toEqual([notificationFixture().id, notificationFixture().id]);
    expect([headersOf(0)['webhook-timestamp'], headersOf(1)['webhook-timestamp']]).toEqual(['1700000000', '1700000060']);
  });

  it('in the style of GitHub are those of its documentation', () => {
    expect(githubSignature('Hello, World!', "It's a Secret to Everybody")).toBe(
      'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
    );
  });

  it('stand beside credentials and headers of the owner', async () => {
    await sendWith({ githubSecret: 'quite secret', basicAuth: { username: 'u', password: 'p' }, headers: { 'X-Team': 'core' } });
    const { body = '' } = server.received[0] ?? {};
    expect(headersOf()).toMatchObject({
      'x-team': 'core',
      authorization: 'Basic dTpw',
      'x-hub-signature-256': githubSignature(body, 'quite secret'),
    });
  });

  it.each([
    ['whsec_', 'is not whsec_ followed by base64'],
    ['not base64!', 'is not whsec_ followed by base64'],
    ['whsec_c2hvcnQ=', 'has 5 bytes'],
  ])('want a secret that is one: %s', (secret, problem) => {
    expect(problemOfSecret(secret)).toContain(problem);
  });
});

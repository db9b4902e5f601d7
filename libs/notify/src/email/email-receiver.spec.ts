import { openReceiver } from '../endpoint/open-receiver.js';
import { endpointOf, runes } from '../http-receiver.fixture.js';
import { AddressPolicy } from '../network/address-policy.js';
import { BASE_MS, hostileNotification, notificationFixture } from '../notification.fixture.js';
import { describeReceiver, type ReceiverFixture } from '../receiver.contract.js';
import { escapeHtml, formatMail } from './message.js';
import { SmtpServer, type SmtpBehaviour } from './smtp-server.fixture.js';

const SECRET = 'very-secret-password';
const BEHAVIOURS: Readonly<Record<string, SmtpBehaviour>> = {
  busy: { answer: `451 try later ${SECRET} ${'x'.repeat(400)}` },
  broken: { answer: '421 closing' },
  refusing: { answer: '550 no such user' },
};

const endpoint = (port: number, more: object = {}) =>
  endpointOf({
    email: {
      to: ['ops@example.org', 'night@example.org'],
      from: 'Logweir <logweir@example.org>',
      host: '127.0.0.1',
      port,
      tls: 'none',
      ...more,
    },
  });

/** Boundaries of parts are random: they say nothing. */
const withoutBoundaries = (mail: string): string => mail.replace(/--_NmP-[^\s"]+/g, '--boundary');

async function create(timeoutMs: number): Promise<ReceiverFixture> {
  const server = new SmtpServer();
  await server.start();
  const receiver = openReceiver(endpoint(server.port), {
    policy: new AddressPolicy(),
    now: () => BASE_MS,
    externalUrl: 'http://logweir.example',
    timeoutMs,
  });
  let closed = false;
  return {
    receiver,
    secret: 'no password without TLS',
    answer: (how) => {
      server.behaviour = BEHAVIOURS[how] ?? (how as SmtpBehaviour);
    },
    received: () =>
      server.behaviour === 'well' ? server.mails.map(withoutBoundaries) : server.commands.filter((line) => line.startsWith('MAIL')),
    isWithinLimits: (mail) => mail.split('\r\n').every((line) => Buffer.byteLength(line) <= 998),
    close: async () => {
      if (!closed) await server.close();
      closed = true;
    },
  };
}

describeReceiver('email', create);

describe('a mail', () => {
  it('has one short subject line, whatever a label holds', () => {
    const { subject } = formatMail(hostileNotification(), '');
    expect(runes(subject)).toBeLessThanOrEqual(160);
    expect(subject).not.toMatch(/[\r\n]/);
  });

  it('escapes what a log line brought', () => {
    expect(formatMail(hostileNotification(), '').html).not.toContain('<b>');
    expect(escapeHtml(`<a href="x" on='y'>&`)).toBe('&lt;a href=&quot;x&quot; on=&#39;y&#39;&gt;&amp;');
  });

  it('links to the web only', () => {
    const [alert] = notificationFixture().alerts;
    if (alert === undefined) throw new Error('no alert');
    const { html } = formatMail(
      notificationFixture({ alerts: [{ ...alert, generatorUrl: 'javascript:alert(1)' }] }),
      'http://logweir.example',
    );
    expect(html).not.toContain('href="javascript');
  });

  it('carries the id of its notification, and belongs to the thread of its lane', () => {
    const [first, second] = [formatMail(notificationFixture(), ''), formatMail(notificationFixture({ id: 'n-2', status: 'resolved' }), '')];
    expect(first.messageId).toBe(`<${notificationFixture().id}@logweir>`);
    expect(second.references).toBe(first.references);
  });

  it('goes to no server at a denied address, and not without TLS when TLS is wanted', async () => {
    const server = new SmtpServer();
    await server.start();
    const options = { now: () => BASE_MS, externalUrl: '' };
    const guarded = openReceiver(endpoint(server.port), { ...options, policy: new AddressPolicy({ ownPorts: [server.port] }) });
    await expect(guarded.send(notificationFixture(), new AbortController().signal)).rejects.toMatchObject({
      options: { retryable: false },
    });
    const strict = openReceiver(endpoint(server.port, { tls: 'starttls' }), { ...options, policy: new AddressPolicy() });
    await expect(strict.send(notificationFixture(), new AbortController().signal)).rejects.toMatchObject({ code: 'delivery_failed' });
    expect(server.mails).toEqual([]);
    await server.close();
  });
});

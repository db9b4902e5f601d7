import { readFileSync } from 'node:fs';
import tls from 'node:tls';
import { encodeMessagePack, encodePing } from '#libs/protocols/forward';
import { Certificates } from '../support/certificates.js';
import { eventually } from '../support/eventually.js';
import { Line, openFixture } from '../support/ingest-fixture.js';
import type { IngestFixture } from '../support/ingest-fixture.js';

const KEY = 'a shared secret';
const SECONDS = Math.floor(Date.now() / 1_000);
const event = (log: string): Buffer => encodeMessagePack(['t', SECONDS, { log }]);

/** HELO is `["HELO", {"nonce": 16 bytes, "auth": 16 bytes or none, "keepalive": true}]`; both are found by their names. */
function heloOf(bytes: Buffer): { nonce: Buffer; auth: Buffer } {
  const value = (name: string): Buffer => {
    const at = bytes.indexOf(name) + name.length;
    const marked = bytes[at] ?? 0;
    const from = marked === 0xc4 || marked === 0xd9 ? at + 2 : at + 1;
    const length = marked === 0xc4 || marked === 0xd9 ? (bytes[at + 1] ?? 0) : marked & 0x1f;
    return bytes.subarray(from, from + length);
  };
  return { nonce: value('nonce'), auth: value('auth') };
}

describe('the secured forward door', () => {
  describe('with a shared key and users', () => {
    let fixture: IngestFixture;
    beforeAll(async () => {
      fixture = await openFixture({
        LOGWEIR_FORWARD_SECURE_PORT: '0',
        LOGWEIR_FORWARD_SECURE_SHARED_KEY: KEY,
        LOGWEIR_FORWARD_SECURE_USERS: 'ann:one,ben:two:colons',
      });
    });
    afterAll(() => fixture.close());

    const greet = async (secrets: Readonly<Record<string, string>>): Promise<Line> => {
      const line = await Line.to(fixture.port('forward-secure'));
      const helo = heloOf(await line.answer(20));
      const all = { hostname: 'client', sharedKey: KEY, username: 'ann', password: 'one', ...secrets };
      line.socket.write(encodePing(helo, { ...all, salt: Buffer.from('0123456789abcdef') }));
      return line;
    };

    it.each([
      ['ann', 'one'],
      ['ben', 'two:colons'],
    ])('takes the events of %s, who knows key and password', async (username, password) => {
      const line = await greet({ username, password });
      const pong = await line.answer(10);
      expect(pong.subarray(1, 6).toString('latin1')).toBe('\xa4PONG');
      expect(pong[6]).toBe(0xc3);
      line.socket.write(event(`from ${username}`));
      await eventually(() => expect(fixture.store.messages).toContain(`from ${username}`));
      line.socket.destroy();
    });

    it.each([
      ['a wrong key', { sharedKey: 'guess' }],
      ['a wrong password', { password: 'guess' }],
      ['an unknown user', { username: 'eve' }],
    ])('sends a client with %s away, counts it, and stores nothing of it', async (_what, secrets) => {
      const before = await fixture.metric('logweir_source_refused_total');
      const line = await greet(secrets);
      line.socket.write(event('from nobody'));
      const pong = await line.answer(10);
      expect(pong[6]).toBe(0xc2);
      await eventually(() => expect(line.ended).toBe(true));
      line.socket.destroy();
      expect(await fixture.metric('logweir_source_refused_total')).toBe(before + 1);
      expect(fixture.store.messages).not.toContain('from nobody');
      expect(pong.toString('latin1')).not.toContain(KEY);
    });

    it('takes no events before the handshake', async () => {
      const line = await Line.to(fixture.port('forward-secure'));
      line.socket.write(event('too early'));
      await eventually(() => expect(line.ended).toBe(true));
      line.socket.destroy();
      expect(fixture.store.messages).not.toContain('too early');
    });
  });

  describe('with TLS and client certificates', () => {
    let certificates: Certificates;
    let fixture: IngestFixture;
    const file = (name: string): string => certificates.path(name);

    beforeAll(async () => {
      certificates = new Certificates().sign('server').sign('client');
      fixture = await openFixture({
        LOGWEIR_FORWARD_SECURE_PORT: '0',
        LOGWEIR_FORWARD_SECURE_TLS_CERT: file('server.pem'),
        LOGWEIR_FORWARD_SECURE_TLS_KEY: file('server.key'),
        LOGWEIR_FORWARD_SECURE_TLS_CA: file('ca.pem'),
      });
    });
    afterAll(async () => {
      await fixture.close();
      certificates.remove();
    });

    const connect = (certificate: boolean): tls.TLSSocket =>
      tls.connect({
        host: 'localhost',
        port: fixture.port('forward-secure'),
        ca: readFileSync(file('ca.pem')),
        ...(certificate ? { cert: readFileSync(file('client.pem')), key: readFileSync(file('client.key')) } : {}),
      });

    it('stores and acknowledges what a client with a certificate sends', async () => {
      const line = Line.over(connect(true));
      const ack = encodeMessagePack({ ack: 'tls' });
      line.socket.write(encodeMessagePack(['t', encodeMessagePack([SECONDS, { log: 'over tls' }]), { chunk: 'tls' }]));
      expect(await line.answer(ack.length)).toEqual(ack);
      await eventually(() => expect(fixture.store.messages).toContain('over tls'));
      line.socket.destroy();
    });

    it('turns a client without one away', async () => {
      const line = Line.over(connect(false));
      line.socket.write(event('no certificate'));
      await eventually(() => expect(line.closed).toBe(true));
      expect(fixture.store.messages).not.toContain('no certificate');
      expect(await fixture.metric('logweir_source_refused_total{source="forward",reason="tls"}')).toBe(1);
    });

    it('turns plain text away and goes on', async () => {
      const line = await Line.to(fixture.port('forward-secure'));
      line.socket.write(event('plain text'));
      await eventually(() => expect(line.ended || line.closed).toBe(true));
      line.socket.destroy();
      expect(fixture.store.messages).not.toContain('plain text');
    });
  });

  it('names the setting of a certificate that cannot be read', async () => {
    const files = { LOGWEIR_FORWARD_SECURE_TLS_CERT: '/none/server.pem', LOGWEIR_FORWARD_SECURE_TLS_KEY: '/none/server.key' };
    const opened = openFixture({ LOGWEIR_FORWARD_SECURE_PORT: '0', ...files });
    await expect(opened).rejects.toThrow(/^LOGWEIR_FORWARD_SECURE_TLS_CERT: /);
  });
});

import { randomBytes } from 'node:crypto';
import { encodePing, ForwardDecoder, Handshake, type HandshakeOptions, type Ping, sha512 } from './index.js';

const nonce = Buffer.alloc(16, 1);
const salt = Buffer.from('00ff80c1fe0102030405060708090a0b', 'hex');

function server(options: Partial<HandshakeOptions> = {}): Handshake {
  return new Handshake({ sharedKey: 'secret', hostname: 'hub', randomBytes: () => nonce, ...options });
}

function ping(secrets: Partial<Parameters<typeof encodePing>[1]> = {}, auth: Buffer = Buffer.alloc(0)): Ping {
  const bytes = encodePing({ nonce, auth }, { hostname: 'client', salt, sharedKey: 'secret', ...secrets });
  const frame = new ForwardDecoder({ handshake: true }).push(bytes)[0];
  if (frame?.kind !== 'ping') throw new Error('no PING');
  return frame.ping;
}

describe('Handshake', () => {
  it('says HELO with a nonce, and asks nobody for a name when there are no users', () => {
    expect(server().helo().toString('hex')).toBe(`92a448454c4f83a56e6f6e6365c410${'01'.repeat(16)}a461757468c400a96b656570616c697665c3`);
  });

  it('proves itself to a client that has the shared key', () => {
    const handshake = server();
    const answer = handshake.answer(ping());
    expect(answer).toMatchObject({ ok: true });
    expect(answer.pong.toString('latin1')).toContain(sha512(salt, 'hub', nonce, 'secret'));
    expect(handshake.done).toBe(true);
  });

  it.each([
    ['another shared key', {}, { sharedKey: 'guess' }, 'shared_key mismatch'],
    ['the host name of the server', {}, { hostname: 'hub' }, 'client and server have the same host name'],
    ['an unknown user', { users: { ann: 'pw' } }, { username: 'bob', password: 'pw' }, 'username/password mismatch'],
    ['a wrong password', { users: { ann: 'pw' } }, { username: 'ann', password: 'no' }, 'username/password mismatch'],
    ['no user where one is asked for', { users: { ann: 'pw' } }, {}, 'username/password mismatch'],
    [
      'a user that objects have by themselves',
      { users: { ann: 'pw' } },
      { username: 'constructor', password: '' },
      'username/password mismatch',
    ],
  ])('refuses %s and says so', (_name, options, secrets, reason) => {
    const handshake = server(options);
    const auth = 'users' in options ? nonce : Buffer.alloc(0);
    const answer = handshake.answer(ping(secrets, auth));
    expect(answer).toMatchObject({ ok: false, reason });
    expect(answer.pong.toString('latin1')).toContain(reason);
    expect(handshake.done).toBe(false);
  });

  it('takes a user with the right password', () => {
    const answer = server({ users: { ann: 'pw' } }).answer(ping({ username: 'ann', password: 'pw' }, nonce));
    expect(answer).toMatchObject({ ok: true, username: 'ann' });
  });

  it('refuses a second PING: a nonce is good for one guess', () => {
    const handshake = server();
    handshake.answer(ping({ sharedKey: 'guess' }));
    expect(handshake.answer(ping())).toMatchObject({ ok: false });
  });

  it('uses other random bytes for each connection', () => {
    const helo = (): string => server({ randomBytes }).helo().toString('hex');
    expect(helo()).not.toBe(helo());
  });
});

describe('a secured connection', () => {
  it.each([
    ['a message', '93a17401810102', 'ping_expected'],
    ['JSON', Buffer.from('["t",1,{}]').toString('hex'), 'not_forward'],
    ['a frame larger than any PING', 'dd0000ffff', 'frame_too_large'],
    ['a PING with a number in it', '96a450494e4701a0a0a0a0', 'bad_ping'],
  ])('takes no %s before PING', (_name, hex, code) => {
    const frames = new ForwardDecoder({ handshake: true }).push(Buffer.from(hex, 'hex'));
    expect(frames).toMatchObject([{ kind: 'broken', error: { code } }]);
  });

  it('gives PING and what follows it in order', () => {
    const bytes = encodePing({ nonce, auth: Buffer.alloc(0) }, { hostname: 'client', salt, sharedKey: 'secret' });
    const message = Buffer.from('93a1740181a36c6f67a26869', 'hex');
    for (const at of [1, 20, bytes.length, bytes.length + 3]) {
      const decoder = new ForwardDecoder({ handshake: true });
      const all = Buffer.concat([bytes, message]);
      const kinds = [...decoder.push(all.subarray(0, at)), ...decoder.push(all.subarray(at))].map((frame) => frame.kind);
      expect(kinds).toEqual(['ping', 'events']);
    }
  });
});

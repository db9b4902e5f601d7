import { createHash, timingSafeEqual } from 'node:crypto';
import type { Ping } from './frame.js';
import { encodeMessagePack, encodeStr, RawBytes } from './msgpack-writer.js';

/**
 * The handshake of a secured port (Forward Protocol Specification v1, "Handshake"):
 *
 *   server  ["HELO", {nonce, auth, keepalive}]                    auth is empty when no users are asked for
 *   client  ["PING", hostname, salt, digest, username, password]  digest   sha512(salt + hostname + nonce + shared key)
 *                                                                 password sha512(auth + username + password)
 *   server  ["PONG", ok, reason, hostname, digest]                digest   sha512(salt + hostname + nonce + shared key)
 *
 * Digests are lower-case hex over the raw bytes put together. Fluentd and Fluent Bit (5.0.9 and later) check the PONG's.
 */
export interface HandshakeOptions {
  readonly sharedKey: string;
  /** Name to password; absent or empty: nobody is asked. */
  readonly users?: ReadonlyMap<string, string> | Readonly<Record<string, string>>;
  /** What this server calls itself. A client of the same name refuses the connection, so do not take the bare host name. */
  readonly hostname: string;
  readonly randomBytes: (size: number) => Uint8Array;
}

export type HandshakeAnswer =
  | { readonly ok: true; readonly pong: Buffer; readonly username: string }
  /** Send `pong`, then close. `reason` is what the client is told and what belongs in the log, beside the peer's address. */
  | { readonly ok: false; readonly pong: Buffer; readonly reason: string };

const NONCE_BYTES = 16;

/** The server's side of one connection: `helo` once, then `answer` to the first PING. Holds no socket. */
export class Handshake {
  /** Whether the client has proved who it is. */
  done = false;

  private readonly nonce: Buffer;
  private readonly auth: Buffer;
  private readonly users: ReadonlyMap<string, string>;
  private asked = false;

  constructor(private readonly options: HandshakeOptions) {
    const { users = {}, randomBytes } = options;
    this.users = users instanceof Map ? users : new Map(Object.entries(users as Readonly<Record<string, string>>));
    this.nonce = Buffer.from(randomBytes(NONCE_BYTES));
    this.auth = this.users.size === 0 ? Buffer.alloc(0) : Buffer.from(randomBytes(NONCE_BYTES));
  }

  /** To be sent as soon as the connection is open. */
  helo(): Buffer {
    return encodeHelo({ nonce: this.nonce, auth: this.auth, keepalive: true });
  }

  /** The answer to a PING. A second one is refused: a nonce is good for one guess. */
  answer(ping: Ping): HandshakeAnswer {
    const reason = this.asked ? 'a second PING on one connection' : this.check(ping);
    this.asked = true;
    if (reason !== undefined) return { ok: false, reason, pong: encodePong({ ok: false, reason, hostname: '', digest: '' }) };
    this.done = true;
    const { hostname, sharedKey } = this.options;
    const digest = sha512(ping.salt, hostname, this.nonce, sharedKey);
    return { ok: true, username: ping.username.toString(), pong: encodePong({ ok: true, reason: '', hostname, digest }) };
  }

  private check(ping: Ping): string | undefined {
    const { hostname, sharedKey } = this.options;
    if (ping.hostname.equals(Buffer.from(hostname))) return 'client and server have the same host name';
    if (!sameDigest(ping.sharedKeyDigest, sha512(ping.salt, ping.hostname, this.nonce, sharedKey))) return 'shared_key mismatch';
    return this.users.size === 0 || this.knows(ping) ? undefined : 'username/password mismatch';
  }

  /** Takes the same time for names that do not exist. */
  private knows(ping: Ping): boolean {
    const password = this.users.get(ping.username.toString());
    const same = sameDigest(ping.passwordDigest, sha512(this.auth, ping.username, password ?? ''));
    return same && password !== undefined;
  }
}

export interface Helo {
  readonly nonce: Uint8Array;
  readonly auth: Uint8Array;
  readonly keepalive: boolean;
}

export function encodeHelo(helo: Helo): Buffer {
  return encodeMessagePack(['HELO', { nonce: helo.nonce, auth: helo.auth, keepalive: helo.keepalive }]);
}

export interface Pong {
  readonly ok: boolean;
  readonly reason: string;
  readonly hostname: string;
  readonly digest: string;
}

export function encodePong(pong: Pong): Buffer {
  return encodeMessagePack(['PONG', pong.ok, pong.reason, pong.hostname, pong.digest]);
}

export interface PingSecrets {
  readonly hostname: string;
  readonly salt: Uint8Array;
  readonly sharedKey: string;
  readonly username?: string;
  readonly password?: string;
}

/** The client's side, for tests and tools. The salt is written as a str of raw bytes, as Fluent Bit does. */
export function encodePing(helo: Pick<Helo, 'nonce' | 'auth'>, secrets: PingSecrets): Buffer {
  const { hostname, salt, sharedKey, username = '', password = '' } = secrets;
  const digest = sha512(salt, hostname, helo.nonce, sharedKey);
  const proof = helo.auth.length === 0 ? '' : sha512(helo.auth, username, password);
  return encodeMessagePack(['PING', hostname, new RawBytes(encodeStr(salt)), digest, username, proof]);
}

/** Of the parts put together, as lower-case hex. */
export function sha512(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha512');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

function sameDigest(given: string, expected: string): boolean {
  const left = Buffer.from(given, 'latin1');
  const right = Buffer.from(expected, 'latin1');
  return left.length === right.length && timingSafeEqual(left, right);
}

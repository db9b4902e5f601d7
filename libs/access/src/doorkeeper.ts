import type { KeyRing } from './keys/key-ring.js';
import { permits, type Role } from './keys/roles.js';
import type { Limits } from './limits/limits.js';

/** Codes of what a doorkeeper refuses; stable, as all codes are. */
export type AccessCode =
  'key_required' | 'key_wrong' | 'key_revoked' | 'key_expired' | 'role_missing' | 'too_many_wrong_keys' | 'keys_unavailable';

/** Why a request is not answered; every HTTP door makes its one error shape of it. */
export interface Refusal<Code extends string = string> {
  readonly status: number;
  readonly code: Code;
  readonly message: string;
  readonly hint?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Who asks. */
export interface Caller {
  /** For audit records: `key <name>`, or `address <ip>`. */
  readonly actor: string;
  /** undefined: he has shown no key where one is needed. */
  readonly role: Role | undefined;
  readonly keyId?: string;
}

export interface DoorkeeperOptions {
  readonly keys: KeyRing;
  readonly limits: Limits;
  /** As long as there is no key, everybody may do everything: bound to loopback, or told so. */
  readonly openWithoutKeys: boolean;
  /** Wall clock, milliseconds since the epoch. */
  readonly now: () => number;
}

const CHALLENGE = { 'www-authenticate': 'Bearer realm="logweir"' };
const HINT = 'send Authorization: Bearer <key>; `npm run key -- create` makes one';
const SECONDS_UNTIL_NEXT_TRY = '60';

/** Decides at one HTTP listener who may come in. */
export class Doorkeeper {
  constructor(private readonly options: DoorkeeperOptions) {}

  get limits(): Limits {
    return this.options.limits;
  }

  /** Who it is; a refusal when what he shows is wrong. A right key is never refused for what others at its address tried. */
  identify(authorization: string | undefined, address: string | undefined): Caller | Refusal<AccessCode> {
    const { keys, limits, openWithoutKeys, now } = this.options;
    const nobody = { actor: `address ${address ?? 'unknown'}` };
    if (!keys.isLoaded) {
      const message = 'the keys cannot be read yet: their server is away';
      return { status: 503, code: 'keys_unavailable', message, headers: { 'retry-after': '1' } };
    }
    if (keys.isEmpty && openWithoutKeys) return { ...nobody, role: 'manage' };
    const proof = keys.prove(authorization, now());
    if (proof.kind === 'key') return { actor: `key ${proof.key.name}`, role: proof.key.role, keyId: proof.key.id };
    if (proof.kind === 'none') return { ...nobody, role: undefined };
    if (!limits.mayTryKeys(address)) {
      const message = 'too many wrong keys came from this address: wait a minute, and look for a client with an old key';
      return { status: 429, code: 'too_many_wrong_keys', message, headers: { 'retry-after': SECONDS_UNTIL_NEXT_TRY } };
    }
    return { status: 401, code: proof.code, message: proof.message, hint: HINT, headers: CHALLENGE };
  }

  /** Whether he may do what needs this role. */
  refuse(caller: Caller, needed: Role): Refusal<AccessCode> | undefined {
    if (caller.role === undefined)
      return { status: 401, code: 'key_required', message: 'this needs a key', hint: HINT, headers: CHALLENGE };
    if (permits(caller.role, needed)) return undefined;
    const message = `${caller.actor} has the role ${caller.role}; this needs ${needed}`;
    return { status: 403, code: 'role_missing', message, hint: 'use a key with that role, or with manage' };
  }
}

export function isRefusal(found: Caller | Refusal<AccessCode>): found is Refusal<AccessCode> {
  return 'status' in found;
}

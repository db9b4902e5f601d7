import type { Document } from '#libs/documents';
import type { Logger } from '#libs/telemetry';
import { keyIn } from './credentials.js';
import { isSecretOf, parseKey, readStoredKey, type StoredKey } from './key.js';

export interface KnownKey extends StoredKey {
  readonly id: string;
}

/** What an `Authorization` header proves. */
export type Proof =
  | { readonly kind: 'key'; readonly key: KnownKey }
  | { readonly kind: 'none' }
  | { readonly kind: 'wrong'; readonly code: 'key_wrong' | 'key_revoked' | 'key_expired'; readonly message: string };

const WRONG: Proof = {
  kind: 'wrong',
  code: 'key_wrong',
  message: 'no such key, or not in a form that is read here: Authorization: Bearer logweir_...',
};

/** All keys, current in memory. */
export class KeyRing {
  private keys: ReadonlyMap<string, KnownKey> = new Map();
  private loaded = false;
  private loading: Promise<void> | undefined;
  private again = false;

  constructor(
    private readonly read: () => Promise<readonly Document[]>,
    private readonly log: Logger,
  ) {}

  /** False while nobody could read them yet: that there is none does not mean then that there is none. */
  get isLoaded(): boolean {
    return this.loaded;
  }

  /** Revoked and expired ones count: taking the last key away opens no door. */
  get isEmpty(): boolean {
    return this.keys.size === 0;
  }

  get all(): readonly KnownKey[] {
    return [...this.keys.values()];
  }

  /** Reads all of them again; calls that come meanwhile share one further read. Rejects when they cannot be read: the old ones stay. */
  load(): Promise<void> {
    if (this.loading !== undefined) {
      this.again = true;
      return this.loading;
    }
    this.loading = this.readAll().finally(() => (this.loading = undefined));
    return this.loading;
  }

  /** `nowMs` is the wall clock. */
  prove(authorization: string | undefined, nowMs: number): Proof {
    if (authorization === undefined) return { kind: 'none' };
    const given = parseKey(keyIn(authorization));
    if (given === undefined) return WRONG;
    const key = this.keys.get(given.id);
    if (!isSecretOf(given.secret, key) || key === undefined) return WRONG;
    if (key.revoked !== undefined) return { kind: 'wrong', code: 'key_revoked', message: `the key ${key.name} was revoked` };
    if (!isBefore(nowMs, key.expires)) return { kind: 'wrong', code: 'key_expired', message: `the key ${key.name} expired ${key.expires}` };
    return { kind: 'key', key };
  }

  private async readAll(): Promise<void> {
    do {
      this.again = false;
      const next = new Map<string, KnownKey>();
      for (const { id, value } of await this.read()) {
        const stored = readStoredKey(value);
        // One that cannot be read still counts as a key: nothing opens because of it.
        next.set(id, { id, ...(stored ?? { ...UNREADABLE, name: id }) });
        if (stored === undefined) this.log.error('a stored key cannot be read', { id });
      }
      this.keys = next;
      this.loaded = true;
    } while (this.again);
  }
}

const UNREADABLE = { role: 'ingest', hash: '', created: '', revoked: '' } as const;

function isBefore(nowMs: number, expires: string | undefined): boolean {
  return expires === undefined || nowMs < Date.parse(expires);
}

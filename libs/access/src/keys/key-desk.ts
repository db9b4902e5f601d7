import type { Document, Documents } from '#libs/documents';
import type { Audit } from '../audit/audit.js';
import { mintKey, readStoredKey, type StoredKey } from './key.js';
import type { Role } from './roles.js';

export const KEYS = 'keys';
/** More than that many senders and readers share some; the whole list is in memory and is read with every change. */
const MAX_KEYS = 1_000;
/** Shown in lists and audit records. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9 _.@-]{0,63}$/;

export class KeyError extends Error {
  constructor(
    readonly code: 'key_invalid' | 'key_limit' | 'key_not_found' | 'key_ambiguous',
    message: string,
  ) {
    super(message);
  }
}

export interface KeyDeskOptions {
  readonly documents: Documents;
  readonly audit: Audit;
  /** Tells all processes that keys have changed. */
  readonly announce: () => Promise<void>;
  /** Wall clock, milliseconds since the epoch. */
  readonly now: () => number;
  readonly random: (bytes: number) => Buffer;
  /** For the audit records. */
  readonly actor: string;
}

export interface ListedKey extends Omit<StoredKey, 'hash'> {
  readonly id: string;
}

/** Makes, lists and revokes keys: what the command does. */
export class KeyDesk {
  constructor(private readonly options: KeyDeskOptions) {}

  /** Gives the whole key, this once. `expiresMs`: how long it may be used; without it, until it is revoked. */
  async create(name: string, role: Role, expiresMs?: number): Promise<{ readonly id: string; readonly text: string }> {
    const { documents, now, random } = this.options;
    if (!NAME.test(name)) throw new KeyError('key_invalid', 'a name is 1 to 64 letters, digits, spaces, _ . @ -, a letter or digit first');
    await this.makeRoom();
    const { id, text, hash } = mintKey(random);
    const created = new Date(now()).toISOString();
    const expires = expiresMs === undefined ? {} : { expires: new Date(now() + expiresMs).toISOString() };
    const stored: StoredKey = { name, role, hash, created, ...expires };
    await documents.put(KEYS, id, stored, 0);
    await this.changed('key.create', id, { name, role, ...expires });
    return { id, text };
  }

  async list(): Promise<readonly ListedKey[]> {
    const found = await this.options.documents.list(KEYS);
    return found.flatMap(({ id, value }) => {
      const { hash: _, ...rest } = readStoredKey(value) ?? { hash: '', name: '(unreadable)', role: 'ingest' as const, created: '' };
      return [{ id, ...rest }];
    });
  }

  /** By id, or by a name that only one key in use has. It stays in the list; nobody comes in with it any more. */
  async revoke(idOrName: string): Promise<ListedKey> {
    const { documents, now } = this.options;
    const { id, version, value } = await this.find(idOrName);
    const stored = { ...(value as StoredKey), revoked: new Date(now()).toISOString() };
    await documents.put(KEYS, id, stored, version);
    await this.changed('key.revoke', id, { name: stored.name });
    const { hash: _, ...rest } = stored;
    return { id, ...rest };
  }

  private async find(idOrName: string): Promise<Document> {
    const all = await this.options.documents.list(KEYS);
    const inUse = all.filter(({ value }) => readStoredKey(value)?.revoked === undefined);
    const found = inUse.filter(({ id, value }) => id === idOrName || readStoredKey(value)?.name === idOrName);
    if (found.length > 1)
      throw new KeyError(
        'key_ambiguous',
        `${found.length} keys are named ${idOrName}: give an id of ${found.map(({ id }) => id).join(', ')}`,
      );
    if (found[0] === undefined) throw new KeyError('key_not_found', `no key in use has the id or name ${idOrName}: \`list\` shows them`);
    return found[0];
  }

  /** The longest revoked go when there are too many. */
  private async makeRoom(): Promise<void> {
    const all = await this.options.documents.list(KEYS);
    if (all.length < MAX_KEYS) return;
    const revokedAt = (document: Document): string => readStoredKey(document.value)?.revoked ?? '';
    const [oldest] = all.filter((document) => revokedAt(document) !== '').sort((a, b) => (revokedAt(a) < revokedAt(b) ? -1 : 1));
    if (oldest === undefined) throw new KeyError('key_limit', `there are ${MAX_KEYS} keys, the limit: revoke some first`);
    await this.options.documents.remove(KEYS, oldest.id, oldest.version);
  }

  private async changed(action: string, target: string, detail: Readonly<Record<string, unknown>>): Promise<void> {
    const { audit, announce, now, actor } = this.options;
    await announce();
    await audit.append({ at: new Date(now()).toISOString(), actor, action, target, outcome: 'done', detail });
  }
}

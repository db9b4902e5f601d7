/**
 * A key is `logweir_<id>_<secret>`: 12 characters of a-z and 0-9 that name it everywhere, and 32 random bytes in base64url. Only
 * SHA-256 of the secret is kept: 256 random bits cannot be guessed, so a slow hash would protect nothing and cost every request.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { isRole, type Role } from './roles.js';

const FORMAT = /^logweir_([a-z0-9]{12})_([A-Za-z0-9_-]{43})$/;
const ID_ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';
const ID_LENGTH = 12;
const SECRET_BYTES = 32;

/** As it is kept; the document's id is the key's. */
export interface StoredKey {
  readonly name: string;
  readonly role: Role;
  /** SHA-256 of the secret, hexadecimal. */
  readonly hash: string;
  /** RFC 3339, as the others. */
  readonly created: string;
  readonly expires?: string;
  readonly revoked?: string;
}

export interface GivenKey {
  readonly id: string;
  readonly secret: string;
}

export interface MintedKey {
  readonly id: string;
  /** The whole key; shown once. */
  readonly text: string;
  readonly hash: string;
}

/** `random` gives that many bytes nobody can foresee. */
export function mintKey(random: (bytes: number) => Buffer): MintedKey {
  const id = Array.from(random(ID_LENGTH), (byte) => ID_ALPHABET[byte % ID_ALPHABET.length]).join('');
  const secret = random(SECRET_BYTES).toString('base64url');
  return { id, text: `logweir_${id}_${secret}`, hash: hashOf(secret) };
}

/** undefined when it has not the form of a key. */
export function parseKey(text: string): GivenKey | undefined {
  const [, id, secret] = FORMAT.exec(text) ?? [];
  return id === undefined || secret === undefined ? undefined : { id, secret };
}

/** Takes the same time however much of it is right, and whether there is such a key. */
export function isSecretOf(secret: string, stored: StoredKey | undefined): boolean {
  const given = createHash('sha256').update(secret).digest();
  const kept = Buffer.alloc(given.length);
  const length = stored === undefined ? 0 : kept.write(stored.hash, 'hex');
  return timingSafeEqual(given, kept) && length === given.length;
}

/** undefined when it is not what was written: nobody is let in by it. */
export function readStoredKey(value: unknown): StoredKey | undefined {
  const { name, role, hash, created, expires, revoked } = (value ?? {}) as Record<string, unknown>;
  if (typeof name !== 'string' || typeof role !== 'string' || !isRole(role)) return undefined;
  if (typeof hash !== 'string' || !/^[0-9a-f]{64}$/.test(hash) || typeof created !== 'string') return undefined;
  const times = { ...timeOf('expires', expires), ...timeOf('revoked', revoked) };
  return { name, role, hash, created, ...times };
}

/** A time that cannot be read counts as passed. */
function timeOf(field: 'expires' | 'revoked', value: unknown): Partial<StoredKey> {
  return value === undefined ? {} : { [field]: typeof value === 'string' ? value : new Date(0).toISOString() };
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Names whose values are secrets: `password`, `DB_PASSWORD`, `x-api-key`, `accessToken`, `auth.password.value`. */
import { MAX_KEYS } from './limits.js';

/** The word that ends a name or one of its dotted parts. What is added here must be in `screen.ts` as well. */
export const SECRET_WORD =
  'passw(?:or)?d|passphrase|passcode|pwd|secret|token|authorization|credentials?|secret_key_base|' +
  '(?:api|access|private|secret|signing|encryption|account|auth|shared)[-_. ]?key';

/** Longer keys are asked anew. */
const MAX_LENGTH = 256;
const NAME = new RegExp(`(?:${SECRET_WORD})(?:\\.|$)`, 'i');

const known = new Map<string, boolean>();

/** Whether the value under this key (a dotted name or a part of one) is a secret. */
export function isSecretKey(key: string): boolean {
  let is = known.get(key);
  if (is !== undefined) return is;
  is = NAME.test(key);
  if (known.size >= MAX_KEYS) known.clear();
  if (key.length <= MAX_LENGTH) known.set(key, is);
  return is;
}

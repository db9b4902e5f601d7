/** Names whose values are secrets: `password`, `DB_PASSWORD`, `x-api-key`, `accessToken`, `auth.password.value`. */
import { MAX_KEYS } from './limits.js';

const WORDS =
  'passw(?:or)?d|passphrase|passcode|pwd|secret|token|authorization|credentials?|secret_key_base|' +
  '(?:api|access|private|secret|signing|encryption|account|auth|shared)[-_. ]?key';

/** The word that ends a name, with what may stand between it and its value: see `find-pair.ts`. */
export const SECRET_WORD = WORDS;

const NAME = new RegExp(`(?:${WORDS})(?:\\.|$)`, 'i');
/** How names and their words end, to be asked before the rest. */
const LAST_LETTERS = new Set('dentsyDENTSY');
const LONGEST_WORD = 16;
const ENDS_SECRET = new RegExp(`(?:${WORDS})$`, 'i');

const known = new Map<string, boolean>();

/** Whether the value under this key (a dotted name or a part of one) is a secret. */
export function isSecretKey(key: string): boolean {
  let is = known.get(key);
  if (is !== undefined) return is;
  is = NAME.test(key);
  if (known.size >= MAX_KEYS) known.clear();
  if (key.length <= 256) known.set(key, is);
  return is;
}

/** Whether a secret's name ends before this place. */
export function endsSecretName(text: string, at: number): boolean {
  return LAST_LETTERS.has(text.charAt(at - 1)) && ENDS_SECRET.test(text.slice(Math.max(0, at - LONGEST_WORD), at));
}

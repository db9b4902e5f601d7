import { tokenValue } from '#libs/query';
import { MESSAGE_INDEX, TEXT_COLUMNS } from './columns.js';
import { finishHash, HASH_START, hashOn, hashUnit, hashWords, type Tokens } from './token-filter.js';

/** The tokens of a record that its block's filter holds, as hashes: see `needsOf` for what a query asks of them. */

/** Ask by words, times or addresses only, so that no query needs their values. */
const UNASKED: ReadonlySet<string> = new Set([
  'event.created',
  'event.original',
  'error.message',
  'error.stack_trace',
  'client.ip',
  'source.ip',
]);

/** How a field's tokens begin. */
export const fieldHash = (name: string): number => hashOn(HASH_START, `${name}=`);
export const isAsked = (name: string): boolean => !UNASKED.has(name);

const COLUMN_HASHES = TEXT_COLUMNS.map(([, name]) => fieldHash(name));

/** Texts of columns mostly repeat: those seen last, by column and a few of their characters. To compare costs less than to hash. */
const KEPT_PER_COLUMN = 64;
const keptTexts = new Array<string>(MESSAGE_INDEX * KEPT_PER_COLUMN).fill('');
const keptHashes = new Int32Array(MESSAGE_INDEX * KEPT_PER_COLUMN);
/** Longer texts are hashed each time, so that what is kept stays small. */
const MAX_KEPT_LENGTH = 128;
const ZERO = 48;

export function hashColumns(texts: readonly (string | null)[], words: string | null, into: Tokens): void {
  for (let index = 0; index < MESSAGE_INDEX; index += 1) {
    const text = texts[index];
    if (typeof text === 'string') into.push(hashColumn(index, text));
  }
  if (words !== null) hashWords(words, into);
}

/** Objects are left out: a query asks for none by its whole value. */
export function hashValue(field: number, value: unknown, into: Tokens): void {
  if (typeof value === 'string') into.push(hashText(field, value));
  else if (typeof value === 'number') into.push(hashNumber(field, value));
  else if (typeof value === 'boolean') into.push(finishHash(hashOn(field, String(value))));
  else if (Array.isArray(value)) for (const element of value) if (!Array.isArray(element)) hashValue(field, element, into);
}

/** A stored record's tokens, from its columns. */
export function hashStored(texts: readonly (string | null)[], words: string | null, rest: string, into: Tokens): void {
  into.length = 0;
  hashColumns(texts, words, into);
  for (const [name, value] of Object.entries(JSON.parse(rest) as Record<string, unknown>)) {
    if (isAsked(name)) hashValue(fieldHash(name), value, into);
  }
}

function hashColumn(column: number, text: string): number {
  const { length } = text;
  const field = COLUMN_HASHES[column] as number;
  if (length === 0 || length > MAX_KEPT_LENGTH) return hashText(field, text);
  const mix = length + text.charCodeAt(0) * 5 + text.charCodeAt(length >> 1) * 3 + text.charCodeAt(length - 1);
  const slot = column * KEPT_PER_COLUMN + (mix & (KEPT_PER_COLUMN - 1));
  if (keptTexts[slot] === text) return keptHashes[slot] as number;
  keptTexts[slot] = text;
  return (keptHashes[slot] = hashText(field, text));
}

function hashText(field: number, text: string): number {
  const code = text.charCodeAt(0);
  // Digits, signs and the dot: only these can begin a number.
  const value = code >= 43 && code <= 57 ? tokenValue(text) : text;
  return finishHash(hashOn(field, value));
}

/** As its text would, which most numbers need not become. */
function hashNumber(field: number, value: number): number {
  const number = value | 0;
  if (number !== value || number < 0) return finishHash(hashOn(field, String(value)));
  let place = 1;
  while (place * 10 <= number) place *= 10;
  let hash = field;
  for (let left = number; place >= 1; place = (place / 10) | 0) {
    const digit = (left / place) | 0;
    left -= digit * place;
    hash = hashUnit(hash, ZERO + digit);
  }
  return finishHash(hash);
}

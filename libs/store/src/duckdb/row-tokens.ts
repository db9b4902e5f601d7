import { tokenValue } from '#libs/query';
import { MESSAGE_INDEX, TEXT_COLUMNS } from './columns.js';
import { finishHash, HASH_START, hashOn, hashWords } from './token-filter.js';

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

export function hashColumns(texts: readonly (string | null)[], words: string | null, into: number[]): void {
  for (let index = 0; index < MESSAGE_INDEX; index += 1) {
    const text = texts[index];
    if (typeof text === 'string') hashText(COLUMN_HASHES[index] ?? 0, text, into);
  }
  if (words !== null) hashWords(words, into);
}

/** Objects are left out: a query asks for none by its whole value. */
export function hashValue(field: number, value: unknown, into: number[]): void {
  if (typeof value === 'string') hashText(field, value, into);
  else if (typeof value === 'number' || typeof value === 'boolean') into.push(finishHash(hashOn(field, String(value))));
  else if (Array.isArray(value)) for (const element of value) if (!Array.isArray(element)) hashValue(field, element, into);
}

/** A stored record's tokens, from its columns. */
export function hashStored(texts: readonly (string | null)[], words: string | null, rest: string): number[] {
  const hashes: number[] = [];
  hashColumns(texts, words, hashes);
  for (const [name, value] of Object.entries(JSON.parse(rest) as Record<string, unknown>)) {
    if (isAsked(name)) hashValue(fieldHash(name), value, hashes);
  }
  return hashes;
}

function hashText(field: number, text: string, into: number[]): void {
  const code = text.charCodeAt(0);
  // Digits, signs and the dot: only these can begin a number.
  const value = code >= 43 && code <= 57 ? tokenValue(text) : text;
  into.push(finishHash(hashOn(field, value)));
}

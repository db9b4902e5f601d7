/** Text to JSON. `JSON.stringify` alone costs more than a test and a concatenation for the common string that needs no escape. */

const SAFE = /^[^"\\\u0000-\u001f\ud800-\udfff]*$/;
const PLAIN = /^[^\\\u0000-\u001f\ud800-\udfff]*$/;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const SURROGATE = /[\ud800-\udfff]/;

/** True when the text can stand between quotes as it is. */
export function isSafe(text: string): boolean {
  return SAFE.test(text);
}

/** True when only quotes in the text need an escape; strings in JSON of such text end at the next quote. */
export function isPlain(text: string): boolean {
  return PLAIN.test(text);
}

/** A JSON string of any text; halves of surrogate pairs become U+FFFD, so that it is valid UTF-8 too. */
export function quote(text: string): string {
  return SAFE.test(text) ? `"${text}"` : quoteUnsafe(text);
}

/** `quote` for text known to need escapes. */
export function quoteUnsafe(text: string): string {
  return JSON.stringify(wellFormed(text));
}

/** Halves of surrogate pairs become U+FFFD. */
export function wellFormed(text: string): string {
  return SURROGATE.test(text) ? text.replace(LONE_SURROGATE, '\ufffd') : text;
}

/** The text of a JSON string literal; the literal must be valid. */
export function unquote(raw: string): string {
  return raw.includes('\\') ? String(JSON.parse(raw)) : raw.slice(1, -1);
}

/** Cuts text to `max` characters with a mark that says how many are missing; never inside a surrogate pair. */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  const last = text.charCodeAt(max - 1);
  const end = last >= 0xd800 && last <= 0xdbff ? max - 1 : max;
  return `${text.slice(0, end)}…[cut ${text.length - end} characters]`;
}

/**
 * Colours and other terminal sequences: CSI (also as one 8-bit character), OSC with its end, and two-character escapes.
 * Every alternative stops at the next ESC, so the time is linear.
 */
const ANSI = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[ -/]*[0-~])|\u009b[0-?]*[ -/]*[@-~]/g;

/** True when the text may hold terminal sequences. */
export function hasAnsi(text: string): boolean {
  return text.includes('\u001b') || text.includes('\u009b');
}

/** The text without terminal sequences. */
export function stripAnsi(text: string): string {
  return text.replace(ANSI, '');
}

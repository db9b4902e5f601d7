/**
 * Whether a text may hold anything that a built-in pattern finds, in one pass over its characters: true too often, never
 * too seldom. Most lines end here, so most characters cost one look into a table, and those that may end something a second
 * one, with the two letters before them. It knows nothing of JSON but that its escapes hide.
 */
import { endsSecretName, SECRET_WORD } from './secret-keys.js';

type Check = (text: string, at: number) => boolean;

/** Classes of characters. */
const [OTHER, DIGIT, HIT, BACKSLASH, NAME_END, PERCENT, UNDERSCORE, DASH, BLANK, UPPER] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] as const;

/** What is looked for at each, with the letters (in any case) one of which pairs must stand before it: any, when there are none. */
const CHECKS: readonly (readonly [chars: string, kind: number, before: string, check: Check])[] = [
  ['@\u001b\u009b', HIT, '', () => true],
  ['\\', BACKSLASH, '', (text, at) => text.startsWith('u0', at + 1) || endsScheme(text, at)],
  ['=:.', NAME_END, 'rd wd se de et en on al ls ey', endsSecretName],
  ['%', PERCENT, '', (text, at) => endsSecretName(text, at) || endsScheme(text, at)],
  ['_', UNDERSCORE, 'hp ho hu hs hr at ve st pm', endsPrefix],
  ['-', DASH, '', (text, at) => endsPrefix(text, at) || beginsFlagOrKey(text, at)],
  [' \t+/', BLANK, 'er ic om', endsScheme],
  ['JI', UPPER, '', beginsToken],
];

const CLASSES = new Uint8Array(256).fill(OTHER);
const BY_KIND: Check[] = [];
/** A bit for each class. */
const PAIRS = new Uint16Array(1 << 14);
for (const digit of '0123456789') CLASSES[digit.charCodeAt(0)] = DIGIT;
for (const [chars, kind, before, check] of CHECKS) {
  for (const char of chars) CLASSES[char.charCodeAt(0)] = kind;
  BY_KIND[kind] = check;
  const pairs = before === '' ? PAIRS.keys() : before.split(' ').map((pair) => pairBefore(pair, 2));
  for (const pair of pairs) PAIRS[pair] = (PAIRS[pair] as number) | (1 << kind);
}

const [SPACE, MINUS, ZERO, TWO, SIX, NINE, BACKSLASH_CODE, LETTER_M] = [32, 45, 48, 50, 54, 57, 92, 109] as const;
const BETWEEN = tableOf('"\'\\ \t\n\v\f\r');
const ESCAPED = tableOf('nrt');
const SECRET_FLAG = new RegExp(`^-[A-Za-z][\\w-]{0,64}?(?:${SECRET_WORD})[ \\t]|^-(?:${SECRET_WORD})[ \\t]`, 'i');
const MIN_CARD = 13;

function tableOf(chars: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const char of chars) table[char.charCodeAt(0)] = 1;
  return table;
}

function pairBefore(text: string, at: number): number {
  return (((text.charCodeAt(at - 2) | 32) & 127) << 7) | ((text.charCodeAt(at - 1) | 32) & 127);
}

export function maySuspect(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const kind = code < 256 ? (CLASSES[code] as number) : OTHER;
    if (kind === OTHER) continue;
    if (kind === DIGIT) {
      at = endOfDigits(text, at);
      if (at < 0) return true;
    } else {
      // A key's quote stands before its colon.
      const end = kind === NAME_END ? endOfName(text, at) : at;
      if ((((PAIRS[pairBefore(text, end)] as number) >> kind) & 1) === 1 && (BY_KIND[kind] as Check)(text, end)) return true;
    }
  }
  return false;
}

/** The last of digits with single gaps between them; -1 when they may be a card's number, which begins with 2 to 6. */
function endOfDigits(text: string, start: number): number {
  let digits = 0;
  let at = start;
  for (;;) {
    const first = text.charCodeAt(at);
    const from = at;
    while (isDigit(text.charCodeAt(at))) at += 1;
    if (digits > 0 || (first >= TWO && first <= SIX)) digits += at - from;
    if (digits >= MIN_CARD) return -1;
    const gap = text.charCodeAt(at);
    if ((gap !== SPACE && gap !== MINUS) || !isDigit(text.charCodeAt(at + 1))) return at - 1;
    at += 1;
  }
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE;
}

/** Where the name ends behind which quotes and blanks (also as escapes of JSON) stand before a colon or the like. */
function endOfName(text: string, at: number): number {
  let end = at;
  while (end > 0) {
    const code = text.charCodeAt(end - 1);
    if (BETWEEN[code] === 1) end -= 1;
    else if (ESCAPED[code] === 1 && text.charCodeAt(end - 2) === BACKSLASH_CODE) end -= 2;
    else break;
  }
  return end;
}

/** `bearer …`, `basic …` (also with what stands for a blank in a URL), hooks of Slack. */
function endsScheme(text: string, at: number): boolean {
  const last = text.charCodeAt(at - 1) | 32;
  if (last === LETTER_M) return text.startsWith('hooks.slack.com', at - 15);
  return /(?:bearer|basic)$/i.test(text.slice(Math.max(0, at - 6), at));
}

/** Of tokens that are told by how they begin: `ghp_`, `xoxb-`, … */
function endsPrefix(text: string, at: number): boolean {
  return /(?:gh[pousr]|github_pat|_live|_test|npm|xox[a-z]|glpat|sk|-----BEGIN)$/.test(text.slice(Math.max(0, at - 10), at));
}

/** `eyJ…`, `AKIA…`, `ASIA…`, `AIza…` */
function beginsToken(text: string, at: number): boolean {
  return /eyJ|A[KS]IA|AIza/.test(text.slice(Math.max(0, at - 2), at + 3));
}

/** `--password …`, `-----BEGIN …` */
function beginsFlagOrKey(text: string, at: number): boolean {
  if (text.charCodeAt(at - 1) !== MINUS) return false;
  return text.startsWith('-----BEGIN', at - 4) || SECRET_FLAG.test(text.slice(at, at + 96));
}

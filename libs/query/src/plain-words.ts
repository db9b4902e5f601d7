/**
 * The tokeniser for plain text, as most log lines are: ASCII, or letters and signs of one UTF-16 unit without marks, kana
 * and ideographs (so Korean, Cyrillic, accented Latin). One pass into a buffer, no string per token.
 */
import { CONNECTOR, DIGIT, kindOf, LETTER, MID_BOTH, MID_LETTER, MID_NUMBER, OTHER } from './word-break.js';

/** Lucene's `max_token_length`; the same number as in `tokeniser.ts`. */
const MAX_TOKEN_LENGTH = 255;
const SPACE = 32;
const UNDERSCORE = 95;

/** Units of UTF-16: enough for nearly all messages; a longer one gets a buffer of its own. */
const SCRATCH_LENGTH = 64 * 1024;

/** Kinds that need no look at what belongs to the character before. */
const PLAIN = new Set([OTHER, LETTER, DIGIT, CONNECTOR, MID_BOTH, MID_LETTER, MID_NUMBER]);
const NOT_PLAIN = 254;
const UNKNOWN = 255;
const FIRST_SURROGATE = 0xd800;

type Units = Uint8Array | Uint16Array;

interface Job {
  readonly text: string;
  readonly out: Units;
  readonly last: number;
}

const bytes = Buffer.alloc(SCRATCH_LENGTH);
const units = new Uint16Array(SCRATCH_LENGTH);
const kinds = new Uint8Array(0x10000).fill(NOT_PLAIN, FIRST_SURROGATE).fill(UNKNOWN, 0, FIRST_SURROGATE);
const lower = new Uint16Array(0x10000);
for (let code = 0; code < 128; code += 1) learn(code);

/** ` a b c ` for plain text; undefined for any other. */
export function plainWords(text: string): string | undefined {
  const most = text.length * 2 + 2;
  const narrow = most <= SCRATCH_LENGTH ? bytes : Buffer.alloc(most);
  const used = scan(text, narrow, 127);
  if (used > 0) return narrow.toString('latin1', 0, used);
  const wide = most <= SCRATCH_LENGTH ? units : new Uint16Array(most);
  const length = scan(text, wide, FIRST_SURROGATE - 1);
  return length > 0 ? Buffer.from(wide.buffer).toString('utf16le', 0, length * 2) : undefined;
}

/** Fills `out`; the length used, or -1 at a character over `last` or one that is not plain. */
function scan(text: string, out: Units, last: number): number {
  const job: Job = { text, out, last };
  let used = 1;
  out[0] = SPACE;
  for (let start = 0; start < text.length;) {
    const code = text.charCodeAt(start);
    const kind = code > last ? NOT_PLAIN : kindAt(code);
    if (kind === NOT_PLAIN) return -1;
    if (!isWord(kind)) {
      start += 1;
      continue;
    }
    const end = copyWord(job, start, used);
    if (end < 0) return -1;
    if (hasLetterOrDigit(out, used, end - start)) {
      used += end - start;
      out[used] = SPACE;
      used += 1;
    }
    start = end;
  }
  return used;
}

/** Copies the word at `start` in lower case and says where it ends; -1 where a character is not plain. */
function copyWord({ text, out, last }: Job, start: number, to: number): number {
  const limit = Math.min(text.length, start + MAX_TOKEN_LENGTH);
  let before = 0;
  let index = start;
  while (index < limit) {
    const code = text.charCodeAt(index);
    const kind = code > last ? NOT_PLAIN : kindAt(code);
    if (kind === NOT_PLAIN) return -1;
    if (!isWord(kind)) {
      const next = index + 1 < limit ? text.charCodeAt(index + 1) : SPACE;
      if (next > last || kindAt(next) === NOT_PLAIN) return -1;
      if (!bridges(kind, before) || kindAt(next) !== before) return index;
    }
    out[to + index - start] = lower[code] ?? 0;
    before = isWord(kind) ? kind : before;
    index += 1;
  }
  return limit;
}

function kindAt(code: number): number {
  const kind = kinds[code] ?? NOT_PLAIN;
  return kind === UNKNOWN ? learn(code) : kind;
}

/** Looks a character up once. */
function learn(code: number): number {
  const kind = kindOf(code);
  const small = String.fromCharCode(code).toLowerCase();
  lower[code] = small.charCodeAt(0);
  const known = PLAIN.has(kind) && small.length === 1 ? kind : NOT_PLAIN;
  kinds[code] = known;
  return known;
}

function isWord(kind: number): boolean {
  return kind === LETTER || kind === DIGIT || kind === CONNECTOR;
}

function bridges(kind: number, before: number): boolean {
  if (before === LETTER) return kind === MID_LETTER || kind === MID_BOTH;
  return before === DIGIT && (kind === MID_NUMBER || kind === MID_BOTH);
}

/** `___` alone is no word. */
function hasLetterOrDigit(out: Units, from: number, length: number): boolean {
  const first = out[from] ?? UNDERSCORE;
  if (first !== UNDERSCORE && first < 128) return true;
  for (let index = from; index < from + length; index += 1) if (kindAt(out[index] ?? UNDERSCORE) !== CONNECTOR) return true;
  return false;
}

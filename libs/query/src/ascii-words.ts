/** The tokeniser for text that is ASCII only, as most log lines are: one pass, bytes out, no string per token. */
import { CONNECTOR, DIGIT, kindOf, LETTER, MID_BOTH, MID_LETTER, MID_NUMBER } from './word-break.js';

/** Lucene's `max_token_length`; the same number as in `tokeniser.ts`. */
const MAX_TOKEN_LENGTH = 255;
const SPACE = 32;

/** Enough for nearly all messages; a longer one gets a buffer of its own. */
const SCRATCH_BYTES = 128 * 1024;

const scratch = Buffer.alloc(SCRATCH_BYTES);
const kinds = Uint8Array.from({ length: 128 }, (_, code) => kindOf(code));
const lower = Uint8Array.from({ length: 128 }, (_, code) => (code >= 65 && code <= 90 ? code + 32 : code));

/** ` a b c ` for ASCII text; undefined for any other. */
export function asciiWords(text: string): string | undefined {
  const most = text.length * 2 + 2;
  const out = most <= SCRATCH_BYTES ? scratch : Buffer.alloc(most);
  let used = 1;
  out[0] = SPACE;
  for (let start = 0; start < text.length;) {
    const code = text.charCodeAt(start);
    if (code > 127) return undefined;
    if (!isWord(kinds[code] ?? 0)) {
      start += 1;
      continue;
    }
    const end = wordEnd(text, start, out, used);
    if (end < 0) return undefined;
    if (hasLetterOrDigit(out, used, end - start)) {
      used += end - start;
      out[used] = SPACE;
      used += 1;
    }
    start = end;
  }
  return out.toString('latin1', 0, used);
}

/** Copies the word at `start` in lower case and says where it ends; -1 when the text is not ASCII. */
function wordEnd(text: string, start: number, out: Buffer, to: number): number {
  const limit = Math.min(text.length, start + MAX_TOKEN_LENGTH);
  let last = 0;
  let index = start;
  while (index < limit) {
    const code = text.charCodeAt(index);
    if (code > 127) return -1;
    const kind = kinds[code] ?? 0;
    if (!isWord(kind)) {
      const next = index + 1 < limit ? text.charCodeAt(index + 1) : SPACE;
      if (next > 127) return -1;
      if (!bridges(kind, last) || kinds[next] !== last) return index;
    }
    out[to + index - start] = lower[code] ?? 0;
    last = isWord(kind) ? kind : last;
    index += 1;
  }
  return limit;
}

function isWord(kind: number): boolean {
  return kind === LETTER || kind === DIGIT || kind === CONNECTOR;
}

function bridges(kind: number, last: number): boolean {
  if (last === LETTER) return kind === MID_LETTER || kind === MID_BOTH;
  return last === DIGIT && (kind === MID_NUMBER || kind === MID_BOTH);
}

/** `___` alone is no word. */
function hasLetterOrDigit(out: Buffer, from: number, length: number): boolean {
  for (let index = from; index < from + length; index += 1) if (out[index] !== 95) return true;
  return false;
}

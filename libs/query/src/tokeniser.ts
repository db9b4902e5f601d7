/**
 * Text → tokens as Elasticsearch's `standard` analyser makes them: Lucene's StandardTokenizer (UAX #29 word
 * boundaries, what is not a word dropped) and lower case, code point by code point. In short: letters, digits and `_`
 * belong together; `.` and `'` inside a word or number join (`foo.bar`, `can't`, `3.14`), `:` joins letters, `,` digits;
 * every Han or Hiragana character is a token, a run of Katakana, Hangul or Thai is one; so is an emoji.
 */
import { plainWords } from './plain-words.js';
import {
  CONNECTOR,
  DIGIT,
  EMOJI,
  EXTEND,
  FLAG_LETTER,
  HEBREW,
  IDEOGRAPH,
  isComplexMark,
  KATAKANA,
  kindOf,
  LETTER,
  MID_BOTH,
  MID_LETTER,
  MID_NUMBER,
  OTHER,
  SOUTH_EAST_ASIAN,
} from './word-break.js';

/** Lucene's default `max_token_length`, in UTF-16 units: a longer run is cut into tokens of this length. */
export const MAX_TOKEN_LENGTH = 255;

const ZWJ = 0x200d;
const TAG_END = 0xe007f;
const KEYCAP = /^[#*]\ufe0f?\u20e3/u;

/** The tokens of a text, in order. */
export function tokenise(text: string): string[] {
  const words = wordsOf(text);
  return words.length < 3 ? [] : words.slice(1, -1).split(' ');
}

/** The tokens with one space around each: ` a b c `; one space when there is none. A word or phrase is a substring of it. */
export function wordsOf(text: string): string {
  return plainWords(text) ?? unicodeWords(text);
}

function unicodeWords(text: string): string {
  let words = ' ';
  for (let start = 0; start < text.length;) {
    const end = tokenEnd(text, start, limitFrom(text, start));
    if (end > start) words += `${lowerCase(text.slice(start, end))} `;
    start = end > start ? end : start + width(text, start);
  }
  return words;
}

function limitFrom(text: string, start: number): number {
  const limit = Math.min(text.length, start + MAX_TOKEN_LENGTH);
  const cut = limit < text.length && text.charCodeAt(limit) >>> 10 === 0x37 && text.charCodeAt(limit - 1) >>> 10 === 0x36;
  return cut ? limit - 1 : limit;
}

/** Java's way: each code point alone, so no final sigma and no two letters for one. */
function lowerCase(text: string): string {
  let lower = '';
  for (const char of text) lower += char === '\u0130' ? 'i' : char.toLowerCase();
  return lower;
}

/** Where the token that begins at `start` ends; `start` itself when none begins there. */
function tokenEnd(text: string, start: number, limit: number): number {
  const kind = kindAt(text, start);
  if (isLetter(kind) || kind === DIGIT || kind === KATAKANA || kind === CONNECTOR) return wordEnd(text, start, limit);
  switch (kind) {
    case IDEOGRAPH:
      return behind(text, start, limit);
    case SOUTH_EAST_ASIAN:
      return runEnd(text, start, limit);
    case FLAG_LETTER:
    case EMOJI:
      return emojiEnd(text, start, limit);
    case EXTEND:
      return markEnd(text, start, limit);
    default:
      return start + (KEYCAP.exec(text.slice(start, start + 3))?.[0].length ?? 0);
  }
}

/** A mark with nothing before it: a token of its own in some scripts, part of the emoji behind it if a joiner, else dropped. */
function markEnd(text: string, start: number, limit: number): number {
  let joined = start;
  while (joined < limit && text.charCodeAt(joined) === ZWJ) joined += 1;
  if (joined > start && joined < limit && kindAt(text, joined) === EMOJI) return emojiEnd(text, joined, limit);
  return isComplexMark(text.codePointAt(start) ?? 0) ? runEnd(text, start, limit) : start;
}

function kindAt(text: string, index: number): number {
  const code = text.codePointAt(index);
  return code === undefined ? OTHER : kindOf(code);
}

/** Behind the character at `index` and the marks that belong to it. */
function behind(text: string, index: number, limit: number): number {
  let next = index + width(text, index);
  while (next < limit && kindAt(text, next) === EXTEND) next += width(text, next);
  return Math.min(next, text.length);
}

function width(text: string, index: number): number {
  return (text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1;
}

function runEnd(text: string, start: number, limit: number): number {
  let end = behind(text, start, limit);
  while (end < limit && kindAt(text, end) === SOUTH_EAST_ASIAN) end = behind(text, end, limit);
  return end;
}

function wordEnd(text: string, start: number, limit: number): number {
  let last = kindAt(text, start);
  let solid = last !== CONNECTOR;
  let end = behind(text, start, limit);
  while (end < limit) {
    const next = step(text, end, last, limit);
    if (next === end) break;
    end = next;
    last = lastKind(text, end) ?? last;
    solid ||= last !== CONNECTOR;
  }
  return solid ? end : start;
}

/** Behind what the word goes on with at `index`: one character, or one that joins and the one behind it. */
function step(text: string, index: number, last: number, limit: number): number {
  const kind = kindAt(text, index);
  if (adjoins(last, kind)) return behind(text, index, limit);
  const bridged = behind(text, index, limit);
  if (bridged < limit && bridges(kind, last, kindAt(text, bridged), text.charAt(index))) return behind(text, bridged, limit);
  return last === HEBREW && text.charAt(index) === "'" ? bridged : index;
}

function isLetter(kind: number): boolean {
  return kind === LETTER || kind === HEBREW;
}

function adjoins(last: number, next: number): boolean {
  if (next === CONNECTOR) return true;
  if (next === KATAKANA) return last === KATAKANA || last === CONNECTOR;
  return (isLetter(next) || next === DIGIT) && last !== KATAKANA && last !== MID_BOTH;
}

function bridges(kind: number, last: number, next: number, char: string): boolean {
  if (isLetter(last) && isLetter(next) && (kind === MID_LETTER || kind === MID_BOTH)) return true;
  if (last === DIGIT && next === DIGIT) return kind === MID_NUMBER || kind === MID_BOTH;
  return char === '"' && last === HEBREW && next === HEBREW;
}

/** The kind of the character that ends at `end`, its marks aside. */
function lastKind(text: string, end: number): number | undefined {
  let index = end;
  while (index > 0) {
    index -= index > 1 && (text.codePointAt(index - 2) ?? 0) > 0xffff ? 2 : 1;
    const kind = kindAt(text, index);
    if (kind !== EXTEND) return kind;
  }
  return undefined;
}

function emojiEnd(text: string, start: number, limit: number): number {
  if (kindAt(text, start) === FLAG_LETTER) return kindAt(text, start + 2) === FLAG_LETTER ? start + 4 : start;
  let end = behind(text, start, limit);
  while (end < limit && text.charCodeAt(end - 1) === ZWJ && kindAt(text, end) === EMOJI) end = behind(text, end, limit);
  return text.codePointAt(end) === TAG_END ? end + 2 : end;
}

/**
 * Which of the rules' words stand in a message, found in its raw bytes. A whole token that a query asks for shows in the
 * bytes as runs of ASCII letters, digits and `_` (the tokeniser never splits a run), so a record in which a run is missing
 * cannot match. The other way round nothing is claimed: who passes is asked properly.
 *
 * Three things could hide a token from the bytes, and let every word count as seen: `\u` escapes, the two letters whose
 * small form is ASCII (U+0130, U+212A), and texts so long without a break that the tokeniser cuts them.
 */

/** Shorter than the tokeniser's longest token. */
const MAX_UNBROKEN = 200;
const QUOTE = 34;
const BACKSLASH = 92;
const LETTER_U = 117;
const WORD = /[a-z0-9_]+/g;

/** 0: no part of a run; else the byte in lower case. */
const LOWER = new Uint8Array(256);
/** Bytes at which every token ends. */
const BREAKS = new Uint8Array(256);
for (let code = 0; code < 128; code += 1) {
  const char = String.fromCharCode(code);
  if (/[A-Za-z0-9_]/.test(char)) LOWER[code] = char.toLowerCase().charCodeAt(0);
  else if (!/[.':,;"\\]/.test(char)) BREAKS[code] = 1;
}

/** The runs of ASCII letters, digits and `_` of a text in lower case. */
export function runsOf(text: string): string[] {
  return text.match(WORD) ?? [];
}

function hashOf(run: string): number {
  let hash = 0;
  for (let index = 0; index < run.length; index += 1) hash = (Math.imul(hash, 31) + run.charCodeAt(index)) | 0;
  return hash;
}

export class MessageWords {
  readonly #numbers = new Map<string, number>();
  readonly #fragments = new Set<string>();
  #fragment: RegExp | undefined;
  /** Open addressing: hashes, and the words' numbers + 1. Another word with the same hash counts as seen: no harm. */
  #hashes = new Int32Array(16);
  #words = new Int32Array(16);
  #mask = 15;
  /** By word: the number of the latest message it was seen in. */
  #seen = new Float64Array(16);
  #message = 0;
  #hasAll = false;
  #hasFragment = false;

  /** How often `addFragment` was called. */
  fragmentNeeds = 0;
  /** Whether the latest message has any of the words or fragments. */
  hasAny = false;

  /** The number of a run, to ask `has` for. */
  add(run: string): number {
    const known = this.#numbers.get(run);
    if (known !== undefined) return known;
    const number = this.#numbers.size;
    this.#numbers.set(run, number);
    this.#rebuild();
    return number;
  }

  /** A piece of a token, such as of `*part*`; ASCII letters, digits and `_` in lower case. */
  addFragment(fragment: string): void {
    this.fragmentNeeds += 1;
    if (this.#fragments.has(fragment)) return;
    this.#fragments.add(fragment);
    this.#fragment = new RegExp([...this.#fragments].join('|'), 'i');
  }

  #rebuild(): void {
    let size = 16;
    while (size < this.#numbers.size * 4) size *= 2;
    this.#mask = size - 1;
    this.#hashes = new Int32Array(size);
    this.#words = new Int32Array(size);
    this.#seen = new Float64Array(this.#numbers.size);
    for (const [run, number] of this.#numbers) {
      const hash = hashOf(run);
      let at = hash & this.#mask;
      while (this.#words[at] !== 0) at = (at + 1) & this.#mask;
      this.#hashes[at] = hash;
      this.#words[at] = number + 1;
    }
  }

  has(word: number): boolean {
    return this.#hasAll || this.#seen[word] === this.#message;
  }

  /** Whether it has any of the fragments: they are not told apart. */
  get hasFragment(): boolean {
    return this.#hasAll || this.#hasFragment;
  }

  /** Looks a message through, from behind its opening quote; says where its closing quote is (`end` when it has none). */
  scan(bytes: Uint8Array, from: number, end: number): number {
    this.#message += 1;
    this.#hasAll = false;
    this.#hasFragment = false;
    this.hasAny = false;
    let hash = 0;
    let isRun = false;
    let lastBreak = from;
    let at = from;
    for (; at < end; at += 1) {
      const byte = bytes[at] as number;
      const lower = LOWER[byte] as number;
      if (lower !== 0) {
        hash = (Math.imul(hash, 31) + lower) | 0;
        isRun = true;
        continue;
      }
      if (isRun) this.#look(hash);
      isRun = false;
      hash = 0;
      if (at - lastBreak > MAX_UNBROKEN) this.#all();
      if (BREAKS[byte] === 1) lastBreak = at;
      else if (byte === QUOTE) break;
      else if (byte === BACKSLASH) at += this.#escape(bytes[at + 1]);
      else if (byte >= 0x80) this.#wide(bytes, at);
    }
    return at;
  }

  #look(hash: number): void {
    for (let at = hash & this.#mask; this.#words[at] !== 0; at = (at + 1) & this.#mask) {
      if (this.#hashes[at] !== hash) continue;
      this.#seen[(this.#words[at] as number) - 1] = this.#message;
      this.hasAny = true;
    }
  }

  #all(): void {
    this.#hasAll = true;
    this.hasAny = true;
  }

  #escape(byte: number | undefined): number {
    if (byte !== LETTER_U) return 1;
    this.#all();
    return 5;
  }

  #wide(bytes: Uint8Array, at: number): void {
    const byte = bytes[at];
    if (byte === 0xc4 && bytes[at + 1] === 0xb0) this.#all();
    else if (byte === 0xe2 && bytes[at + 1] === 0x84 && bytes[at + 2] === 0xaa) this.#all();
  }

  /** Looks for the fragments in the message's text (one character per byte). */
  scanFragments(text: string): void {
    if (this.#fragment?.test(text) !== true) return;
    this.#hasFragment = true;
    this.hasAny = true;
  }
}

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
const WORD = /[a-z0-9_]+/g;

/** What a byte is to a scan: from `RUN` on, part of a run: the byte in lower case. */
const [NEUTRAL, BREAK, QUOTE, BACKSLASH, WIDE, RUN] = [0, 1, 2, 3, 4, 5];
const KINDS = new Uint8Array(256).fill(WIDE, 128);
for (let code = 0; code < 128; code += 1) {
  const char = String.fromCharCode(code);
  // At these the tokeniser may go on within a token.
  const neutral = /[.':,;]/.test(char) ? NEUTRAL : BREAK;
  KINDS[code] = /[A-Za-z0-9_]/.test(char) ? char.toLowerCase().charCodeAt(0) : neutral;
}
KINDS['"'.charCodeAt(0)] = QUOTE;
KINDS['\\'.charCodeAt(0)] = BACKSLASH;
const LETTER_U = 117;
/** Bits of a hash by which most runs are told to be no word of a rule's. */
const FILTER_MASK = 4_095;

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
  readonly #filter = new Uint8Array(FILTER_MASK + 1);
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
      this.#filter[hash & FILTER_MASK] = 1;
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
    // What the loop reads at every byte stands in the function: module constants are loaded again each time.
    const filter = this.#filter;
    const kinds = KINDS;
    const run = RUN;
    const mask = FILTER_MASK;
    let hash = 0;
    let lastBreak = from;
    for (let at = from; at < end; at += 1) {
      const kind = kinds[bytes[at] as number] as number;
      if (kind >= run) {
        hash = (Math.imul(hash, 31) + kind) | 0;
        continue;
      }
      if (filter[hash & mask] === 1) this.#look(hash);
      hash = 0;
      if (kind === NEUTRAL) continue;
      if (kind === WIDE) this.#wide(bytes, at);
      else if (kind === BACKSLASH) at += this.#escape(bytes[at + 1]);
      else {
        if (at - lastBreak > MAX_UNBROKEN) this.#all();
        lastBreak = at;
        if (kind === QUOTE) return at;
      }
    }
    return end;
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

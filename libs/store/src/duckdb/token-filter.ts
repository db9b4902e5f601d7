/**
 * A split-block Bloom filter over the tokens of one block of rows, as Parquet has them: a token sets one bit in each of the eight
 * 32-bit words of one line. It is stored as 16 parts by the hash's highest bits, so that a search reads a sixteenth of it, and folded
 * to half its size while it stays sparse. Words are little-endian. The hash is part of the format: another one needs another table.
 */

/** 64 KiB: room for the tokens of some 14 000 ordinary records, so that a value that stands in few records costs few rows. */
const LINE_BITS = 11;
const LINES = 1 << LINE_BITS;
const LINE_SHIFT = 32 - LINE_BITS;
const LINE_WORDS = 8;
export const PARTS = 16;
const PART_LINES = LINES / PARTS;
const LINE_BYTES = LINE_WORDS * 4;
/** Ten bits a distinct token: about one block in a hundred is read for nothing. */
const BITS_PER_TOKEN = 10;
const MAX_TOKENS = Math.floor((LINES * LINE_BYTES * 8) / BITS_PER_TOKEN);
/** Fewer distinct tokens must not make a block so large that one match costs a long scan. */
const MAX_RECORDS = 122_880;
const SALTS = Int32Array.of(0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d, 0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31);
const PRIME = 0x01000193;
export const HASH_START = 0x811c9dc5 | 0;
const SPACE = 32;

/** Hashes of one record's tokens, used again for the next. */
export class Tokens {
  hashes = new Int32Array(1024);
  length = 0;

  push(hash: number): void {
    if (this.length === this.hashes.length) this.grow();
    this.hashes[this.length] = hash;
    this.length += 1;
  }

  private grow(): void {
    const more = new Int32Array(this.hashes.length * 2);
    more.set(this.hashes);
    this.hashes = more;
  }
}

export const hashUnit = (hash: number, unit: number): number => Math.imul(hash ^ unit, PRIME);

/** FNV-1a over UTF-16 units, from a hash so far. */
export function hashOn(start: number, text: string): number {
  let hash = start;
  for (let index = 0; index < text.length; index += 1) hash = hashUnit(hash, text.charCodeAt(index));
  return hash;
}

export function finishHash(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

export const hashToken = (token: string): number => finishHash(hashOn(HASH_START, token));

export const partOf = (hash: number): number => hash >>> 28;

/** The hash of each word in ` a b c `. */
export function hashWords(words: string, into: Tokens): void {
  let hash = HASH_START;
  for (let index = 1; index < words.length; index += 1) {
    const code = words.charCodeAt(index);
    if (code !== SPACE) {
      hash = hashUnit(hash, code);
    } else {
      into.push(finishHash(hash));
      hash = HASH_START;
    }
  }
}

export class FilterBuilder {
  records = 0;
  fromMs = Number.MAX_SAFE_INTEGER;
  toMs = 0;
  private tokens = 0;
  private readonly words = new Int32Array(LINES * LINE_WORDS);

  /** `first` is the row id of the first record to come. */
  constructor(readonly first: number) {}

  get isFull(): boolean {
    return this.tokens >= MAX_TOKENS || this.records >= MAX_RECORDS;
  }

  /** Takes the tokens: they are empty behind it. */
  add(ms: number, tokens: Tokens): void {
    this.records += 1;
    if (ms < this.fromMs) this.fromMs = ms;
    if (ms > this.toMs) this.toMs = ms;
    for (let index = 0; index < tokens.length; index += 1) this.addHash(tokens.hashes[index] as number);
    tokens.length = 0;
  }

  /** The parts' bytes, in order. */
  finish(): Uint8Array[] {
    let lines = PART_LINES;
    while (lines > 1 && this.tokens * BITS_PER_TOKEN * 2 <= lines * PARTS * LINE_BYTES * 8) lines = this.fold(lines);
    return Array.from(
      { length: PARTS },
      (_, part) => new Uint8Array(this.words.buffer, part * PART_LINES * LINE_BYTES, lines * LINE_BYTES),
    );
  }

  private addHash(hash: number): void {
    const { words } = this;
    const line = (hash >>> LINE_SHIFT) * LINE_WORDS;
    const key = Math.imul(hash, PRIME);
    let fresh = 0;
    for (let index = 0; index < LINE_WORDS; index += 1) {
      const bit = 1 << (Math.imul(key, SALTS[index] as number) >>> 27);
      const word = words[line + index] as number;
      fresh |= ~word & bit;
      words[line + index] = word | bit;
    }
    if (fresh !== 0) this.tokens += 1;
  }

  private fold(lines: number): number {
    const half = lines / 2;
    for (let part = 0; part < PARTS; part += 1) {
      const start = part * PART_LINES * LINE_WORDS;
      for (let index = 0; index < half * LINE_WORDS; index += 1) {
        const upper = this.words[start + half * LINE_WORDS + index] as number;
        this.words[start + index] = (this.words[start + index] as number) | upper;
      }
    }
    return half;
  }
}

/** False only when no record of the block has the token. `part` is the one that `partOf(hash)` names. */
export function mayHold(part: Uint8Array, hash: number): boolean {
  const view = new DataView(part.buffer, part.byteOffset, part.byteLength);
  const lines = part.byteLength / LINE_BYTES;
  const line = ((hash >>> LINE_SHIFT) % PART_LINES) & (lines - 1);
  const key = Math.imul(hash, PRIME);
  return SALTS.every((salt, index) => {
    const word = view.getInt32(line * LINE_BYTES + index * 4, true);
    return ((word >>> (Math.imul(key, salt) >>> 27)) & 1) === 1;
  });
}

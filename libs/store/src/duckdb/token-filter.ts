/**
 * A split-block Bloom filter over the tokens of one block of rows, as Parquet has them: a token sets one bit in each of the eight
 * 32-bit words of one line. It is stored as 32 parts by the hash's highest bits, each a column of its own, so that a search reads
 * that column alone, and folded to half its size (24, 12, 6, 3 lines, 1) while it stays sparse. Words are little-endian. The hash is part of the format:
 * another one needs another table.
 */

/** 24 KiB: room for the tokens of a vector of ordinary records at eighteen bits each. */
const LINES = 768;
const LINE_WORDS = 8;
export const PARTS = 32;
const PART_SHIFT = 27;
const BELOW_PART = (1 << PART_SHIFT) - 1;
const PART_LINES = LINES / PARTS;
export const LINE_BYTES = LINE_WORDS * 4;
const BITS = LINES * LINE_BYTES * 8;
/** Bits a distinct token: with the least, or what folding leaves, one block in five hundred is read for nothing, with eighteen one in a thousand. */
const LEAST_BITS = 15;
const FOLDED_BITS = 15;
const MAX_TOKENS = Math.floor(BITS / LEAST_BITS);
/** DuckDB reads rows by vectors of so many, and unpacks a whole one for one row of it: blocks end where vectors do. */
const VECTOR_ROWS = 2_048;
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

export const partOf = (hash: number): number => hash >>> PART_SHIFT;

/** Line of a part that was not folded, by the bits that do not name the part; of a folded one the remainder by its lines. */
export const lineOf = (hash: number): number => Math.imul(hash & BELOW_PART, PART_LINES) >>> PART_SHIFT;

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
  private readonly bytes = new Uint8Array(this.words.buffer);
  private readonly room: number;

  /** `first` is the row id of the first record to come. */
  constructor(readonly first: number) {
    this.room = VECTOR_ROWS - (first % VECTOR_ROWS);
  }

  /** Row id behind the last record. */
  get end(): number {
    return this.first + this.records;
  }

  get isFull(): boolean {
    return this.records >= this.room || this.tokens >= MAX_TOKENS;
  }

  /** Takes the tokens: they are empty behind it. */
  add(ms: number, tokens: Tokens): void {
    this.records += 1;
    if (ms < this.fromMs) this.fromMs = ms;
    if (ms > this.toMs) this.toMs = ms;
    for (let index = 0; index < tokens.length; index += 1) this.addHash(tokens.hashes[index] as number);
    tokens.length = 0;
  }

  /** False only when no record so far has the token. */
  mayHold(hash: number): boolean {
    const line = (partOf(hash) * PART_LINES + lineOf(hash)) * LINE_BYTES;
    return maskOf(hash).every((byte, index) => ((this.bytes[line + index] as number) & byte) === byte);
  }

  /** The parts' bytes, in order. */
  finish(): Uint8Array[] {
    let lines = PART_LINES;
    while (lines > 1 && this.tokens * FOLDED_BITS <= Math.floor(lines / 2) * PARTS * LINE_BYTES * 8) lines = this.fold(lines);
    return Array.from(
      { length: PARTS },
      (_, part) => new Uint8Array(this.words.buffer, part * PART_LINES * LINE_BYTES, lines * LINE_BYTES),
    );
  }

  private addHash(hash: number): void {
    const { words } = this;
    const line = (partOf(hash) * PART_LINES + lineOf(hash)) * LINE_WORDS;
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

  /** Lays the upper lines of each part over the lower ones: 24, 12, 6, 3, 1. */
  private fold(lines: number): number {
    const left = Math.floor(lines / 2);
    for (let part = 0; part < PARTS; part += 1) {
      const start = part * PART_LINES * LINE_WORDS;
      for (let index = left * LINE_WORDS; index < lines * LINE_WORDS; index += 1) {
        const onto = start + (index % (left * LINE_WORDS));
        this.words[onto] = (this.words[onto] as number) | (this.words[start + index] as number);
      }
    }
    return left;
  }
}

/** Of the line that has a token, its bits. */
export function maskOf(hash: number): Uint8Array {
  const mask = new Int32Array(LINE_WORDS);
  const key = Math.imul(hash, PRIME);
  for (let index = 0; index < LINE_WORDS; index += 1) mask[index] = 1 << (Math.imul(key, SALTS[index] as number) >>> 27);
  return new Uint8Array(mask.buffer);
}

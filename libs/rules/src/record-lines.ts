/**
 * The records of a delivery, found in its bytes: two lines each, the action and the source. Searching is done in a text with
 * one character per byte, made block by block: a search in a text is the fastest there is, and a block stays in the cache.
 */

/** Bytes made text at once: small enough for the young generation, large enough for a hundred records. */
const BLOCK_BYTES = 96 * 1024;
const NEVER = Infinity;

export class RecordLines {
  /** The source line, without its newline. */
  from = 0;
  to = 0;
  index = -1;
  #text = '';
  #base = 0;
  #at = 0;
  /** By needle: how far from the end of a record it stood last. Records of one container end alike. */
  readonly #fromEnd: number[];
  /** By needle: where it is found next, or found to be nowhere in this block. */
  readonly #next: number[];

  constructor(
    readonly bytes: Buffer,
    private readonly needles: readonly string[],
  ) {
    this.#next = needles.map(() => -1);
    this.#fromEnd = needles.map(() => 0);
  }

  /** Goes on to the next record; false at the end. */
  next(): boolean {
    for (;;) {
      const action = this.#text.indexOf('\n', this.#at - this.#base);
      const end = action < 0 ? -1 : this.#text.indexOf('\n', action + 1);
      if (end >= 0) {
        this.from = this.#base + action + 1;
        this.to = this.#base + end;
        this.#at = this.to + 1;
        this.index += 1;
        return true;
      }
      if (!this.#load()) return false;
    }
  }

  /** The block that begins with the next record; a larger one when that record did not fit. */
  #load(): boolean {
    const length = this.#text.length;
    if (this.#base + length >= this.bytes.length) return false;
    const size = this.#at === this.#base ? Math.max(length * 2, BLOCK_BYTES) : BLOCK_BYTES;
    this.#base = this.#at;
    this.#text = this.bytes.toString('latin1', this.#at, this.#at + size);
    this.#next.fill(-1);
    return true;
  }

  /** Where a needle, of which a record has one at most, stands from `from` on, or -1. For each needle `from` must not go backwards. */
  find(needle: number, from: number): number {
    const guess = this.to - (this.#fromEnd[needle] as number);
    if (guess >= from && this.#isAt(this.needles[needle] as string, guess)) return guess;
    let at = this.#next[needle] as number;
    if (at < from) {
      const found = this.#text.indexOf(this.needles[needle] as string, from - this.#base);
      at = found < 0 ? NEVER : this.#base + found;
      this.#next[needle] = at;
    }
    if (at >= this.to) return -1;
    this.#fromEnd[needle] = this.to - at;
    return at;
  }

  #isAt(needle: string, at: number): boolean {
    const { bytes } = this;
    for (let index = 0; index < needle.length; index += 1) if (bytes[at + index] !== needle.charCodeAt(index)) return false;
    return true;
  }

  /** One character per byte. */
  text(from: number, to: number): string {
    return this.#text.slice(from - this.#base, to - this.#base);
  }

  parse(): unknown {
    return JSON.parse(this.bytes.toString('utf8', this.from, this.to));
  }
}

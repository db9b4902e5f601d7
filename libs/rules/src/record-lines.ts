/**
 * The records of a delivery, found in its bytes: two lines each, the action and the source. Nothing is made text for it:
 * garbage would cost more than the search.
 */

const NEWLINE = 10;
const NEVER = Infinity;
/** Places per needle that are tried before it is searched for: records of one container end alike, of a few containers in turns. */
const GUESSES = 4;

export class RecordLines {
  bytes: Buffer = Buffer.alloc(0);
  /** The source line, without its newline. */
  from = 0;
  to = 0;
  index = -1;
  #at = 0;
  /** By needle: how far from the end of a record it stood the last times. */
  readonly #fromEnd: Int32Array;
  #oldest = 0;
  /** By needle: where it is found next, or found to be nowhere any more. */
  readonly #next: number[];

  constructor(private readonly needles: readonly Buffer[]) {
    this.#next = needles.map(() => -1);
    this.#fromEnd = new Int32Array(needles.length * GUESSES);
  }

  /** Begins before the first record of these bytes. */
  open(bytes: Buffer): void {
    this.bytes = bytes;
    this.index = -1;
    this.#at = 0;
    this.#next.fill(-1);
  }

  /** Goes on to the next record; false at the end. */
  next(): boolean {
    const { bytes } = this;
    const action = bytes.indexOf(NEWLINE, this.#at);
    const end = action < 0 ? -1 : bytes.indexOf(NEWLINE, action + 1);
    if (end < 0) return false;
    this.from = action + 1;
    this.to = end;
    this.#at = end + 1;
    this.index += 1;
    return true;
  }

  /** Where a needle, of which a record has one at most, stands from `from` on, or -1. For each needle `from` must not go backwards. */
  find(needle: number, from: number): number {
    const text = this.needles[needle] as Buffer;
    const first = needle * GUESSES;
    for (let index = first; index < first + GUESSES; index += 1) {
      const guess = this.to - (this.#fromEnd[index] as number);
      if (guess >= from && this.isAt(text, guess)) return guess;
    }
    let at = this.#next[needle] as number;
    if (at < from) {
      const found = this.bytes.indexOf(text, from);
      at = found < 0 ? NEVER : found;
      this.#next[needle] = at;
    }
    if (at >= this.to) return -1;
    this.#oldest = (this.#oldest + 1) % GUESSES;
    this.#fromEnd[first + this.#oldest] = this.to - at;
    return at;
  }

  isAt(text: Buffer, at: number): boolean {
    const { bytes } = this;
    for (let index = 0; index < text.length; index += 1) if (bytes[at + index] !== text[index]) return false;
    return true;
  }

  /** One character per byte. */
  text(from: number, to: number): string {
    return this.bytes.toString('latin1', from, to);
  }

  parse(): unknown {
    return JSON.parse(this.bytes.toString('utf8', this.from, this.to));
  }
}

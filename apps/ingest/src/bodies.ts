/**
 * The memory that bulk bodies lie in while a store takes them, used again: blocks outside of V8's heap are what makes it
 * collect all of the heap (see libs/journal, slabs.ts).
 */
export class Bodies {
  readonly #free: Buffer[] = [];

  /** Bodies up to `bytes` share memory, of which at most `kept` are kept while nobody uses them. */
  constructor(
    private readonly bytes: number,
    private readonly kept: number,
  ) {}

  /** Exactly so long. */
  take(bytes: number): Buffer {
    if (bytes > this.bytes) return Buffer.allocUnsafeSlow(bytes);
    return (this.#free.pop() ?? Buffer.allocUnsafeSlow(this.bytes)).subarray(0, bytes);
  }

  /** Nobody may read it any more. */
  give({ buffer }: Buffer): void {
    if (buffer.byteLength === this.bytes && this.#free.length < this.kept) this.#free.push(Buffer.from(buffer));
  }
}

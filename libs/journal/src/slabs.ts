/**
 * The memory that frames are built in, used again when no frame in it is needed any more. Blocks outside of V8's heap are
 * what makes it collect all of the heap: with new ones for every megabyte it did so every 75 000 records, which cost more
 * than writing them.
 */

/** Frames are built side by side, as an allocation for each costs more than a short frame itself. */
export const SLAB_BYTES = 1024 * 1024;
/** What the readers' memory (8 MiB) and one commit need; what a slow disk made it grow to goes back to V8. */
const MAX_FREE = 12;

export class Slabs {
  readonly #free: Buffer[] = [];
  /** By slab: how many need it. A slab whose frames could not be written is never free again, and V8 takes it. */
  readonly #users = new WeakMap<ArrayBufferLike, number>();

  /** At least `bytes` long, needed until `release`. Its content is that of before. */
  take(bytes: number): Buffer {
    const slab = bytes > SLAB_BYTES ? Buffer.allocUnsafeSlow(bytes) : (this.#free.pop() ?? Buffer.allocUnsafeSlow(SLAB_BYTES));
    this.#users.set(slab.buffer, 1);
    return slab;
  }

  /** One more needs the slab that these bytes lie in. */
  hold({ buffer }: Buffer): void {
    this.#users.set(buffer, (this.#users.get(buffer) ?? 0) + 1);
  }

  /** One less; of bytes that lie in no slab nothing is noted. */
  release({ buffer }: Buffer): void {
    const users = this.#users.get(buffer);
    if (users === undefined) return;
    this.#users.set(buffer, users - 1);
    if (users === 1 && buffer.byteLength === SLAB_BYTES && this.#free.length < MAX_FREE) this.#free.push(Buffer.from(buffer));
  }
}

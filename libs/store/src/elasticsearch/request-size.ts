/**
 * How many bytes one bulk request may have. A limit that answers 413 stays as it is, so what is learned from it is kept. One
 * that is overloaded (429) may have no room for the whole request, ever: each such answer halves what is sent, each that
 * passes doubles it again.
 */

/** Smaller requests cost the server more than they spare it. */
export const LEAST_BYTES = 64 * 1024;
/** No batch is larger: beyond this there is nothing left to learn. */
const AMPLE_BYTES = 64 * 1024 * 1024;

export class RequestSize {
  #allowed = Number.POSITIVE_INFINITY;
  #room = Number.POSITIVE_INFINITY;

  get most(): number {
    return Math.min(this.#allowed, this.#room);
  }

  tooLarge(bytes: number): void {
    this.#allowed = Math.min(this.#allowed, Math.ceil(bytes / 2));
  }

  overloaded(bytes: number): void {
    this.#room = Math.max(LEAST_BYTES, Math.ceil(Math.min(this.#room, bytes) / 2));
  }

  passed(): void {
    this.#room = this.#room < AMPLE_BYTES ? this.#room * 2 : Number.POSITIVE_INFINITY;
  }
}

/**
 * How many bytes one bulk request may have. A limit that answers 413 stays as it is, so what is learned from it is kept. One
 * that is overloaded (429) may have no room for the whole request, ever: each such answer halves what is sent, and
 * several that pass in a row double it again.
 */

/** Smaller requests cost the server more than they spare it. */
export const LEAST_BYTES = 64 * 1024;
/** No batch is larger: beyond this there is nothing left to learn. */
const AMPLE_BYTES = 64 * 1024 * 1024;

/** In a row, before more is tried: else every other request would meet the limit again. */
export const PASSED_IN_A_ROW = 8;

export class RequestSize {
  #allowed = Number.POSITIVE_INFINITY;
  #room = Number.POSITIVE_INFINITY;
  #passed = 0;

  get most(): number {
    return Math.min(this.#allowed, this.#room);
  }

  tooLarge(bytes: number): void {
    this.#allowed = Math.min(this.#allowed, Math.ceil(bytes / 2));
  }

  overloaded(bytes: number): void {
    this.#passed = 0;
    this.#room = Math.max(LEAST_BYTES, Math.ceil(Math.min(this.#room, bytes) / 2));
  }

  passed(): void {
    this.#passed += 1;
    if (this.#passed < PASSED_IN_A_ROW) return;
    this.#passed = 0;
    this.#room = this.#room < AMPLE_BYTES ? this.#room * 2 : Number.POSITIVE_INFINITY;
  }
}

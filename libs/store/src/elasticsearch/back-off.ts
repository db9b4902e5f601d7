/**
 * Waits and width after failures: full jitter between 0.2 and 10 s, doubling with each failure in a row, and between
 * one and four requests at once: one more after each round of successes, half after a failure.
 */

/** Shorter waits only repeat the failure. */
export const MIN_WAIT_MS = 200;
/** Longer ones leave a server idle that came back; a try costs one request. */
export const MAX_WAIT_MS = 10_000;
/** More requests at once only queue inside the server. */
export const MAX_CONCURRENCY = 4;
/** One request in the making while the server works on the other. */
const START_CONCURRENCY = 2;

export class BackOff {
  #failures = 0;
  #successes = 0;
  #concurrency = START_CONCURRENCY;

  constructor(private readonly random: () => number) {}

  get concurrency(): number {
    return this.#concurrency;
  }

  /** A request went through: after as many as are under way at once, one more is allowed. */
  succeeded(): void {
    this.#failures = 0;
    this.#successes += 1;
    if (this.#successes < this.#concurrency || this.#concurrency >= MAX_CONCURRENCY) return;
    this.#successes = 0;
    this.#concurrency += 1;
  }

  /** How long to wait now. A server's own `Retry-After` is the least. */
  failed(leastMs = 0): number {
    this.#successes = 0;
    this.#concurrency = Math.max(1, Math.floor(this.#concurrency / 2));
    const top = Math.min(MAX_WAIT_MS, MIN_WAIT_MS * 2 ** Math.min(this.#failures + 1, 16));
    this.#failures += 1;
    return Math.max(leastMs, Math.round(MIN_WAIT_MS + this.random() * (top - MIN_WAIT_MS)));
  }
}

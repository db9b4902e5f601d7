/**
 * Waits between tries, of several batches that the store wants to see again. As soon as one of them goes through, the store
 * is back, and the others need not wait out what they were told.
 */
export class Patience {
  private success = new AbortController();

  constructor(
    /** Ends every wait for good. */
    private readonly stop: AbortSignal,
    private readonly delay: (ms: number, signal: AbortSignal) => Promise<void>,
  ) {}

  wait(ms: number): Promise<void> {
    return this.delay(ms, AbortSignal.any([this.stop, this.success.signal]));
  }

  /** Something went through. */
  succeeded(): void {
    this.success.abort();
    this.success = new AbortController();
  }
}

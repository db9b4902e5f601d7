/** A signal costs the queue about 10 ms of CPU: while matches keep coming there is one in this time. */
const GAP_MS = 250;
/** So many go at once after a pause. */
const BURST = 8;

/** When the next signal may go: at once when it was quiet, in steps when it was not. */
export class Pace {
  private credit = BURST;
  private since: number;

  /** `now`: monotonic milliseconds. */
  constructor(private readonly now: () => number) {
    this.since = now();
  }

  /** Milliseconds until the next may go; 0 when it may now. */
  get waitMs(): number {
    return Math.max(0, (1 - this.filled()) * GAP_MS);
  }

  take(): void {
    this.credit = Math.max(0, this.filled() - 1);
    this.since = this.now();
  }

  private filled(): number {
    return Math.min(BURST, this.credit + (this.now() - this.since) / GAP_MS);
  }
}

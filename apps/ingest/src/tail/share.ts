/** Part of the loop's time that is in use: from here on what tails take is missing elsewhere, below the second it is not any more. */
const SCARCE = 0.95;
const SPARE = 0.85;
/** Pause for each millisecond of work: a sixteenth of the thread for reading, and about as much for telling, while others want all of it; half of it else. */
const SCARCE_PAUSE = 15;
const SPARE_PAUSE = 1;

/** How much of the thread tails may take from those who take in. */
export class Share {
  private isScarce = false;

  constructor(
    /** Part of the time since the last call that the thread was busy, 0 to 1. */
    private readonly busy: () => number,
  ) {}

  /** Milliseconds to leave alone after `tookMs` of work. */
  pauseAfter(tookMs: number): number {
    this.isScarce = this.busy() >= (this.isScarce ? SPARE : SCARCE);
    return tookMs * (this.isScarce ? SCARCE_PAUSE : SPARE_PAUSE);
  }
}

/**
 * So much a second, with a burst of one second's worth. What was taken is paid for afterwards: as long as there is debt nothing more
 * should be taken, so a batch larger than the burst is possible and only makes the next one wait.
 */
export class TokenBucket {
  private level: number;
  private at: number;

  /** `now` is monotonic, in milliseconds. */
  constructor(
    private readonly perSecond: number,
    private readonly now: () => number,
    private readonly burst: number = perSecond,
  ) {
    this.level = burst;
    this.at = now();
  }

  take(amount: number): void {
    this.refill();
    this.level -= amount;
  }

  /** Until the debt is paid; 0 when there is none. */
  get waitMs(): number {
    this.refill();
    return this.level >= 0 ? 0 : Math.ceil((-this.level / this.perSecond) * 1_000);
  }

  /** A bucket that nobody has used for a while remembers nothing. */
  get isFull(): boolean {
    this.refill();
    return this.level >= this.burst;
  }

  /** Takes one when it is there. */
  takeOne(): boolean {
    this.refill();
    if (this.level < 1) return false;
    this.level--;
    return true;
  }

  private refill(): void {
    const now = this.now();
    this.level = Math.min(this.burst, this.level + ((now - this.at) / 1_000) * this.perSecond);
    this.at = now;
  }
}

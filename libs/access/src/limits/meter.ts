import { TokenBucket } from './token-bucket.js';

/** A second; 0 means: not limited. */
export interface Rate {
  readonly records: number;
  readonly bytes: number;
}

/** What one key or one address may send. */
export class Meter {
  private readonly records: TokenBucket | undefined;
  private readonly bytes: TokenBucket | undefined;

  /** `now` is monotonic, in milliseconds. */
  constructor(rate: Rate, now: () => number) {
    this.records = rate.records > 0 ? new TokenBucket(rate.records, now) : undefined;
    this.bytes = rate.bytes > 0 ? new TokenBucket(rate.bytes, now) : undefined;
  }

  take(records: number, bytes: number): void {
    this.records?.take(records);
    this.bytes?.take(bytes);
  }

  /** Until it may send again. */
  get waitMs(): number {
    return Math.max(this.records?.waitMs ?? 0, this.bytes?.waitMs ?? 0);
  }

  get isIdle(): boolean {
    return (this.records?.isFull ?? true) && (this.bytes?.isFull ?? true);
  }
}

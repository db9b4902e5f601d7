import type { Journal } from '#libs/journal';

/** As much of the journal as the clock needs. */
export type Clocked = Pick<Journal, 'next' | 'durable' | 'gauges'>;

/**
 * Up to when everything that arrived was read: the wall clock is noted together with the end of the journal, and counts
 * once reading has come so far. Never backwards, also when the clock is set.
 */
export class Clockwork {
  arrivedMs = 0;
  private noted: { readonly atMs: number; readonly end: number } | undefined;

  constructor(
    private readonly journal: Clocked,
    private readonly wall: () => number,
  ) {}

  /** Everything before `position` was read. */
  reached(position: number): void {
    if (this.noted !== undefined && (position >= this.noted.end || this.isAtEnd(position))) {
      this.arrivedMs = Math.max(this.arrivedMs, this.noted.atMs);
      this.noted = undefined;
    }
    this.noted ??= { atMs: this.wall(), end: this.journal.next };
  }

  /** A planned segment begins behind the durable end of the last one. */
  private isAtEnd(position: number): boolean {
    return position >= this.journal.durable && this.journal.gauges['pending_bytes'] === 0;
  }
}

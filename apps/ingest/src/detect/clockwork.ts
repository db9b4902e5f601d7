import type { Journal, Reader } from '#libs/journal';

/** As much of the journal and its reader as the clock needs. */
export type Clocked = Pick<Journal, 'next' | 'gauges'>;
export type Reading = Pick<Reader, 'isAtEnd'>;

/**
 * Up to when everything that arrived was read: the wall clock is noted together with the end of the journal, and counts
 * once reading has come so far. Never backwards, also when the clock is set.
 */
export class Clockwork {
  arrivedMs = 0;
  private noted: { readonly atMs: number; readonly end: number } | undefined;

  constructor(
    private readonly journal: Clocked,
    private readonly reader: Reading,
    private readonly wall: () => number,
  ) {}

  /** Everything before `position` was read. */
  reached(position: number): void {
    if (this.noted !== undefined && (position >= this.noted.end || this.isAtEnd)) {
      this.arrivedMs = Math.max(this.arrivedMs, this.noted.atMs);
      this.noted = undefined;
    }
    this.noted ??= { atMs: this.wall(), end: this.journal.next };
  }

  /** Behind the last record another segment may have been begun, or be planned: nothing lies between, but its positions are higher. */
  private get isAtEnd(): boolean {
    return this.reader.isAtEnd && this.journal.gauges['pending_bytes'] === 0;
  }
}

import type { LogRecord } from '../api/answers.js';

/** A line, or what is to be said between lines. */
export type TailRow =
  | { readonly kind: 'record'; readonly key: number; readonly record: LogRecord }
  | { readonly kind: 'dropped'; readonly key: number; readonly count: number }
  | { readonly kind: 'gap'; readonly key: number; readonly reason: string };

/** A row that has no key yet. */
export type TailNews = TailRow extends infer Row ? (Row extends unknown ? Omit<Row, 'key'> : never) : never;

/** About 10 MB with the fields of a list; ten seconds of 1 000 lines a second. Who looks for older ones searches. */
export const MOST_ROWS = 10_000;

/**
 * What a tail shows, oldest first. While it is paused what is shown stays as it is, and what comes waits; both are bounded,
 * and what was let go is counted.
 */
export class TailBuffer {
  private shown: readonly TailRow[] = [];
  private waiting: TailRow[] = [];
  private forgottenShown = 0;
  private forgottenWaiting = 0;
  private keys = 0;

  constructor(private readonly most = MOST_ROWS) {}

  get rows(): readonly TailRow[] {
    return this.shown;
  }

  /** Rows that are no longer shown because newer ones took their place. */
  get forgotten(): number {
    return this.forgottenShown;
  }

  /** Rows that have come and are not shown yet. */
  get fresh(): number {
    return this.waiting.length + this.forgottenWaiting;
  }

  add(news: readonly TailNews[]): void {
    for (const row of news) this.waiting.push({ ...row, key: this.keys++ });
    const over = this.waiting.length - this.most;
    if (over <= 0) return;
    this.waiting.splice(0, over);
    this.forgottenWaiting += over;
  }

  /** Shows what has come since the last time. */
  show(): void {
    if (this.fresh === 0) return;
    const all = [...this.shown, ...this.waiting];
    const over = Math.max(0, all.length - this.most);
    this.shown = over > 0 ? all.slice(over) : all;
    this.forgottenShown += over + this.forgottenWaiting;
    this.waiting = [];
    this.forgottenWaiting = 0;
  }
}

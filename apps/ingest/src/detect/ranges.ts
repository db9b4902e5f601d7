/**
 * Which ranges of the journal were made into signals that no checkpoint holds yet. They stand in the detect cursor's mark
 * before a signal is sent, so that after a crash the same ranges are read again and give the same signals. The mark is
 *
 *     {"sent":<position>,"ranges":[[to, from of the cursor behind it, skipped], …]}
 *
 * Ranges follow each other without a gap: each begins where the one before it ends, the first where the held ones end.
 */
import type { Cursor } from '#libs/journal';

export interface Range {
  readonly from: number;
  readonly to: number;
  /** Where reading goes on behind it. */
  readonly cursor: Cursor;
  /** Records that were stepped over unread. */
  readonly skipped: number;
}

interface Mark {
  readonly sent: number;
  readonly ranges: readonly (readonly [to: number, cursorFrom: number, skipped: number])[];
}

export class Ranges {
  private readonly unheld: Range[] = [];
  /** Where the first unheld range begins to be read. */
  private base: Cursor;
  /** End of the newest range; the next begins here. */
  sent: number;

  constructor(mark: string, start: Cursor) {
    this.base = start;
    const found = mark === '' ? undefined : (JSON.parse(mark) as Mark);
    this.sent = found?.sent ?? start.position;
    for (const [to, cursorFrom, skipped] of found?.ranges ?? []) this.add({ position: to, from: cursorFrom }, skipped);
  }

  get all(): readonly Range[] {
    return this.unheld;
  }

  /** Commit this: what is in unheld ranges is read again after a crash. */
  get cursor(): Cursor {
    return this.base;
  }

  /** Begin of the oldest unheld range. */
  get first(): number {
    return this.unheld[0]?.from ?? this.sent;
  }

  get mark(): string {
    const mark: Mark = {
      sent: this.first,
      ranges: this.unheld.map(({ to, cursor, skipped }) => [to, cursor.from, skipped]),
    };
    return JSON.stringify(mark);
  }

  add(cursor: Cursor, skipped = 0): Range {
    const range = { from: this.sent, to: cursor.position, cursor, skipped };
    this.unheld.push(range);
    this.sent = range.to;
    return range;
  }

  /** Checkpoints hold everything up to here. Says whether that was news. */
  hold(position: number): boolean {
    const before = this.unheld.length;
    while (this.unheld[0] !== undefined && this.unheld[0].to <= position) this.base = (this.unheld.shift() as Range).cursor;
    return this.unheld.length < before;
  }

  /** Nothing is unheld and what lies before the cursor needs no signal: there is no rule that it could have mattered to. */
  pass(cursor: Cursor): void {
    this.base = cursor;
  }
}

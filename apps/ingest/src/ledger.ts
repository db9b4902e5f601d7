/**
 * The books of one node, in lines: in = stored + in journal (with open joins) + joined into others + duplicate +
 * dead-lettered + dropped{reason}, at any time. Every entry changes both sides in one turn of the event loop. The right
 * side is written with the drain's commit; after a restart the left side begins at that sum plus what the journal holds.
 */
import type { Delivery } from '#libs/journal';
import type { Metrics } from '#libs/telemetry';
import type { Tally } from './tally.js';

type Source = 'forward' | 'json' | 'http';

/** Of the lines the journal ever took, how many the drain has dealt with: the rest is in the journal. */
const DRAINED = 'drained';

/** The books as numbers that only grow, but for `journal`: received = journal + all others. */
export interface Books {
  readonly received: number;
  readonly stored: number;
  readonly duplicate: number;
  readonly joined: number;
  readonly dead_lettered: number;
  readonly dropped: Readonly<Record<string, number>>;
  /** Lines in the journal that are not settled yet, open joins included. */
  readonly journal: number;
}

export class Ledger {
  private drained: number;
  private waiting: number;
  private readonly books = new Map<string, number>();

  constructor(
    private readonly metrics: Metrics,
    committed: Readonly<Record<string, number>>,
    journalLines: number,
  ) {
    this.drained = committed[DRAINED] ?? 0;
    this.waiting = journalLines - this.drained;
    let sum = this.waiting;
    for (const [name, value] of Object.entries(committed)) {
      if (name === DRAINED) continue;
      this.add(name, value);
      sum += value;
    }
    metrics.recordsIn.inc({ source: 'earlier' }, sum);
    metrics.journalRecords.set(this.waiting);
  }

  /** Lines that an append is about to put into the journal. */
  appended(source: Source, lines: number): void {
    this.metrics.recordsIn.inc({ source }, lines);
    this.wait(lines);
  }

  /** The append failed: the sender was told, or still has them. */
  failed(lines: number): void {
    this.wait(-lines);
    this.add('dropped:append_failed', lines);
  }

  /** The chunk was here already: its lines are not in the journal a second time. */
  repeated(lines: number): void {
    this.wait(-lines);
    this.metrics.chunksRepeated.inc();
    this.add('duplicate', lines);
  }

  /** A dead letter goes into the journal again: counters never fall, so it stays among the dead and comes in once more. */
  replayed(type: string): void {
    this.wait(1);
    this.metrics.recordsIn.inc({ source: 'replay' });
    this.metrics.deadLettersReplayed.inc({ type });
  }

  /** A line of an append under way that a filter keeps out of the journal. */
  filtered(reason: string): void {
    this.wait(-1);
    this.add(`dropped:${reason}`, 1);
  }

  /** Lines that never became a record. */
  dropped(source: Source, reason: string, lines: number): void {
    this.metrics.recordsIn.inc({ source }, lines);
    this.add(`dropped:${reason}`, lines);
  }

  retried(records: number): void {
    this.metrics.storeRetries.inc(records);
  }

  settle(delivery: Delivery, tally: Tally): void {
    const lines = delivery.lines + delivery.damaged;
    this.drained += lines;
    this.wait(-lines);
    this.add('stored', tally.stored);
    this.add('duplicate', tally.duplicate);
    this.add('joined', delivery.joined);
    this.add('dropped:damaged', delivery.damaged);
    this.add('dropped:retention', tally.expired);
    for (const [type, records] of tally.rejected) this.add(`dead:${type}`, records);
  }

  /** What the commit writes. */
  counters(): Record<string, number> {
    return { ...Object.fromEntries(this.books), [DRAINED]: this.drained };
  }

  /** All that was ever written down, over restarts. */
  get all(): Books {
    const of = (book: string): number => this.books.get(book) ?? 0;
    const dropped: Record<string, number> = {};
    let [received, deadLettered] = [this.waiting, 0];
    for (const [name, lines] of this.books) {
      received += lines;
      const [book, label = ''] = name.split(':');
      if (book === 'dropped') dropped[label] = lines;
      if (book === 'dead') deadLettered += lines;
    }
    const [stored, duplicate, joined] = [of('stored'), of('duplicate'), of('joined')];
    return { received, stored, duplicate, joined, dead_lettered: deadLettered, dropped, journal: this.waiting };
  }

  private wait(lines: number): void {
    this.waiting += lines;
    this.metrics.journalRecords.inc(lines);
  }

  private add(name: string, lines: number): void {
    if (lines === 0) return;
    this.books.set(name, (this.books.get(name) ?? 0) + lines);
    const [book, label = ''] = name.split(':');
    const { metrics } = this;
    if (book === 'stored') metrics.recordsStored.inc(lines);
    else if (book === 'duplicate') metrics.recordsDuplicate.inc(lines);
    else if (book === 'joined') metrics.recordsJoined.inc(lines);
    else if (book === 'dead') metrics.recordsDeadLettered.inc({ type: label }, lines);
    else metrics.recordsDropped.inc({ reason: label }, lines);
  }
}

/**
 * Journal → store. Reads what is durable, writes it in batches, a few at once, and commits in journal order: a commit
 * says that everything before it is stored, a duplicate, dead-lettered or expired, each counted once. What a store wants
 * to see again is sent again for as long as it takes; meanwhile the journal grows and, when full, holds intake back.
 */
import type { Delivery, Reader } from '#libs/journal';
import { selectRecords } from '#libs/store';
import type { LogWriter, WriteBatch, WriteOutcome } from '#libs/store';
import type { Logger } from '#libs/telemetry';
import { Bodies } from './bodies.js';
import type { Ledger } from './ledger.js';
import { Patience } from './patience.js';
import type { RejectionDesk } from './rejection-desk.js';
import type { Tally } from './tally.js';

/** Elasticsearch advises single-digit megabytes a request, DuckDB a few thousand rows a transaction; larger ones only cost memory while a store is away. */
const MAX_BATCH_BYTES = 2 * 1024 * 1024;
/** A frame of the journal comes whole: a large chunk alone may be more than a batch. Pages that no body reaches cost nothing. */
const BODY_BYTES = 2 * MAX_BATCH_BYTES;
const MAX_BATCH_RECORDS = 5_000;
/** A batch that is not full waits this long for more, so that a trickle does not cost a request a line. */
const GATHER_MS = 100;
/** Finished batches that wait for an older one: they hold their bytes until then. */
const MAX_FINISHED_WAITING = 4;
/** An older mark is as right, but makes a restart look in more indices than it must. */
const MARK_MS = 60_000;
/** Between two tries to read a mark: one small request. */
const MAX_MARK_RETRY_MS = 2_000;
/** Even when the store names no time, it is not asked in a tight loop. */
const MIN_RETRY_MS = 50;
const LOOK_MS = 20;

interface Flight {
  readonly delivery: Delivery;
  /** The store's mark as read before the first attempt. */
  readonly mark: string;
  readonly done: Promise<Tally | undefined>;
  tally?: Tally;
}

export interface DrainOptions {
  readonly reader: Reader;
  readonly store: LogWriter;
  readonly desk: RejectionDesk;
  readonly ledger: Ledger;
  readonly log: Logger;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly delay: (ms: number, signal: AbortSignal) => Promise<void>;
}

export class Drain {
  private readonly flights: Flight[] = [];
  private readonly stop = new AbortController();
  private running: Promise<void> | undefined;
  private mark: string | undefined;
  private markUntil = 0;
  /** It took nothing of the latest batch. */
  private storeIsAway = false;
  /** The store wanted to see records again, and has taken none since. */
  private troubled = false;
  private readonly patience: Patience;
  private readonly bodies = new Bodies(BODY_BYTES, MAX_FINISHED_WAITING);

  constructor(private readonly options: DrainOptions) {
    this.patience = new Patience(this.stop.signal, options.delay);
  }

  start(): void {
    this.running = this.run();
  }

  /**
   * Writes what is left until all is stored, the store cannot take it, or `deadlineMs` have passed; what is in flight then
   * may take as long once more. The rest stays in the journal.
   */
  async close(deadlineMs: number): Promise<void> {
    await this.emptied(this.options.now() + deadlineMs);
    this.stop.abort();
    const settled = Promise.all(this.flights.map((flight) => flight.done));
    const settledFirst = new AbortController();
    await Promise.race([settled, this.options.delay(deadlineMs, settledFirst.signal)]);
    settledFirst.abort();
    this.commitFinished();
    await this.running;
    // Repeats and drops that came after the last commit are in the books as well.
    const { reader, ledger } = this.options;
    await reader.commit(reader.cursor, { counters: ledger.counters() }).catch((error: unknown) => this.cannotCommit(error));
  }

  private async emptied(deadline: number): Promise<void> {
    const { reader, now, delay } = this.options;
    const isDone = (): boolean => (reader.isAtEnd && this.flights.length === 0) || this.storeIsAway || now() >= deadline;
    while (!isDone()) await delay(LOOK_MS, this.stop.signal);
  }

  private async run(): Promise<void> {
    const { reader, store, now, delay } = this.options;
    let isBehind = false;
    while (!this.stop.signal.aborted) {
      // Where more waits, the next batch is read while the store is at work; else it is read late, as it grows meanwhile.
      if (!isBehind) await this.turn(Math.max(1, store.concurrency));
      const began = now();
      const room = (bytes: number): Buffer => this.bodies.take(bytes);
      const delivery = await reader.read({ maxBytes: MAX_BATCH_BYTES, maxRecords: MAX_BATCH_RECORDS, signal: this.stop.signal, room });
      if (!delivery) return;
      if (isBehind) await this.turn(Math.max(1, store.concurrency));
      if (this.stop.signal.aborted) return;
      await this.dispatch(delivery);
      isBehind = delivery.bulk.length >= MAX_BATCH_BYTES / 2 || delivery.count >= MAX_BATCH_RECORDS / 2;
      const spare = GATHER_MS - (now() - began);
      if (!isBehind && spare > 0) await delay(spare, this.stop.signal);
    }
  }

  /** Waits until another batch may be sent: few are under way, and few wait for an older one to be committed. */
  private async turn(concurrency: number): Promise<void> {
    for (;;) {
      const underWay = this.flights.filter((flight) => flight.tally === undefined);
      const waiting = this.flights.length - underWay.length;
      if (underWay.length < concurrency && waiting < MAX_FINISHED_WAITING) return;
      const next = waiting < MAX_FINISHED_WAITING ? underWay : underWay.slice(0, 1);
      await Promise.race(next.map((flight) => flight.done));
      if (this.stop.signal.aborted) return;
    }
  }

  private async dispatch(delivery: Delivery): Promise<void> {
    const mark = await this.currentMark(delivery);
    if (mark === undefined) return;
    const flight: Flight = { delivery, mark, done: this.deliver(delivery, mark) };
    this.flights.push(flight);
    void flight.done.then((tally) => {
      if (tally) flight.tally = tally;
      this.commitFinished();
    });
  }

  /** What was in flight when an earlier process ended must be looked for from that process's mark on. */
  private async currentMark(delivery: Delivery): Promise<string | undefined> {
    const { reader } = this.options;
    if (delivery.from < reader.start.replayUntil) return reader.start.mark;
    if (this.options.now() >= this.markUntil) this.mark = undefined;
    if (this.mark === undefined) {
      this.mark = await this.readMark();
      this.markUntil = this.options.now() + MARK_MS;
    }
    return this.mark;
  }

  private async readMark(): Promise<string | undefined> {
    for (let attempt = 0; !this.stop.signal.aborted; attempt++) {
      try {
        return await this.options.store.mark();
      } catch (error) {
        this.storeIsAway = true;
        const reason = error instanceof Error ? error.message : String(error);
        this.options.log.warn('store cannot be asked for its write index yet', { reason });
        await this.patience.wait(Math.min(MAX_MARK_RETRY_MS, 200 * 2 ** attempt));
      }
    }
    return undefined;
  }

  /** Tries until every record of the delivery has an outcome; undefined when the drain was stopped before that. */
  private async deliver(delivery: Delivery, mark: string): Promise<Tally | undefined> {
    const tally: Tally = { stored: 0, duplicate: 0, expired: 0, rejected: new Map() };
    const replay = delivery.from < this.options.reader.start.replayUntil;
    const { bulk, count, positions } = delivery;
    let batch: WriteBatch = { journal: this.options.reader.journal, bulk, count, positions, ...(replay ? { since: mark } : {}) };
    for (let attempt = 0; batch.count > 0; attempt++) {
      const outcome = await this.options.store.write(batch);
      this.storeIsAway = outcome.retry.length === batch.count;
      await this.settle(batch, outcome, tally);
      if (outcome.retry.length === 0) {
        this.succeeded();
        // A connection that failed may still hold what it was to send.
        if (attempt === 0) this.bodies.give(bulk);
        break;
      }
      this.troubled = true;
      this.options.ledger.retried(outcome.retry.length);
      if (this.stop.signal.aborted) return undefined;
      if (outcome.reason) this.options.log.warn('store takes records later', { reason: outcome.reason, records: outcome.retry.length });
      await this.patience.wait(Math.max(MIN_RETRY_MS, outcome.retryAfterMs ?? 0));
      if (this.stop.signal.aborted) return undefined;
      batch = { ...selectRecords(batch, outcome.retry), since: mark };
      this.mark = undefined;
    }
    return tally;
  }

  private succeeded(): void {
    this.patience.succeeded();
    if (this.troubled) this.options.log.info('store takes records again');
    this.troubled = false;
  }

  private async settle(batch: WriteBatch, outcome: WriteOutcome, tally: Tally): Promise<void> {
    tally.stored += outcome.stored;
    tally.duplicate += outcome.duplicate;
    tally.expired += outcome.expired;
    if (outcome.rejected.length === 0) return;
    await this.options.desk.put(batch, outcome.rejected);
    for (const { type } of outcome.rejected) tally.rejected.set(type, (tally.rejected.get(type) ?? 0) + 1);
  }

  private commitFinished(): void {
    const { reader, ledger } = this.options;
    while (this.flights[0]?.tally) {
      const { delivery, tally } = this.flights.shift() as Required<Flight>;
      ledger.settle(delivery, tally);
      const mark = this.flights[0]?.mark ?? this.mark;
      reader
        .commit(delivery.cursor, { ...(mark === undefined ? {} : { mark }), counters: ledger.counters() })
        .catch((error: unknown) => this.cannotCommit(error));
    }
  }

  private cannotCommit(error: unknown): void {
    this.options.log.error('the cursor cannot be written', { reason: (error as Error).message });
  }
}

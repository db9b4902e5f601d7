/**
 * events → normalise → join → journal. What comes in together (a chunk, one read of a socket) is one append: all of it
 * is on disk or none. The promise that `append` gives is what an acknowledgement waits for.
 */
import { JournalWriteError } from '#libs/journal';
import type { Joins, Journal, Line, LineSource } from '#libs/journal';
import type { Arrival, Event, Normalise } from '#libs/record';
import type { Gate } from './gate.js';
import type { Ledger } from './ledger.js';
import type { StreamInfo, Streams } from './streams.js';

/** Events normalised before the event loop gets a turn: two or three milliseconds' work. */
const SLICE = 1_024;
/** While the journal is full, ends of joins are tried again this much later. */
const FULL_RETRY_MS = 250;

export interface AppendOptions {
  /** 16-byte hash of chunk id and payload: the same chunk is stored once. */
  readonly chunk?: Buffer;
  /** Bytes on the wire, for the bound on what waits for the disk. */
  readonly bytes: number;
  /** Somebody waits for the acknowledgement: commit at once. */
  readonly wanted: boolean;
}

interface CommitOptions extends AppendOptions {
  readonly arrival: Arrival;
  readonly count: number;
}

export interface PipelineOptions {
  readonly journal: Journal;
  readonly joins: Joins;
  readonly normaliser: Normalise;
  readonly streams: Streams;
  readonly gate: Gate;
  readonly ledger: Ledger;
  readonly wallNs: () => bigint;
}

/** An event that a join may want, and what `streams` knows of it. */
interface Candidate {
  readonly event: Event;
  readonly info: StreamInfo;
}

interface Prepared {
  /** Text of finished records; a candidate where a join decides at append. */
  readonly lines: (string | Candidate)[];
  /** Of each line: a finished line ends the join that is open on its stream. */
  readonly streams: (string | undefined)[];
  /** Streams with a candidate: what follows on them may belong to the same join. */
  readonly touched: Set<string>;
}

function nothingPrepared(): Prepared {
  return { lines: [], streams: [], touched: new Set() };
}

export class Pipeline {
  readonly gate: Gate;
  readonly ledger: Ledger;
  private timer: NodeJS.Timeout | undefined;
  private timerAt = Infinity;

  constructor(private readonly options: PipelineOptions) {
    this.gate = options.gate;
    this.ledger = options.ledger;
  }

  arrival(source: Arrival['source']): Arrival {
    return { createdNs: this.options.wallNs(), source };
  }

  /** Resolves when the events are durable, or are so already under this chunk's hash; rejects when they never will be. */
  append(given: readonly Event[], arrival: Arrival, options: AppendOptions): Promise<void> {
    const events = this.withoutOwn(given, arrival);
    if (events.length === 0) return Promise.resolve();
    return this.commit((add) => this.fill(events, arrival, add), { ...options, arrival, count: events.length });
  }

  /**
   * The same for a chunk whose events are decoded bit by bit, so that a large one never holds the event loop. Resolves
   * when the append is on its way; `durable` tells the rest.
   */
  async appendSliced(
    next: (max: number) => readonly Event[],
    arrival: Arrival,
    options: AppendOptions,
  ): Promise<{ durable: Promise<void> }> {
    let events = next(SLICE);
    if (events.length < SLICE) return { durable: this.append(events, arrival, options) };
    const prepared = nothingPrepared();
    for (; events.length === SLICE; events = next(SLICE)) {
      this.prepare(this.withoutOwn(events, arrival), arrival, prepared);
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.prepare(this.withoutOwn(events, arrival), arrival, prepared);
    const { length: count } = prepared.lines;
    if (count === 0) return { durable: Promise.resolve() };
    return { durable: this.commit((add) => this.fillPrepared(prepared, arrival, add), { ...options, arrival, count }) };
  }

  close(): void {
    clearTimeout(this.timer);
  }

  /** The hub refuses to feed itself: lines of the container it runs in are counted and go no further. */
  private withoutOwn(events: readonly Event[], { source }: Arrival): readonly Event[] {
    const { streams, ledger } = this.options;
    if (!streams.knowsOwn || !events.some((event) => streams.of(event)?.own)) return events;
    const others = events.filter((event) => !streams.of(event)?.own);
    ledger.dropped(source, 'own', events.length - others.length);
    return others;
  }

  /** Normalises ahead of the append what no join can want. */
  private prepare(events: readonly Event[], arrival: Arrival, into: Prepared): void {
    const { normaliser, streams } = this.options;
    for (const event of events) {
      const info = streams.of(event);
      into.streams.push(info?.stream);
      if (info && (into.touched.has(info.stream) || this.joinsMayWant(event, info))) {
        into.lines.push({ event, info });
        into.touched.add(info.stream);
      } else {
        into.lines.push(normaliser.normalise(event, arrival));
      }
    }
  }

  private joinsMayWant(event: Event, info: StreamInfo): boolean {
    const { joins, streams } = this.options;
    return (joins.open > 0 && joins.has(info.stream)) || streams.mayJoin(event, info);
  }

  private commit(fill: LineSource, { arrival, count, ...options }: CommitOptions): Promise<void> {
    const { ledger, gate } = this.options;
    ledger.appended(arrival.source, count);
    const durable = this.store(fill, options);
    gate.hold(options.bytes, durable);
    this.schedule();
    return this.settle(durable, count);
  }

  /** Apart from `commit`: what waits here must not hold `fill`, which holds the events and their texts. */
  private async settle(durable: Promise<'stored' | 'duplicate'>, count: number): Promise<void> {
    const { ledger } = this.options;
    const outcome = await durable.catch((error: unknown) => {
      ledger.failed(count);
      throw error;
    });
    if (outcome === 'duplicate') ledger.repeated(count);
  }

  /**
   * Until it is on disk: while the journal is full or its disk fails the lines wait, the gate is closed and nothing more
   * is read. Nothing here holds the lines' texts while the disk works: what failed is read back from its frame.
   */
  private store(fill: LineSource, options: AppendOptions): Promise<'stored' | 'duplicate'> {
    const { journal } = this.options;
    const { chunk, wanted: urgent } = options;
    if (chunk && journal.known(chunk)) return journal.settled(chunk).then(() => 'duplicate');
    if (!journal.writable) return this.storeLater(fill, options);
    const position = journal.next;
    return this.orAgain(journal.append({ lines: fill, urgent, ...(chunk ? { chunk } : {}) }), position, options);
  }

  private async storeLater(fill: LineSource, options: AppendOptions): Promise<'stored' | 'duplicate'> {
    while (!this.options.journal.writable) await this.gate.journalOpened();
    return this.store(fill, options);
  }

  private async orAgain(
    appended: Promise<'stored' | 'duplicate'>,
    position: number,
    options: AppendOptions,
  ): Promise<'stored' | 'duplicate'> {
    const { journal, joins } = this.options;
    try {
      return await appended;
    } catch (error) {
      if (!(error instanceof JournalWriteError)) throw error;
      joins.interrupt();
      const lines = error.rescue(position);
      const fill: LineSource = (add) => {
        let at = journal.next;
        for (const line of lines) {
          if (typeof line === 'string') add(line);
          else {
            // The failed write has ended every join: a part that was in it becomes a record of its own.
            add({ part: 'self', ...line });
            add({ end: at++ });
          }
          at++;
        }
      };
      return this.storeLater(fill, options);
    }
  }

  private fill(events: readonly Event[], arrival: Arrival, add: (line: Line) => void): void {
    const { normaliser, streams, journal } = this.options;
    let at = journal.next;
    for (const event of events) {
      const info = streams.of(event);
      if (info && this.joinsMayWant(event, info)) at = this.place({ event, info }, arrival, { at, add });
      else {
        add(normaliser.normalise(event, arrival));
        at++;
      }
    }
  }

  private fillPrepared(prepared: Prepared, arrival: Arrival, add: (line: Line) => void): void {
    const { journal, joins } = this.options;
    let at = journal.next;
    for (const [index, line] of prepared.lines.entries()) {
      if (typeof line !== 'string') {
        at = this.place(line, arrival, { at, add });
        continue;
      }
      const stream = prepared.streams[index];
      const ends = stream !== undefined && joins.has(stream) ? joins.finish(stream) : [];
      for (const end of ends) add(end);
      add(line);
      at += ends.length + 1;
    }
  }

  /** Gives the position behind the lines that were added. */
  private place({ event, info }: Candidate, arrival: Arrival, into: { at: number; add: (line: Line) => void }): number {
    const { joins, normaliser } = this.options;
    const placed = joins.place({
      stream: info.stream,
      text: event.text ?? '',
      partial: info.partial,
      position: into.at,
      body: () => normaliser.part(event, arrival),
      tail: () => normaliser.normalise(event, arrival),
    });
    for (const line of placed) into.add(line);
    return into.at + placed.length;
  }

  /** Joins that nobody continues are ended by the clock. */
  private schedule(): void {
    const { joins } = this.options;
    const due = joins.deadline;
    if (due === this.timerAt) return;
    clearTimeout(this.timer);
    this.timerAt = due;
    if (due === Infinity) return;
    this.timer = setTimeout(() => this.endDue(), Math.max(1, due - joins.now()));
  }

  private endDue(): void {
    const { joins, journal } = this.options;
    this.timerAt = Infinity;
    if (!journal.writable) {
      this.timer = setTimeout(() => this.endDue(), FULL_RETRY_MS);
      return;
    }
    const lines = joins.due();
    // A failed write ends all joins by itself.
    if (lines.length > 0) journal.append({ lines }).catch(() => joins.interrupt());
    this.schedule();
  }
}

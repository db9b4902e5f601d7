/**
 * events → normalise → filter → join → journal. What comes in together (a chunk, one read of a socket) is one append: all of it
 * is on disk or none. The promise that `append` gives is what an acknowledgement waits for.
 */
import type { Dropped, Filters } from '#libs/filters';
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

/** What is known of an append when it begins, and what becomes known while its lines are written. */
interface Entry {
  readonly arrival: Arrival;
  /** Lines that go into the journal: what filters drop is taken off. */
  count: number;
}

interface Adding {
  at: number;
  readonly entry: Entry;
  readonly add: (line: Line) => void;
}

export interface PipelineOptions {
  readonly journal: Journal;
  readonly joins: Joins;
  readonly normaliser: Normalise;
  readonly streams: Streams;
  readonly gate: Gate;
  readonly ledger: Ledger;
  readonly wallNs: () => bigint;
  /** As they are now; none: records go into the journal as they came. */
  readonly filters?: { readonly current: Filters | undefined };
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
    const entry: Entry = { arrival, count: events.length };
    return this.commit((add) => this.fill(events, entry, add), entry, options);
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
    // A chunk of which filters kept nothing still has an id to be known by.
    if (count === 0 && options.chunk === undefined) return { durable: Promise.resolve() };
    const entry: Entry = { arrival, count };
    return { durable: this.commit((add) => this.fillPrepared(prepared, entry, add), entry, options) };
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
    const { streams, ledger } = this.options;
    for (const event of events) {
      const info = streams.of(event);
      const isCandidate = info && (into.touched.has(info.stream) || this.joinsMayWant(event, info));
      const line = isCandidate ? { event, info } : this.finished(event, arrival);
      if (isCandidate) into.touched.add(info.stream);
      if (typeof line === 'object' && 'reason' in line) {
        ledger.dropped(arrival.source, line.reason, 1);
        continue;
      }
      into.lines.push(line);
      into.streams.push(info?.stream);
    }
  }

  /** The record of an event, or what keeps it out. */
  private finished(event: Event, arrival: Arrival): string | Dropped {
    const { normaliser, filters } = this.options;
    const tail = normaliser.normalise(event, arrival);
    const active = filters?.current;
    return active === undefined ? tail : active.pass(tail, event);
  }

  /** The same for an append whose lines are in the books already. */
  private finishedOf(entry: Entry, event: Event): string | undefined {
    const line = this.finished(event, entry.arrival);
    if (typeof line === 'string') return line;
    entry.count--;
    this.ledger.filtered(line.reason);
    return undefined;
  }

  private joinsMayWant(event: Event, info: StreamInfo): boolean {
    const { joins, streams } = this.options;
    return (joins.open > 0 && joins.has(info.stream)) || streams.mayJoin(event, info);
  }

  private commit(fill: LineSource, entry: Entry, options: AppendOptions): Promise<void> {
    const { ledger, gate } = this.options;
    ledger.appended(entry.arrival.source, entry.count);
    const durable = this.store(fill, options);
    gate.hold(options.bytes, durable);
    this.schedule();
    return this.settle(durable, entry);
  }

  /** Apart from `commit`: what waits here must not hold `fill`, which holds the events and their texts. */
  private async settle(durable: Promise<'stored' | 'duplicate'>, entry: Entry): Promise<void> {
    const { ledger } = this.options;
    const outcome = await durable.catch((error: unknown) => {
      ledger.failed(entry.count);
      throw error;
    });
    if (outcome === 'duplicate') ledger.repeated(entry.count);
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

  private fill(events: readonly Event[], entry: Entry, add: (line: Line) => void): void {
    const { streams, journal } = this.options;
    const into: Adding = { at: journal.next, entry, add };
    for (const event of events) {
      const info = streams.of(event);
      if (info && this.joinsMayWant(event, info)) this.place({ event, info }, into);
      else {
        const line = this.finishedOf(entry, event);
        if (line === undefined) continue;
        add(line);
        into.at++;
      }
    }
  }

  private fillPrepared(prepared: Prepared, entry: Entry, add: (line: Line) => void): void {
    const { journal, joins } = this.options;
    const into: Adding = { at: journal.next, entry, add };
    for (const [index, line] of prepared.lines.entries()) {
      if (typeof line !== 'string') {
        this.place(line, into);
        continue;
      }
      const stream = prepared.streams[index];
      const ends = stream !== undefined && joins.has(stream) ? joins.finish(stream) : [];
      for (const end of ends) add(end);
      add(line);
      into.at += ends.length + 1;
    }
  }

  private place({ event, info }: Candidate, into: Adding): void {
    const { joins, normaliser, filters } = this.options;
    const { entry, add } = into;
    const placed = joins.place({
      stream: info.stream,
      text: event.text ?? '',
      partial: info.partial,
      position: into.at,
      body: (separator) => {
        const part = normaliser.part(event, entry.arrival);
        return filters?.current?.redactPart(part, separator === '') ?? part;
      },
      tail: () => this.finishedOf(entry, event),
    });
    for (const line of placed) add(line);
    into.at += placed.length;
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

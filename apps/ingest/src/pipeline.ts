/**
 * events → normalise → join → journal. What comes in together (a chunk, one read of a socket) is one append: all of it
 * is on disk or none. The promise that `append` gives is what an acknowledgement waits for.
 */
import { JournalWriteError } from '#libs/journal';
import type { Joins, Journal, Line } from '#libs/journal';
import type { Arrival, Event, Normalise } from '#libs/record';
import type { Gate } from './gate.js';
import type { Ledger } from './ledger.js';
import type { StreamInfo, Streams } from './streams.js';

/** Events normalised before the event loop gets a turn: about a millisecond's work. */
const SLICE = 512;
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
  append(events: readonly Event[], arrival: Arrival, options: AppendOptions): Promise<void> {
    const prepared = nothingPrepared();
    this.prepare(events, arrival, prepared);
    return this.commit(prepared, arrival, options);
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
    const prepared = nothingPrepared();
    let events = next(SLICE);
    for (; events.length === SLICE; events = next(SLICE)) {
      this.prepare(events, arrival, prepared);
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.prepare(events, arrival, prepared);
    return { durable: this.commit(prepared, arrival, options) };
  }

  close(): void {
    clearTimeout(this.timer);
  }

  private prepare(events: readonly Event[], arrival: Arrival, into: Prepared): void {
    const { normaliser, streams, joins } = this.options;
    for (const event of events) {
      const info = streams.of(event);
      into.streams.push(info?.stream);
      if (info && (streams.mayJoin(event, info) || into.touched.has(info.stream) || joins.has(info.stream))) {
        into.lines.push({ event, info });
        into.touched.add(info.stream);
      } else {
        into.lines.push(normaliser.normalise(event, arrival));
      }
    }
  }

  private async commit(prepared: Prepared, arrival: Arrival, options: AppendOptions): Promise<void> {
    const { ledger, gate } = this.options;
    const count = prepared.lines.length;
    if (count === 0) return;
    ledger.appended(arrival.source, count);
    const durable = this.store(prepared, arrival, options);
    gate.hold(options.bytes, durable);
    this.schedule();
    const outcome = await durable.catch((error: unknown) => {
      ledger.failed(count);
      throw error;
    });
    if (outcome === 'duplicate') ledger.repeated(count);
  }

  /**
   * Until it is on disk: while the journal is full or its disk fails the lines wait here, the gate is closed and nothing
   * more is read. Joins are decided anew at each try, since a failed write ends those that are open.
   */
  private async store(prepared: Prepared, arrival: Arrival, options: AppendOptions): Promise<'stored' | 'duplicate'> {
    const { journal, joins, gate } = this.options;
    const { chunk, wanted: urgent } = options;
    for (;;) {
      while (!journal.writable) await gate.journalOpened();
      try {
        if (chunk && journal.known(chunk)) {
          await journal.settled(chunk);
          return 'duplicate';
        }
        const lines = prepared.touched.size === 0 && joins.open === 0 ? (prepared.lines as string[]) : this.place(prepared, arrival);
        return await journal.append({ lines, urgent, ...(chunk ? { chunk } : {}) });
      } catch (error) {
        if (!(error instanceof JournalWriteError)) throw error;
        joins.interrupt();
        await gate.journalOpened();
      }
    }
  }

  private place(prepared: Prepared, arrival: Arrival): Line[] {
    const { journal, joins, normaliser } = this.options;
    const base = journal.next;
    const lines: Line[] = [];
    for (const [at, line] of prepared.lines.entries()) {
      const stream = prepared.streams[at];
      if (typeof line === 'string') {
        if (stream !== undefined && joins.has(stream)) lines.push(...joins.finish(stream));
        lines.push(line);
        continue;
      }
      const { event, info } = line;
      const placed = joins.place({
        stream: info.stream,
        text: event.text ?? '',
        partial: info.partial,
        position: base + lines.length,
        body: () => normaliser.part(event, arrival),
        tail: () => normaliser.normalise(event, arrival),
      });
      lines.push(...placed);
    }
    return lines;
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

/**
 * A reader hands on durable records strictly in order, from its cursor on: near the head from memory, behind it from the
 * files, with the same code behind both. What could not be read is stepped over, counted and reported.
 */
import type { Cursor, CursorFile, CursorState } from './cursor.js';
import type { Damage, Found } from './frame.js';
import { FrameFile } from './frame-file.js';
import type { Head } from './head.js';
import { type Collected, Collector, type Compose, nothingCollected } from './joined.js';
import { offsetOf, type Position, positionOf, segmentOf } from './position.js';
import type { Segment } from './segment.js';
import type { Segments } from './segments.js';

/** One disk read of a reader that is behind follows `maxBytes` between these. */
const MIN_BLOCK_BYTES = 64 * 1024;
const MAX_BLOCK_BYTES = 4 * 1024 * 1024;

export interface ReadLimits {
  /** A delivery ends at the frame that would exceed it; the first frame always comes whole. */
  readonly maxBytes: number;
  readonly maxRecords: number;
  /** Frames from here on are left for the next read: a range is read again just as it was. What ends there may hold no record. */
  readonly until?: Position;
  /** Ends the wait: `read` and `visit` give undefined. */
  readonly signal?: AbortSignal;
}

export interface CopyLimits extends ReadLimits {
  /** Gives the memory for the bulk, exactly so many bytes. Default: new memory. */
  readonly room?: (bytes: number) => Buffer;
}

/** Records as they are in memory. */
export interface Piece {
  /** The body of a bulk request: two lines per record. */
  readonly bulk: Buffer;
  readonly count: number;
  /** Of each record, strictly rising. */
  readonly positions: Float64Array;
}

export interface Delivery extends Piece, Read {}

export interface Read {
  readonly count: number;
  /** Lines from outside that these records are made of: `count` and `joined`. */
  readonly lines: number;
  /** Lines that were joined into the records of this delivery: parts less joined records. */
  readonly joined: number;
  /** Lines in between that were damaged on the disk and are lost. */
  readonly damaged: number;
  readonly from: Position;
  readonly to: Position;
  /** Commit this when all records are dealt with. */
  readonly cursor: Cursor;
}

export interface ReaderStart {
  readonly mark: string;
  readonly counters: Readonly<Record<string, number>>;
  /** Records before this position may have been handed on before this start. */
  readonly replayUntil: Position;
}

export interface CommitExtras {
  /** The store's own; a changed one is written at once. */
  readonly mark?: string;
  /** Running totals (not differences) that must agree with the position; merged into those of before. */
  readonly counters?: Readonly<Record<string, number>>;
}

/** Where a reader keeps how far it is. */
export type Place = Pick<CursorFile, 'state' | 'written' | 'write' | 'flush'>;

/** Of a reader that holds nothing back and begins where it is told: nothing is written. */
export class PassingPlace implements Place {
  constructor(public state: CursorState) {}

  get written(): CursorState {
    return this.state;
  }

  async write(state: CursorState): Promise<void> {
    this.state = state;
  }

  async flush(): Promise<void> {}
}

export interface ReaderParts {
  readonly name: string;
  readonly journal: string;
  readonly start: ReaderStart;
  readonly cursor: Place;
  readonly head: Head;
  readonly segments: Segments;
  readonly compose: Compose;
  readonly isClosed: () => boolean;
  /** What lies before this was removed although the reader had not read it. */
  readonly goneBefore: () => Position;
  readonly damage: (damage: Damage) => void;
  readonly skipped: (from: Position, to: Position) => void;
}

export class Reader {
  readonly name: string;
  /** Identity of the journal that is read. */
  readonly journal: string;
  readonly start: ReaderStart;
  readonly #parts: ReaderParts;
  readonly #collector: Collector;
  /** Nothing before this is handed on: it was, before the restart. */
  readonly #since: Position;
  #position: Position;
  #file: FrameFile | undefined;
  /** Read from the file and not yet handed on. */
  #ahead: Found[] = [];

  constructor(parts: ReaderParts) {
    this.#parts = parts;
    this.name = parts.name;
    this.journal = parts.journal;
    this.start = parts.start;
    this.#collector = new Collector(parts.compose);
    this.#since = parts.cursor.state.position;
    this.#position = parts.cursor.state.from;
  }

  /** Behind what is committed (in memory; the file follows within 250 ms). */
  get committed(): Position {
    return this.#parts.cursor.state.position;
  }

  /** The last one that was committed: committing it again writes new counters only. */
  get cursor(): Cursor {
    const { position, from } = this.#parts.cursor.state;
    return { position, from };
  }

  /** Everything that is on disk was handed on. */
  get isAtEnd(): boolean {
    return this.#ahead.length === 0 && this.#position >= this.#parts.head.end;
  }

  /** From here on segments are needed, also after a crash. */
  get needed(): Position {
    return this.#parts.cursor.written.from;
  }

  /** Waits for records. undefined when the journal is closed. One call at a time; `commit` may come any time later. */
  read(limits: CopyLimits): Promise<Delivery | undefined> {
    return this.#read(limits, ({ pieces, positions, bytes }, about) => {
      const bulk = joined(pieces, limits.room?.(bytes) ?? Buffer.allocUnsafeSlow(bytes));
      return { bulk, positions: new Float64Array(positions), ...about };
    });
  }

  /** The same without a copy: `look` sees the bytes in memory, which nobody may change, and which are others when it has returned. */
  visit(limits: ReadLimits, look: (piece: Piece) => void): Promise<Read | undefined> {
    return this.#read(limits, ({ pieces, positions, ends }, about) => {
      const all = new Float64Array(positions);
      for (const [index, bulk] of pieces.entries()) {
        const [begin, end] = [ends[index - 1] ?? 0, ends[index] ?? 0];
        look({ bulk, count: end - begin, positions: all.subarray(begin, end) });
      }
      return about;
    });
  }

  /** `use` is called in the same turn in which the frames were looked up: later their memory may hold others. */
  async #read<T>(limits: ReadLimits, use: (collected: Collected, about: Read) => T): Promise<T | undefined> {
    const collected = nothingCollected();
    const from = Math.max(this.#position, this.#since);
    while (!this.#parts.isClosed() && limits.signal?.aborted !== true) {
      if (this.#isNear) await this.#closeFile();
      const found = this.#near(limits);
      if (found === undefined) {
        this.#ahead = await this.#fromFile(Math.min(Math.max(limits.maxBytes, MIN_BLOCK_BYTES), MAX_BLOCK_BYTES));
        continue;
      }
      for (const each of found) this.#take(each, collected);
      const ended = limits.until !== undefined && (this.#position >= limits.until || found.length === 0);
      if (collected.positions.length > 0 || ended) return use(collected, this.#about(collected, from));
      if (found.length === 0) await this.#parts.head.wait(this.#position, limits.signal);
    }
    return undefined;
  }

  /** Goes on behind `position`, at most at the end: what lies between is not handed on, parts of open joins neither. */
  async skip(position: Position = this.#parts.head.end): Promise<Cursor> {
    if (position > this.#position) {
      this.#position = position;
      this.#ahead = [];
      this.#collector.stepOver(position);
      await this.#closeFile();
    }
    return { position: this.#position, from: this.#collector.oldest ?? this.#position };
  }

  #take(found: Found, collected: Collected): void {
    const isNew = found.position >= this.#since;
    this.#collector.add(found, isNew ? collected : nothingCollected());
    this.#position = found.position + ('bytes' in found ? found.bytes.length : found.damaged);
    if (isNew && !('bytes' in found)) this.#parts.damage(found);
  }

  #about({ positions, joined, damaged }: Collected, from: Position): Read {
    const to = this.#position;
    const cursor = { position: to, from: this.#collector.oldest ?? to };
    const count = positions.length;
    return { count, lines: count + joined, joined, damaged, from, to, cursor };
  }

  get #isNear(): boolean {
    return this.#ahead.length === 0 && this.#position >= this.#parts.head.floor;
  }

  /** What comes next in memory, nothing at the end of the journal; undefined when a file has to be read. */
  #near(limits: ReadLimits): Found[] | undefined {
    if (this.#ahead.length > 0) return this.#takeAhead(limits);
    if (this.#position >= (limits.until ?? Infinity)) return [];
    return this.#parts.head.from(this.#position, limits);
  }

  #takeAhead(limits: ReadLimits): Found[] {
    let bytes = 0;
    let lines = 0;
    const until = limits.until ?? Infinity;
    const end = this.#ahead.findIndex((found, index) => {
      if (found.position >= until) return true;
      bytes += 'bytes' in found ? found.bytes.length : 0;
      lines += 'bytes' in found ? found.lines : 0;
      return index > 0 && (bytes > limits.maxBytes || lines > limits.maxRecords);
    });
    return this.#ahead.splice(0, end < 0 ? this.#ahead.length : end);
  }

  async #fromFile(blockBytes: number): Promise<Found[]> {
    const { segments, head } = this.#parts;
    const segment = segments.atOrAfter(segmentOf(this.#position));
    if (segment === undefined) {
      this.#position = head.floor;
      return [];
    }
    if (segment.number !== segmentOf(this.#position)) this.#position = this.#enter(positionOf(segment.number, 0));
    const file = offsetOf(this.#position) < segment.end ? await this.#fileOf(segment) : undefined;
    const found = (await file?.read(segment.end, blockBytes)) ?? [];
    if (found.length === 0) this.#position = positionOf(segment.number + 1, 0);
    return found;
  }

  #enter(position: Position): Position {
    const gone = this.#parts.goneBefore();
    if (this.#position < gone) this.#parts.skipped(this.#position, gone);
    return position;
  }

  /** undefined when the file is gone. */
  async #fileOf(segment: Segment): Promise<FrameFile | undefined> {
    const offset = offsetOf(this.#position);
    if (this.#file?.segment === segment.number && this.#file.offset === offset) return this.#file;
    await this.#closeFile();
    try {
      this.#file = await FrameFile.open(segment.path, segment.number, offset);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      this.#parts.skipped(this.#position, positionOf(segment.number + 1, 0));
    }
    return this.#file;
  }

  async #closeFile(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  /** Commits come in order. Resolves when the cursor file holds this cursor or a later one. */
  commit(cursor: Cursor, extras: CommitExtras = {}): Promise<void> {
    const before = this.#parts.cursor.state;
    return this.#parts.cursor.write({
      position: cursor.position,
      from: cursor.from,
      mark: extras.mark ?? before.mark,
      counters: { ...before.counters, ...extras.counters },
    });
  }

  /** Writes the cursor and lets go of the file. The journal does this when it closes. */
  async close(): Promise<void> {
    await this.#parts.cursor.flush();
    await this.#closeFile();
  }
}

function joined(pieces: readonly Buffer[], into: Buffer): Buffer {
  let at = 0;
  for (const piece of pieces) at += piece.copy(into, at);
  return into;
}

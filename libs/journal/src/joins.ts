/**
 * Decides at append, on a monotonic clock, which join a line belongs to; readers only collect (joined.ts), so a replay
 * gives the same records. Joins are per stream (a container's stdout or stderr):
 *
 *   - Docker's 16 KiB parts, by partial id: complete when the last part and all ordinals before it have come, in any
 *     order and mixed with parts of other ids; one that never completes (`partial_last` stays "false") ends 5 s after
 *     its latest part. Docker 18 gives no id and no last part: the next line without the mark is the last.
 *   - Stack traces, by the rules of #libs/record; a trace ends 50 ms after its latest line, or at an age of 1 s.
 *
 * A finished line of the same stream ends what is open there and comes behind the end, so order is kept. So do the
 * limits: 1 MiB a trace, 16 MiB a parted line, 4 096 joins and 64 MiB in all (the oldest ends first).
 */
import type { EndLine, Line, Separator } from './line.js';
import type { Position } from './position.js';

const TRACE_GAP_MS = 50;
const TRACE_AGE_MS = 1000;
/** The daemon sends the parts of one line in one go; longer than any pause of it, short for one who waits for the line. */
const PARTS_GAP_MS = 5000;
/** Longer than any stack trace that a person reads. */
const MAX_TRACE_BYTES = 1024 * 1024;
/** A thousand parts; beyond it the line is data, not text. */
const MAX_PARTED_BYTES = 16 * 1024 * 1024;
/** One per stream of two thousand containers. */
const MAX_OPEN = 4096;
/** Bounds what readers hold of open joins. */
const MAX_OPEN_BYTES = 64 * 1024 * 1024;

/** Docker's marks on a part of a line; all but the object itself missing in Docker 18. */
export interface PartialMark {
  readonly id: string | undefined;
  /** From 1. */
  readonly ordinal: number | undefined;
  readonly last: boolean | undefined;
}

/** Which lines make a stack trace. `state` is whatever `begin` gave. */
export interface TraceRules {
  begin(text: string): unknown;
  /** The state behind this line, 'last' when the trace is complete with it, undefined when it does not belong. */
  continue(state: unknown, text: string): unknown;
}

export interface JoinsOptions {
  /** Without rules only Docker's parts are joined. */
  readonly rules?: TraceRules;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Counts joins ended by a limit: `join_too_long`, `joins_too_many`. */
  readonly count?: (name: string) => void;
}

export interface Placing {
  /** One container's stdout or stderr. */
  readonly stream: string;
  readonly text: string;
  readonly partial: PartialMark | undefined;
  /** Where the first line that this call gives will be. */
  readonly position: Position;
  /** What a part keeps, one line of text. */
  readonly body: (separator: Separator) => string;
  /** The record behind its sequence, when the line is finished by itself; undefined when it is not to be kept. */
  readonly tail: () => string | undefined;
}

interface Join {
  readonly first: Position;
  readonly stream: string;
  /** Partial id, '' for Docker 18, undefined for a trace. */
  readonly partial: string | undefined;
  readonly began: number;
  latest: number;
  bytes: number;
  parts: number;
  /** Ordinal of the last part, once it is known. */
  lastOrdinal: number;
  state: unknown;
}

export class Joins {
  readonly #options: JoinsOptions;
  /** Oldest first. */
  readonly #all = new Set<Join>();
  readonly #streams = new Map<string, Join[]>();
  #bytes = 0;
  #deadline = Infinity;

  constructor(options: JoinsOptions) {
    this.#options = options;
  }

  get open(): number {
    return this.#all.size;
  }

  /** When `due` should be called, on the clock of `now`; Infinity when nothing is open. Never too late, at times too early. */
  get deadline(): number {
    return this.#deadline;
  }

  now(): number {
    return this.#options.now();
  }

  /** Whether something is open on this stream: every line of it must then be placed. */
  has(stream: string): boolean {
    return this.#streams.has(stream);
  }

  /** Before a finished line of this stream is appended: the ends of what is open there. */
  finish(stream: string): EndLine[] {
    const joins = this.#streams.get(stream);
    return joins === undefined ? [] : [...joins].map((join) => this.#end(join));
  }

  /** The lines to append for one line that may be part of a join. Append them at `position`, at once. */
  place(line: Placing): Line[] {
    const now = this.now();
    const lines: Line[] = this.#endDue(now, line.stream);
    if (line.partial !== undefined) this.#placePart(line, line.partial, now, lines);
    else this.#placeLine(line, now, lines);
    if (this.#all.size > MAX_OPEN || this.#bytes > MAX_OPEN_BYTES) this.#endOldest(lines);
    return lines;
  }

  #placePart(line: Placing, mark: PartialMark, now: number, lines: Line[]): void {
    const partial = mark.id ?? '';
    const joins = this.#streams.get(line.stream) ?? [];
    for (const trace of joins.filter((each) => each.partial === undefined)) lines.push(this.#end(trace));
    let join = joins.find((each) => each.partial === partial);
    join = this.#makeRoom(join, line.text, MAX_PARTED_BYTES, lines);
    join = this.#addPart(join, { line, now, partial, separator: '', ordinal: mark.ordinal }, lines);
    if (mark.last === true) join.lastOrdinal = mark.ordinal ?? join.parts;
    if (join.parts >= join.lastOrdinal) lines.push(this.#end(join));
  }

  #placeLine(line: Placing, now: number, lines: Line[]): void {
    const joins = this.#streams.get(line.stream) ?? [];
    const bare = joins.find((each) => each.partial === '');
    if (bare !== undefined) {
      this.#addPart(bare, { line, now, partial: '', separator: '', ordinal: undefined }, lines);
      lines.push(this.#end(bare));
      return;
    }
    const trace = joins.find((each) => each.partial === undefined);
    const state = trace && this.#options.rules?.continue(trace.state, line.text);
    if (trace !== undefined && state !== undefined) this.#continueTrace(trace, state, line, lines);
    else this.#placeOther(line, joins, lines);
  }

  /** It ends what is open, unless it is not to be kept: then it is as if it had never come between. */
  #placeOther(line: Placing, joins: readonly Join[], lines: Line[]): void {
    const begun = this.#options.rules?.begin(line.text);
    const tail = begun === undefined ? line.tail() : undefined;
    if (begun === undefined && tail === undefined) return;
    for (const join of joins) lines.push(this.#end(join));
    if (tail === undefined) this.#beginTrace(line, begun, lines);
    else lines.push(tail);
  }

  #continueTrace(trace: Join, state: unknown, line: Placing, lines: Line[]): void {
    const join = this.#makeRoom(trace, line.text, MAX_TRACE_BYTES, lines);
    if (join === undefined) return this.#placeOther(line, [], lines);
    this.#addPart(join, { line, now: this.now(), partial: undefined, separator: '\n', ordinal: undefined }, lines);
    join.state = state;
    if (state === 'last') lines.push(this.#end(join));
  }

  #beginTrace(line: Placing, state: unknown, lines: Line[]): void {
    this.#addPart(undefined, { line, now: this.now(), partial: undefined, separator: '\n', ordinal: undefined }, lines).state = state;
  }

  /** Ends the join when the text would make it too long; gives the one to go on with. */
  #makeRoom(join: Join | undefined, text: string, maxBytes: number, lines: Line[]): Join | undefined {
    if (join === undefined || join.bytes + Buffer.byteLength(text) <= maxBytes) return join;
    this.#options.count?.('join_too_long');
    lines.push(this.#end(join));
    return undefined;
  }

  #addPart(join: Join | undefined, part: NewPart, lines: Line[]): Join {
    const { line, now, separator, ordinal } = part;
    const into = join ?? this.#begin(part, line.position + lines.length);
    const bytes = Buffer.byteLength(line.text);
    into.latest = now;
    into.parts++;
    into.bytes += bytes;
    this.#bytes += bytes;
    this.#deadline = Math.min(this.#deadline, deadlineOf(into));
    lines.push({ part: into.first, separator, body: line.body(separator), ...(ordinal === undefined ? {} : { ordinal }) });
    return into;
  }

  #begin({ line, now, partial }: NewPart, first: Position): Join {
    const { stream } = line;
    const join: Join = { first, stream, partial, began: now, latest: now, bytes: 0, parts: 0, lastOrdinal: Infinity, state: undefined };
    this.#all.add(join);
    const joins = this.#streams.get(stream);
    if (joins === undefined) this.#streams.set(stream, [join]);
    else joins.push(join);
    return join;
  }

  #end(join: Join): EndLine {
    this.#all.delete(join);
    this.#bytes -= join.bytes;
    const rest = (this.#streams.get(join.stream) ?? []).filter((each) => each !== join);
    if (rest.length === 0) this.#streams.delete(join.stream);
    else this.#streams.set(join.stream, rest);
    if (this.#all.size === 0) this.#deadline = Infinity;
    return { end: join.first };
  }

  #endOldest(lines: Line[]): void {
    for (const join of this.#all) {
      if (this.#all.size <= MAX_OPEN && this.#bytes <= MAX_OPEN_BYTES) return;
      this.#options.count?.('joins_too_many');
      lines.push(this.#end(join));
    }
  }

  #endDue(now: number, stream: string): EndLine[] {
    const joins = this.#streams.get(stream);
    return joins === undefined ? [] : joins.filter((join) => deadlineOf(join) < now).map((join) => this.#end(join));
  }

  /** The ends of all joins whose time is up. */
  due(): EndLine[] {
    const now = this.now();
    const ends: EndLine[] = [];
    let deadline = Infinity;
    for (const join of this.#all) {
      const at = deadlineOf(join);
      if (at <= now) ends.push(this.#end(join));
      else deadline = Math.min(deadline, at);
    }
    this.#deadline = deadline;
    return ends;
  }

  /** After a failed append: the journal has ended all joins by itself, and what comes begins anew. */
  interrupt(): void {
    this.#all.clear();
    this.#streams.clear();
    this.#bytes = 0;
    this.#deadline = Infinity;
  }
}

interface NewPart {
  readonly line: Placing;
  readonly now: number;
  readonly partial: string | undefined;
  readonly separator: Separator;
  readonly ordinal: number | undefined;
}

function deadlineOf(join: Join): number {
  if (join.partial !== undefined) return join.latest + PARTS_GAP_MS;
  return Math.min(join.latest + TRACE_GAP_MS, join.began + TRACE_AGE_MS);
}

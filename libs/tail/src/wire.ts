/**
 * What a node sends: one line of JSON for each event, and behind one with records a line for each of these, which is not
 * parsed on the way:
 *
 *     {"kind":"records","node":"web-3f9a2c12","place":{"position":…,"from":…},"count":2}
 *     <position> <from> <record as JSON>
 *
 * An empty line says that the node is there.
 */
import type { TailEvent, TailRecord } from './feed.js';

const NEWLINE = 10;
const SPACE = 32;
/** A record is at most some MiB; a line beyond that is nobody's. */
const MAX_LINE_BYTES = 32 * 1024 * 1024;
const MAX_RECORDS = 100_000;

export const ALIVE = Buffer.from('\n');

export function encodeEvent(event: TailEvent): Buffer {
  if (event.kind !== 'records') return Buffer.from(`${JSON.stringify(event)}\n`);
  const { records, ...head } = event;
  const pieces: Buffer[] = [Buffer.from(`${JSON.stringify({ ...head, count: records.length })}\n`)];
  for (const { position, from, source } of records) pieces.push(Buffer.from(`${position} ${from} `), source, ALIVE);
  return Buffer.concat(pieces);
}

type Head =
  Exclude<TailEvent, { kind: 'records' }> | (Omit<Extract<TailEvent, { kind: 'records' }>, 'records'> & { readonly count: number });

export class StreamError extends Error {
  readonly code = 'tail_stream';
}

/** Bytes as they come → whole events. Throws `StreamError` for what no node sends. */
export class EventDecoder {
  private rest: Buffer = Buffer.alloc(0);
  private open: { readonly head: Extract<Head, { kind: 'records' }>; readonly records: TailRecord[] } | undefined;

  push(bytes: Buffer): TailEvent[] {
    const all = this.rest.length === 0 ? bytes : Buffer.concat([this.rest, bytes]);
    const events: TailEvent[] = [];
    let at = 0;
    for (let end = all.indexOf(NEWLINE); end >= 0; end = all.indexOf(NEWLINE, at)) {
      if (end > at) this.line(all.subarray(at, end), events);
      at = end + 1;
    }
    this.rest = Buffer.from(all.subarray(at));
    if (this.rest.length > MAX_LINE_BYTES) throw new StreamError(`a line is over ${MAX_LINE_BYTES} bytes`);
    return events;
  }

  private line(line: Buffer, events: TailEvent[]): void {
    if (this.open === undefined) this.head(parseHead(line), events);
    else {
      this.open.records.push(recordOf(line));
      if (this.open.records.length === this.open.head.count) this.finish(events);
    }
  }

  private head(head: Head, events: TailEvent[]): void {
    if (head.kind !== 'records') {
      events.push(head);
      return;
    }
    if (!(head.count >= 0 && head.count <= MAX_RECORDS)) throw new StreamError('an event has no number of records');
    this.open = { head, records: [] };
    if (head.count === 0) this.finish(events);
  }

  private finish(events: TailEvent[]): void {
    if (this.open === undefined) return;
    const { head, records } = this.open;
    events.push({ kind: 'records', node: head.node, place: head.place, records });
    this.open = undefined;
  }
}

function parseHead(line: Buffer): Head {
  try {
    return JSON.parse(line.toString()) as Head;
  } catch (error) {
    throw new StreamError('an event is no JSON', { cause: error });
  }
}

function recordOf(line: Buffer): TailRecord {
  const first = line.indexOf(SPACE);
  const second = line.indexOf(SPACE, first + 1);
  const [position, from] = [Number(line.toString('latin1', 0, first)), Number(line.toString('latin1', first + 1, second))];
  if (first < 1 || second < 0 || !Number.isSafeInteger(position) || !Number.isSafeInteger(from))
    throw new StreamError('a record has no position');
  return { position, from, source: Buffer.from(line.subarray(second + 1)) };
}

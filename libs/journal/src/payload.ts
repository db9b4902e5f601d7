import { HAS_JOINS } from './frame.js';
import type { FrameWriter } from './frame-writer.js';
import type { EndLine, Line, PartLine } from './line.js';
import type { OpenJoins } from './open-joins.js';
import type { Position } from './position.js';

/** Where a payload will lie: it is part of the text. */
export interface Place {
  readonly position: Position;
  /** Ids are `<prefix><base + index>`. */
  readonly prefix: string;
  readonly base: number;
}

export interface Payload {
  readonly flags: number;
  /** Lines that came from outside: records and parts, not ends. */
  readonly counted: number;
}

/** Sequences of one frame differ in their last digits only; printing the whole of a number above 2^31 each time is slow. */
const LOW_DIGITS = 1_000_000;
const BETWEEN = '"}}\n{"event":{"sequence":';

/** Writes the text of a frame; `open` notes which joins it begins and ends. */
export function writePayload(lines: readonly Line[], place: Place, open: OpenJoins, out: FrameWriter): Payload {
  const { position, prefix, base } = place;
  const low = position % LOW_DIGITS;
  const high = String((position - low) / LOW_DIGITS);
  const short = position < LOW_DIGITS || low + lines.length > LOW_DIGITS;
  const before = `{"create":{"_id":"${prefix}`;
  let flags = 0;
  let counted = 0;
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] as Line;
    if (typeof line === 'string') {
      const sequence = short ? String(position + index) : high + String(LOW_DIGITS + low + index).slice(1);
      out.add(before + (base + index) + BETWEEN + sequence + line + '\n');
      counted++;
    } else if ('source' in line) {
      out.add(`{"create":{"_id":${JSON.stringify(line.id)}}}\n${line.source}\n`);
      counted++;
    } else {
      out.add(formatJoin(line, prefix + (base + index), position + index, open));
      flags = HAS_JOINS;
      if ('part' in line) counted++;
    }
  }
  return { flags, counted };
}

function formatJoin(line: PartLine | EndLine, id: string, position: Position, open: OpenJoins): string {
  if ('end' in line) {
    open.end(line.end);
    return `{"end":{"first":${line.end}}}\n{}\n`;
  }
  const first = line.part === 'self' ? position : line.part;
  open.begin(first);
  const head = { part: { _id: id, first, separator: line.separator, ordinal: line.ordinal } };
  return `${JSON.stringify(head)}\n${line.body}\n`;
}

/** The head of a part or an end, as `formatPayload` wrote it. */
export type JoinHead =
  | { readonly part: { readonly _id: string; readonly first: Position; readonly separator: '' | '\n'; readonly ordinal?: number } }
  | { readonly end: { readonly first: Position } };

export interface Pair {
  /** undefined for a record. */
  readonly join: JoinHead | undefined;
  readonly from: number;
  readonly body: number;
  readonly to: number;
}

const NEWLINE = 10;
const LETTER_C = 99;

/** The lines of a payload that has joins, one after the other. */
export function* pairsOf(payload: Buffer): Generator<Pair> {
  for (let from = 0; from < payload.length;) {
    const body = payload.indexOf(NEWLINE, from) + 1;
    const to = payload.indexOf(NEWLINE, body) + 1;
    if (body === 0 || to === 0) return;
    const isRecord = payload[from + 2] === LETTER_C;
    yield { join: isRecord ? undefined : (JSON.parse(payload.toString('utf8', from, body)) as JoinHead), from, body, to };
    from = to;
  }
}

/** More than the head of any line has. */
const HEAD_CHARS = 128;

/** Characters of all lines together, heads included. */
export function lengthOf(lines: readonly Line[]): number {
  let length = lines.length * HEAD_CHARS;
  for (const line of lines) {
    if (typeof line === 'string') length += line.length;
    else if ('source' in line) length += line.source.length;
    else if ('body' in line) length += line.body.length;
  }
  return length;
}

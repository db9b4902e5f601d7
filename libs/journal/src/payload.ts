import { HAS_JOINS } from './frame.js';
import type { FrameWriter } from './frame-writer.js';
import type { Append, EndLine, Line, PartLine } from './line.js';
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
  readonly lines: number;
  /** Lines that came from outside: records and parts, not ends. */
  readonly counted: number;
}

/** Sequences of one frame differ in their last digits only; printing the whole of a number above 2^31 each time is slow. */
const LOW_DIGITS = 1_000_000;
const BETWEEN = '"}}\n{"event":{"sequence":';

/** Writes the text of a frame line by line; `open` notes which joins it begins and ends. */
export class PayloadWriter {
  #lines = 0;
  #counted = 0;
  #flags = 0;
  readonly #low: number;
  readonly #high: string;
  readonly #before: string;

  constructor(
    private readonly place: Place,
    private readonly open: OpenJoins,
    private readonly out: FrameWriter,
  ) {
    const { position, prefix } = place;
    this.#low = position % LOW_DIGITS;
    this.#high = String((position - this.#low) / LOW_DIGITS);
    this.#before = `{"create":{"_id":"${prefix}`;
  }

  write(lines: Append['lines']): Payload {
    if (typeof lines === 'function') lines((line) => this.#add(line));
    else for (const line of lines) this.#add(line);
    return { flags: this.#flags, lines: this.#lines, counted: this.#counted };
  }

  #add(line: Line): void {
    const { position, prefix, base } = this.place;
    const index = this.#lines++;
    if (typeof line === 'string') {
      this.out.add(this.#before + (base + index) + BETWEEN + this.#sequence(index) + line + '\n');
      this.#counted++;
    } else if ('source' in line) {
      this.out.add(`{"create":{"_id":${JSON.stringify(line.id)}}}\n${line.source}\n`);
      this.#counted++;
    } else {
      this.out.add(this.#join(line, prefix + (base + index), position + index));
      this.#flags = HAS_JOINS;
      if ('part' in line) this.#counted++;
    }
  }

  #join(line: PartLine | EndLine, id: string, position: Position): string {
    if ('end' in line) {
      this.open.end(line.end);
      return `{"end":{"first":${line.end}}}\n{}\n`;
    }
    const first = line.part === 'self' ? position : line.part;
    this.open.begin(first, this.place.position);
    const head = { part: { _id: id, first, separator: line.separator, ordinal: line.ordinal } };
    return `${JSON.stringify(head)}\n${line.body}\n`;
  }

  #sequence(index: number): string {
    const low = this.#low + index;
    if (low >= LOW_DIGITS || this.#high === '0') return String(this.place.position + index);
    return this.#high + String(LOW_DIGITS + low).slice(1);
  }
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

/** What can be appended again of a frame that did not reach the disk: its records, and its parts as texts of their own. */
export type RescuedLine = string | { readonly body: string; readonly separator: '' | '\n' };

const SEQUENCE_AT = '{"event":{"sequence":'.length;
const COMMA = 44;
const CLOSING_BRACE = 125;

/** The lines of a payload behind their sequences. Ends are left out: what a failed write interrupts has ended. */
export function rescueLines(payload: Buffer): RescuedLine[] {
  const lines: RescuedLine[] = [];
  for (const { join, body, to } of pairsOf(payload)) {
    if (join === undefined) {
      let at = body + SEQUENCE_AT;
      while (payload[at] !== COMMA && payload[at] !== CLOSING_BRACE && at < to) at++;
      lines.push(payload.toString('utf8', at, to - 1));
    } else if ('part' in join) lines.push({ body: payload.toString('utf8', body, to - 1), separator: join.part.separator });
  }
  return lines;
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

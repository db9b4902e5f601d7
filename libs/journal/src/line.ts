import type { Position } from './position.js';

/** What stands between the texts of a join's parts: nothing for Docker's 16 KiB pieces, a line end for stack traces. */
export type Separator = '' | '\n';

/** A record that already has its identity and its sequence: the replay of a dead letter. No newline in either. */
export interface ReadyLine {
  readonly id: string;
  readonly source: string;
}

/** A line that belongs to a join; it is stored and acknowledged like any line, the reader collects it. */
export interface PartLine {
  /** Which join: the position of its first part, or 'self' when this is the first. */
  readonly part: Position | 'self';
  readonly separator: Separator;
  /** Place in the joined text where parts may come out of order (Docker's `partial_ordinal`); else the order of arrival counts. */
  readonly ordinal?: number;
  /** One line of text for `compose`; no newline. */
  readonly body: string;
}

/** Ends a join; the joined record has this line's position. */
export interface EndLine {
  readonly end: Position;
}

/** A string is a finished record: its JSON text behind the sequence (from `,` or `}` on), no newline. */
export type Line = string | ReadyLine | PartLine | EndLine;

/**
 * Gives the lines one by one, at once: each is encoded before the next is asked for, so that a fast path holds no texts.
 * Must not throw.
 */
export type LineSource = (add: (line: Line) => void) => void;

/** One append is one frame: all of it is durable, or none. */
export interface Append {
  readonly lines: readonly Line[] | LineSource;
  /** Given for chunks: 16 bytes over the sender's chunk id and its payload (see `chunkHash`). */
  readonly chunk?: Buffer;
  /** Somebody waits for the acknowledgement: commit at once, not within 10 ms or 1 MiB. */
  readonly urgent?: boolean;
}

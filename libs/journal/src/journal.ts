/**
 * A position is one safe integer: segment number × 2^30 + offset of the frame in the segment + index of the line in the
 * frame. Every line has at least one byte, so no two lines share a position, and positions rise in the order of appends.
 */
export type Position = number;

/** A part says which join it belongs to: the position of the join's first part, or 'self' when it is the first. */
export type Line =
  /** A finished record: the JSON text behind the sequence (see `RECORD_HEAD`). */
  | string
  | { readonly part: Position | 'self'; readonly body: string }
  /** Ends a join; the joined record has this line's position. `separator` joins the parts' texts. */
  | { readonly end: Position; readonly separator: '' | '\n' };

/** One append is one frame: all of it is durable, or none. */
export interface Append {
  readonly lines: readonly Line[];
  /** Given for chunks: the sender's chunk id and its payload, hashed together. 16 bytes. */
  readonly chunk?: Buffer;
}

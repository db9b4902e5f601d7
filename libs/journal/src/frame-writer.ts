import { FRAME_HEAD_BYTES, type FrameContent, writeFrameHead } from './frame.js';
import { SLAB_BYTES, type Slabs } from './slabs.js';

/** Strings are encoded at about this length: measured, a call for each line or one for thousands both cost more. */
const PIECE_CHARS = 2048;
/** UTF-8 has at most three bytes for a UTF-16 unit. */
const BYTES_PER_CHAR = 3;

/** Builds one frame after the other: `add` its text, `finish` it. */
export class FrameWriter {
  #slab: Buffer;
  #start = 0;
  #at = FRAME_HEAD_BYTES;
  #piece = '';

  constructor(private readonly slabs: Slabs) {
    this.#slab = slabs.take(SLAB_BYTES);
  }

  add(text: string): void {
    this.#piece += text;
    if (this.#piece.length >= PIECE_CHARS) this.#encode();
  }

  #encode(): void {
    const piece = this.#piece;
    this.#piece = '';
    const room = piece.length * BYTES_PER_CHAR;
    if (this.#at + room > this.#slab.length) this.#move(room);
    this.#at += this.#slab.write(piece, this.#at);
  }

  /** To a new slab, with what the frame has so far. */
  #move(room: number): void {
    const used = this.#at - this.#start;
    const slab = this.slabs.take(Math.max(SLAB_BYTES, used * 2 + room + FRAME_HEAD_BYTES));
    this.#slab.copy(slab, 0, this.#start, this.#at);
    this.slabs.release(this.#slab);
    this.#slab = slab;
    this.#start = 0;
    this.#at = used;
  }

  /** Its slab is needed until the frame is released. */
  finish(segment: number, content: Omit<FrameContent, 'text'>): Buffer {
    this.#encode();
    const bytes = this.#slab.subarray(this.#start, this.#at);
    this.slabs.hold(bytes);
    writeFrameHead(bytes, segment, content);
    this.#start = this.#at;
    this.#at += FRAME_HEAD_BYTES;
    if (this.#at > this.#slab.length) this.#move(0);
    return bytes;
  }
}

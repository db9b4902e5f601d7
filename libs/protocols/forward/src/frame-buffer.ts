const NONE = Buffer.alloc(0);
/** A usual Docker message fits without growing. */
const FIRST_BYTES = 4 * 1024;
/** What a connection may keep reserved between frames because it has filled that much before. */
const KEPT_BYTES = 1024 * 1024;

/** A frame that came in pieces. Grows by doubling, for bytes that are there and never for what a length promises. */
export class FrameBuffer {
  bytes = NONE;
  length = 0;
  /** The largest frame so far: a sender that has sent it once gets that much at once for the next, up to KEPT_BYTES. */
  private usual = FIRST_BYTES;

  append(from: Buffer, start: number, end: number): void {
    const needed = this.length + end - start;
    if (needed > this.bytes.length) this.grow(needed);
    from.copy(this.bytes, this.length, start, end);
    this.length = needed;
  }

  /** The frame was read; the memory is used again. */
  clear(): void {
    if (this.length > this.usual) this.usual = Math.min(this.length + (this.length >> 2), KEPT_BYTES);
    this.length = 0;
    if (this.bytes.length > KEPT_BYTES) this.bytes = NONE;
  }

  /** The memory now belongs to somebody else. */
  release(): void {
    this.bytes = NONE;
    this.length = 0;
  }

  private grow(needed: number): void {
    const next = Buffer.allocUnsafeSlow(Math.max(needed, this.bytes.length * 2, this.usual));
    this.bytes.copy(next, 0, 0, this.length);
    this.bytes = next;
  }
}

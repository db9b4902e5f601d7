import type { Event } from '#libs/record';
import type { EntryContext } from './entry-reader.js';
import { sameBytes, viewOf } from './buffer-slice.js';
import { RecordReader } from './record-reader.js';

/** The usual Message, read without looking for its end first: what does not fit, or is not all there, is left to the frame reader. */
export class MessageReader extends RecordReader {
  private tag = '';
  private tagView = viewOf(Buffer.alloc(0));

  constructor(context: EntryContext) {
    super({ ...context.limits, count: context.count }, context.cache);
  }

  /** The Message at `pos`, which is behind it afterwards; undefined, and `pos` stays, when it is another frame or not whole. */
  next(): Event | undefined {
    const start = this.pos;
    const items = this.end - start > 2 ? (this.bytes[start] as number) - 0x90 : 0;
    if (items !== 4 && items !== 3) return undefined;
    const event = this.readTag() && this.readTime() ? this.fastEvent(this.tag) : undefined;
    if (event !== undefined && (items === 3 || this.noOption())) return event;
    this.pos = start;
    return undefined;
  }

  private readTag(): boolean {
    const first = this.bytes[this.pos + 1] as number;
    const short = first >= 0xa0 && first < 0xc0;
    if (!short && first !== 0xd9) return false;
    const from = this.pos + (short ? 2 : 3);
    const length = short ? first & 0x1f : (this.bytes[this.pos + 2] as number);
    if (from + length > this.end) return false;
    this.pos = from + length;
    const known = length === this.tagView.byteLength && sameBytes(this.view, from, this.tagView);
    if (!known) this.setTag(from, from + length);
    return true;
  }

  private setTag(from: number, to: number): void {
    this.tag = this.bytes.utf8Slice(from, to);
    this.tagView = viewOf(Uint8Array.prototype.slice.call(this.bytes, from, to));
  }

  /** EventTime, or Docker's default: an int32 or uint32 of seconds. */
  private readTime(): boolean {
    if (this.fastTime()) return true;
    const at = this.pos;
    const first = at + 5 <= this.end ? this.bytes[at] : 0;
    if (first !== 0xd2 && first !== 0xce) return false;
    const seconds = this.view.getInt32(at + 1);
    if (seconds <= 0) return false;
    this.seconds = seconds;
    this.nanos = 0;
    this.pos = at + 5;
    return true;
  }

  private noOption(): boolean {
    const first = this.pos < this.end ? this.bytes[this.pos] : -1;
    if (first !== 0x80 && first !== 0xc0) return false;
    this.pos += 1;
    return true;
  }
}

import { ForwardError } from './errors.js';
import { CHILDREN, LENGTH_WIDTH, readLength, SIZE, UNIT, UNIT_EXT, UNIT_ITEMS, UNIT_PAIRS } from './msgpack-format.js';

/**
 * Finds where one MessagePack value ends, over any split of its bytes, and reads no byte twice.
 *
 * Two numbers are all the state: where to go on, and how many values are still to come. Depth costs nothing, and since
 * every value still to come takes at least one byte, a count of four thousand million is refused before anything is reserved.
 */
export class FrameScanner {
  /** Where to go on; can lie beyond the bytes that are there. */
  at = 0;
  private items = 0;
  private start = 0;

  begin(at: number): void {
    this.at = at;
    this.start = at;
    this.items = 1;
  }

  /** The bytes were moved so that the value now starts at 0. */
  rebase(): void {
    this.at -= this.start;
    this.start = 0;
  }

  /** At least this many bytes are missing behind `end`; never more than there are. */
  missing(end: number): number {
    return Math.max(1, this.at + this.items - end);
  }

  /** True when the value ends at `at`; false when more bytes are needed. Throws what cannot be, or is larger than `limit`. */
  scan(bytes: Uint8Array, end: number, limit: number): boolean {
    while (this.items > 0 && this.at < end) {
      const byte = bytes[this.at] as number;
      const size = SIZE[byte] as number;
      if (size !== 0) {
        this.items += (CHILDREN[byte] as number) - 1;
        this.at += size;
      } else if (!this.jump(bytes, byte, end)) break;
      if (this.at - this.start + this.items > limit) throw tooLarge(limit);
    }
    return this.items === 0 && this.at <= end;
  }

  private jump(bytes: Uint8Array, byte: number, end: number): boolean {
    const width = LENGTH_WIDTH[byte] as number;
    if (width === 0)
      throw new ForwardError(
        'bad_byte',
        `byte 0xc1 at offset ${this.at - this.start} of a frame is never used in MessagePack: the sender does not speak forward`,
      );
    const body = this.at + 1 + width;
    if (body > end) return false;
    const length = readLength(bytes, this.at + 1, width);
    const unit = UNIT[byte] as number;
    this.items -= 1;
    this.at = body;
    if (unit === UNIT_ITEMS || unit === UNIT_PAIRS) this.items += length * unit;
    else this.at += unit === UNIT_EXT ? length + 1 : length;
    return true;
  }
}

function tooLarge(limit: number): ForwardError {
  return new ForwardError(
    'frame_too_large',
    `a frame of more than ${limit} bytes: make the sender's chunks smaller (Fluentd: chunk_limit_size) or raise the limit`,
  );
}

/** Where the value at `at` ends, or -1 when it does not end before `end` or is no MessagePack. */
export function skipValue(bytes: Uint8Array, at: number, end: number): number {
  let items = 1;
  let pos = at;
  while (items > 0) {
    if (pos >= end) return -1;
    const byte = bytes[pos] as number;
    const size = SIZE[byte] as number;
    if (size !== 0) {
      items += (CHILDREN[byte] as number) - 1;
      pos += size;
      continue;
    }
    const width = LENGTH_WIDTH[byte] as number;
    if (width === 0 || pos + 1 + width > end) return -1;
    const length = readLength(bytes, pos + 1, width);
    const unit = UNIT[byte] as number;
    pos += 1 + width;
    items -= 1;
    if (unit === UNIT_ITEMS || unit === UNIT_PAIRS) items += length * unit;
    else pos += unit === UNIT_EXT ? length + 1 : length;
    if (items > end - pos) return -1;
  }
  return pos <= end ? pos : -1;
}

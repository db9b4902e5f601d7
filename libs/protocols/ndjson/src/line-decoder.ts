/**
 * Lines out of a stream of bytes: LF ends a line, a CR before it belongs to it, empty lines are nothing.
 *
 * A line longer than the limit is cut off there and the rest up to its LF is dropped, with one count; the next line is
 * sound again. Memory: one line, at most twice the limit while it grows.
 */
export interface LineDecoderOptions {
  /** Longest line in bytes, without its LF. */
  readonly maxLineBytes?: number;
  /** Called once per line that is cut off. */
  readonly count?: (reason: 'line_cut') => void;
}

/** A line of JSON of 1 MiB is a mistake of its sender; Docker's own lines end at 16 KiB. */
export const MAX_LINE_BYTES = 1024 * 1024;

const LF = 0x0a;
const CR = 0x0d;
const FIRST_BYTES = 4 * 1024;

export class LineDecoder {
  private readonly limit: number;
  private readonly count: (reason: 'line_cut') => void;
  private buffer = Buffer.alloc(0);
  private length = 0;
  private cutting = false;

  constructor(options: LineDecoderOptions = {}) {
    this.limit = options.maxLineBytes ?? MAX_LINE_BYTES;
    this.count = options.count ?? ((): void => undefined);
  }

  /** Bytes of a line whose end has not come yet. */
  get pendingBytes(): number {
    return this.length;
  }

  /** The lines that end in `bytes`, as text; invalid UTF-8 becomes U+FFFD. */
  push(bytes: Buffer): string[] {
    const lines: string[] = [];
    let from = 0;
    for (let to = bytes.indexOf(LF); to >= 0; to = bytes.indexOf(LF, from)) {
      this.take(bytes, from, to, lines);
      from = to + 1;
    }
    this.keep(bytes, from, bytes.length);
    return lines;
  }

  /** The last line, when the stream ends without LF. */
  end(): string[] {
    const lines: string[] = [];
    this.take(this.buffer, 0, 0, lines);
    return lines;
  }

  private take(bytes: Buffer, from: number, to: number, lines: string[]): void {
    if (this.length === 0 && to - from <= this.limit) {
      addLine(bytes, from, to, lines);
    } else {
      this.keep(bytes, from, to);
      addLine(this.buffer, 0, this.length, lines);
    }
    this.length = 0;
    this.cutting = false;
    if (this.buffer.length > this.limit) this.buffer = Buffer.alloc(0);
  }

  private keep(bytes: Buffer, from: number, to: number): void {
    const room = this.limit - this.length;
    const size = Math.min(room, to - from);
    if (to - from > room && !this.cutting) {
      this.cutting = true;
      this.count('line_cut');
    }
    if (size <= 0) return;
    if (this.length + size > this.buffer.length) this.grow(this.length + size);
    bytes.copy(this.buffer, this.length, from, from + size);
    this.length += size;
  }

  private grow(needed: number): void {
    const next = Buffer.allocUnsafeSlow(Math.max(needed, Math.min(this.buffer.length * 2, this.limit), Math.min(FIRST_BYTES, this.limit)));
    this.buffer.copy(next, 0, 0, this.length);
    this.buffer = next;
  }
}

function addLine(bytes: Buffer, from: number, to: number, lines: string[]): void {
  const end = to > from && bytes[to - 1] === CR ? to - 1 : to;
  if (end > from) lines.push(bytes.toString('utf8', from, end));
}

import type { Fields, Value } from '#libs/record';
import './buffer-slice.js';
import { viewOf } from './buffer-slice.js';
import { isEventTime, formatInstant } from './event-time.js';
import { skipValue } from './frame-scanner.js';
import type { ForwardCount } from './limits.js';
import { LENGTH_WIDTH, readLength, UNIT, UNIT_BYTES, UNIT_EXT, UNIT_ITEMS, UNIT_PAIRS } from './msgpack-format.js';

/** One value is no MessagePack or ends too early. Never leaves this library. */
export class MalformedValue extends Error {
  override readonly name = 'MalformedValue';
}

export interface ValueReaderOptions {
  readonly maxNesting: number;
  readonly maxStringBytes: number;
  readonly count: (reason: ForwardCount) => void;
}

/** What stands in place of arrays and maps that lie too deep. */
export const TOO_DEEP = '[nested too deeply]';

/** A key of hex is kept apart from others of its record by this much of it. */
const MAX_HEX_KEY_BYTES = 256;

const NO_BYTES = Buffer.alloc(0);

/** Reads MessagePack values as JavaScript values. Bounded: a count is held against the bytes that are left before anything is made for it. */
export class ValueReader {
  bytes: Buffer = NO_BYTES;
  view: DataView = viewOf(NO_BYTES);
  pos = 0;
  end = 0;

  constructor(private readonly options: ValueReaderOptions) {}

  reset(bytes: Buffer, from: number, to: number): void {
    if (bytes !== this.bytes) {
      this.bytes = bytes;
      this.view = viewOf(bytes);
    }
    this.pos = from;
    this.end = to;
  }

  /** The value at `pos`; `pos` is behind it afterwards. Throws MalformedValue. */
  value(depth = 0): Value {
    const byte = this.take(1);
    const first = this.bytes[byte] as number;
    if (first < 0x80) return first;
    if (first < 0x90) return this.map(first & 0x0f, depth);
    if (first < 0xa0) return this.array(first & 0x0f, depth);
    if (first < 0xc0) return this.text(first & 0x1f);
    if (first >= 0xe0) return first - 0x100;
    const width = LENGTH_WIDTH[first] as number;
    return width === 0 ? this.fixed(first) : this.sized(first, width, depth);
  }

  /** The map at `pos` with keys as strings. A key that comes twice has its last value. */
  fields(depth = 0): Fields {
    const count = this.mapHeader();
    if (count < 0) throw new MalformedValue('not a map');
    return this.pairs(count, depth);
  }

  /** The number of pairs when a map starts at `pos`, which then is at its first key; else -1 and `pos` stays. */
  mapHeader(): number {
    return this.header(0x80, UNIT_PAIRS);
  }

  /** The same for arrays. */
  arrayHeader(): number {
    return this.header(0x90, UNIT_ITEMS);
  }

  /** The bytes of the str or bin at `pos`, without decoding; undefined and `pos` stays when it is something else. */
  raw(): Buffer | undefined {
    if (this.pos >= this.end) throw new MalformedValue('truncated');
    const first = this.bytes[this.pos] as number;
    const width = LENGTH_WIDTH[first] as number;
    const short = first >= 0xa0 && first < 0xc0;
    if (!short && (width === 0 || UNIT[first] !== UNIT_BYTES)) return undefined;
    this.pos += 1;
    const length = short ? first & 0x1f : readLength(this.bytes, this.take(width), width);
    const from = this.take(length);
    return this.bytes.subarray(from, from + length);
  }

  skip(): void {
    const next = skipValue(this.bytes, this.pos, this.end);
    if (next < 0) throw new MalformedValue('truncated');
    this.pos = next;
  }

  /**
   * The text of the str or bin at `pos`, or another scalar written as text: maps may have any kind of key. Arrays, maps
   * and ext are written as the hex of their bytes: decoded, keys within keys would grow with every level.
   */
  key(): string {
    const short = this.bytes[this.pos] as number;
    if (short >= 0xa0 && short < 0xc0) {
      this.pos += 1;
      return this.text(short & 0x1f);
    }
    const raw = this.raw();
    if (raw !== undefined) return raw.utf8Slice(0, this.cut(raw.length));
    const from = this.pos;
    const first = this.bytes[from] as number;
    if ((first >= 0x80 && first < 0xa0) || UNIT[first] !== UNIT_BYTES) {
      this.skip();
      return this.bytes.toString('hex', from, from + Math.min(this.pos - from, MAX_HEX_KEY_BYTES));
    }
    return String(this.value() as string | number | bigint | boolean | null);
  }

  private header(fixed: number, unit: number): number {
    if (this.pos >= this.end) throw new MalformedValue('truncated');
    const first = this.bytes[this.pos] as number;
    if ((first & 0xf0) === fixed) {
      this.pos += 1;
      return first & 0x0f;
    }
    const width = LENGTH_WIDTH[first] as number;
    if (width === 0 || UNIT[first] !== unit) return -1;
    this.pos += 1;
    return readLength(this.bytes, this.take(width), width);
  }

  private take(count: number): number {
    const from = this.pos;
    if (count > this.end - from) throw new MalformedValue('truncated');
    this.pos = from + count;
    return from;
  }

  private text(length: number): string {
    const from = this.take(length);
    return this.bytes.utf8Slice(from, from + this.cut(length));
  }

  private cut(length: number): number {
    if (length <= this.options.maxStringBytes) return length;
    this.options.count('string_cut');
    return this.options.maxStringBytes;
  }

  private sized(first: number, width: number, depth: number): Value {
    const length = readLength(this.bytes, this.take(width), width);
    const unit = UNIT[first] as number;
    if (unit === UNIT_PAIRS) return this.map(length, depth);
    if (unit === UNIT_ITEMS) return this.array(length, depth);
    if (unit === UNIT_EXT) return this.ext(length);
    return first >= 0xd9 ? this.text(length) : this.binary(length);
  }

  private binary(length: number): Uint8Array {
    const from = this.take(length);
    return Uint8Array.prototype.slice.call(this.bytes, from, from + this.cut(length));
  }

  private ext(length: number): Value {
    const type = this.view.getInt8(this.take(1));
    if (!isEventTime(type, length)) return this.binary(length);
    const at = this.take(length);
    return formatInstant(this.view.getUint32(at), this.view.getUint32(at + 4));
  }

  private map(count: number, depth: number): Value {
    if (depth < this.options.maxNesting) return this.pairs(count, depth);
    return this.tooDeep(count * 2);
  }

  private pairs(count: number, depth: number): Fields {
    if (count * 2 > this.end - this.pos) throw new MalformedValue('truncated');
    const fields = Object.create(null) as Record<string, Value>;
    for (let index = 0; index < count; index += 1) {
      const key = this.key();
      fields[key] = this.value(depth + 1);
    }
    return fields;
  }

  private array(count: number, depth: number): Value {
    if (depth >= this.options.maxNesting) return this.tooDeep(count);
    if (count > this.end - this.pos) throw new MalformedValue('truncated');
    const items: Value[] = [];
    for (let index = 0; index < count; index += 1) items.push(this.value(depth + 1));
    return items;
  }

  private tooDeep(items: number): Value {
    for (let index = 0; index < items; index += 1) this.skip();
    this.options.count('too_deep');
    return TOO_DEEP;
  }

  private fixed(first: number): Value {
    switch (first) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc1:
        throw new MalformedValue('byte 0xc1');
      default:
        return first >= 0xd4 ? this.ext(1 << (first - 0xd4)) : this.number(first);
    }
  }

  private number(first: number): number | bigint {
    switch (first) {
      case 0xca:
        return this.view.getFloat32(this.take(4));
      case 0xcb:
        return this.view.getFloat64(this.take(8));
      case 0xcc:
        return this.view.getUint8(this.take(1));
      case 0xcd:
        return this.view.getUint16(this.take(2));
      case 0xce:
        return this.view.getUint32(this.take(4));
      case 0xcf:
        return narrow(this.view.getBigUint64(this.take(8)));
      case 0xd0:
        return this.view.getInt8(this.take(1));
      case 0xd1:
        return this.view.getInt16(this.take(2));
      case 0xd2:
        return this.view.getInt32(this.take(4));
      default:
        return narrow(this.view.getBigInt64(this.take(8)));
    }
  }
}

/** A number where it is exact, else the bigint itself. */
function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/**
 * MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md), as tables over the first byte of a value:
 *
 *   00-7f fixint   80-8f fixmap    90-9f fixarray  a0-bf fixstr   c0 nil   c1 never used   c2/c3 bool
 *   c4-c6 bin 8/16/32   c7-c9 ext 8/16/32   ca/cb float 32/64   cc-cf uint 8-64   d0-d3 int 8-64
 *   d4-d8 fixext 1-16   d9-db str 8/16/32   dc/dd array 16/32   de/df map 16/32   e0-ff negative fixint
 *
 * A value is skipped with two numbers: bytes to jump over, and values that follow inside it.
 */

/** Whole size of a value whose first byte says it, with fixarray and fixmap counting only their first byte; 0 where a length field follows. */
export const SIZE = new Uint8Array(256);
/** Values inside fixarray and fixmap (a pair is two). */
export const CHILDREN = new Uint8Array(256);
/** Bytes of the length field behind the first byte; 0 where SIZE says it all, and for c1. */
export const LENGTH_WIDTH = new Uint8Array(256);
/** What one unit of the length field stands for: bytes, array items, or map pairs. */
export const UNIT = new Uint8Array(256);

export const UNIT_BYTES = 0;
export const UNIT_ITEMS = 1;
export const UNIT_PAIRS = 2;
/** Like bytes, plus the one byte of an ext's type. */
export const UNIT_EXT = 3;

function fill(from: number, to: number, size: (byte: number) => number): void {
  for (let byte = from; byte <= to; byte += 1) SIZE[byte] = size(byte);
}

function lengths(first: number, widths: readonly number[], unit: number): void {
  widths.forEach((width, index) => {
    LENGTH_WIDTH[first + index] = width;
    UNIT[first + index] = unit;
  });
}

fill(0x00, 0x9f, () => 1);
fill(0xa0, 0xbf, (byte) => 1 + (byte & 0x1f));
fill(0xe0, 0xff, () => 1);
SIZE.set([1, 0, 1, 1], 0xc0);
SIZE.set([5, 9, 2, 3, 5, 9, 2, 3, 5, 9], 0xca);
SIZE.set([3, 4, 6, 10, 18], 0xd4);
for (let byte = 0x80; byte <= 0x8f; byte += 1) CHILDREN[byte] = (byte & 0x0f) * 2;
for (let byte = 0x90; byte <= 0x9f; byte += 1) CHILDREN[byte] = byte & 0x0f;
lengths(0xc4, [1, 2, 4], UNIT_BYTES);
lengths(0xc7, [1, 2, 4], UNIT_EXT);
lengths(0xd9, [1, 2, 4], UNIT_BYTES);
lengths(0xdc, [2, 4], UNIT_ITEMS);
lengths(0xde, [2, 4], UNIT_PAIRS);

/** The length field at `at`, `width` bytes wide. The caller has made sure that it is there. */
export function readLength(bytes: Uint8Array, at: number, width: number): number {
  let length = 0;
  for (let index = at; index < at + width; index += 1) length = length * 256 + (bytes[index] as number);
  return length;
}

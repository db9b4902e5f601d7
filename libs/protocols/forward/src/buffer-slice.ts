/**
 * Node's own fast path under `buffer.toString(encoding, from, to)`, without its argument checks: 60 ns for a 200-byte
 * line instead of 90. Invalid UTF-8 becomes U+FFFD. In Node since version 4; only newer type packages declare it.
 */
declare global {
  interface Buffer {
    utf8Slice(from: number, to: number): string;
  }
}

/** Whether `length` bytes of the two are equal, four at a time. */
export function sameBytes(left: DataView, leftAt: number, right: DataView, rightAt: number, length: number): boolean {
  let index = 0;
  for (; index + 4 <= length; index += 4) {
    if (left.getUint32(leftAt + index) !== right.getUint32(rightAt + index)) return false;
  }
  for (; index < length; index += 1) {
    if (left.getUint8(leftAt + index) !== right.getUint8(rightAt + index)) return false;
  }
  return true;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * Node's own fast path under `buffer.toString(encoding, from, to)`, without its argument checks: 60 ns for a 200-byte
 * line instead of 90. Invalid UTF-8 becomes U+FFFD. In Node since version 4; only newer type packages declare it.
 */
declare global {
  interface Buffer {
    utf8Slice(from: number, to: number): string;
  }
}

/** Whether all of `needle` lies at `at`, four bytes at a time. The caller has made sure that so many are there. */
export function sameBytes(view: DataView, at: number, needle: DataView): boolean {
  const length = needle.byteLength;
  let index = 0;
  for (; index + 4 <= length; index += 4) {
    if (view.getUint32(at + index) !== needle.getUint32(index)) return false;
  }
  for (; index < length; index += 1) {
    if (view.getUint8(at + index) !== needle.getUint8(index)) return false;
  }
  return true;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

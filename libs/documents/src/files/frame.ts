/**
 * A checkpoint's log, `checkpoints/<name>.log`, begins with the 8 bytes `LWCHKPT1`; then one frame per append
 * (all integers little endian):
 *
 *     0  u32  length of the payload in bytes
 *     4  u32  CRC-32 over everything behind it (head from byte 8 on, and payload)
 *     8  f64  fencing number: the highest one claimed so far
 *    16  f64  number of the append; removals and claims repeat that of the last
 *    24       payload, for each change: u32 length of the key, u32 length of the text (FFFFFFFF: removed), key, text (UTF-8)
 *
 * What the log says is its changes, applied in order. A frame that is not whole ends the log.
 */
import { crc32 } from 'node:zlib';
import type { Changes } from '../documents.js';

export const LOG_HEAD = Buffer.from('LWCHKPT1');
const FRAME_HEAD_BYTES = 24;
const CHECKED_FROM = 8;
const REMOVED = 0xffffffff;
/** The largest append with the heads of its changes is below; a longer frame is damage. */
const MAX_PAYLOAD_BYTES = 256 * 1024 * 1024;

export interface Frame {
  readonly fence: number;
  readonly number: number;
  readonly changes: Changes;
}

export function encodeFrame(frame: Frame): Buffer {
  let length = FRAME_HEAD_BYTES;
  for (const [key, text] of frame.changes) length += 8 + Buffer.byteLength(key) + (text === null ? 0 : Buffer.byteLength(text));
  const bytes = Buffer.allocUnsafe(length);
  let at = FRAME_HEAD_BYTES;
  for (const [key, text] of frame.changes) {
    const keyBytes = bytes.write(key, at + 8);
    const textBytes = text === null ? 0 : bytes.write(text, at + 8 + keyBytes);
    bytes.writeUInt32LE(keyBytes, at);
    bytes.writeUInt32LE(text === null ? REMOVED : textBytes, at + 4);
    at += 8 + keyBytes + textBytes;
  }
  bytes.writeUInt32LE(length - FRAME_HEAD_BYTES, 0);
  bytes.writeDoubleLE(frame.fence, 8);
  bytes.writeDoubleLE(frame.number, 16);
  bytes.writeUInt32LE(crc32(bytes.subarray(CHECKED_FROM)), 4);
  return bytes;
}

/** The whole length of the frame at `at`, 0 when none can begin there, undefined when more bytes are needed to tell. */
export function frameLength(bytes: Buffer, at: number): number | undefined {
  if (bytes.length - at < FRAME_HEAD_BYTES) return undefined;
  const payload = bytes.readUInt32LE(at);
  return payload > MAX_PAYLOAD_BYTES ? 0 : FRAME_HEAD_BYTES + payload;
}

/** `bytes` is one whole frame; undefined when it is damaged. */
export function decodeFrame(bytes: Buffer): Frame | undefined {
  if (crc32(bytes.subarray(CHECKED_FROM)) !== bytes.readUInt32LE(4)) return undefined;
  const changes = new Map<string, string | null>();
  for (let at = FRAME_HEAD_BYTES; at < bytes.length;) {
    const keyEnd = at + 8 + bytes.readUInt32LE(at);
    const textLength = bytes.readUInt32LE(at + 4);
    const end = textLength === REMOVED ? keyEnd : keyEnd + textLength;
    changes.set(bytes.toString('utf8', at + 8, keyEnd), textLength === REMOVED ? null : bytes.toString('utf8', keyEnd, end));
    at = end;
  }
  return { fence: bytes.readDoubleLE(8), number: bytes.readDoubleLE(16), changes };
}

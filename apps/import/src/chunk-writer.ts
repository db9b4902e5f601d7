import { createHash } from 'node:crypto';
import { encodeMessagePack } from '#libs/protocols/forward';
import type { Entry, Fields } from './entry.js';

/**
 * Entries as one chunk of the Forward protocol (PackedForward): `[tag, bin of [EventTime, {fields…, "log": text}]…, {"chunk": id, "size": n}]`. The first
 * entry also has `import_chunk`, the id, so that a chunk of which nobody knows any more whether it arrived can be searched for.
 */

const START_BYTES = 512 * 1024;
/** `92`, EventTime, and the head of a long str. */
const OVERHEAD = 1 + 10 + 5;

export interface ChunkMark {
  readonly bytes: number;
  readonly size: number;
}

export class ChunkWriter {
  private buffer = Buffer.allocUnsafe(START_BYTES);
  private readonly prefixes = new WeakMap<Fields, Buffer>();
  /** Bytes and entries so far. */
  bytes = 0;
  size = 0;

  constructor(private readonly tag: string) {}

  add(entry: Entry, id: string): void {
    const prefix = this.size === 0 ? prefixOf({ ...entry.fields, import_chunk: id }) : this.prefixFor(entry.fields);
    const textBytes = Buffer.byteLength(entry.text);
    this.reserve(OVERHEAD + prefix.length + textBytes);
    const { buffer } = this;
    let at = this.bytes;
    buffer[at++] = 0x92;
    at = buffer.writeUInt16BE(0xd700, at);
    at = buffer.writeUInt32BE(Math.max(0, entry.time.seconds), at);
    at = buffer.writeUInt32BE(entry.time.nanos, at);
    at += prefix.copy(buffer, at);
    at = writeStrHead(buffer, textBytes, at);
    this.bytes = at + buffer.write(entry.text, at);
    this.size += 1;
  }

  mark(): ChunkMark {
    return { bytes: this.bytes, size: this.size };
  }

  rewind({ bytes, size }: ChunkMark): void {
    this.bytes = bytes;
    this.size = size;
  }

  /** The frame; empty again afterwards. */
  finish(id: string): Buffer {
    const frame = encodeMessagePack([this.tag, this.buffer.subarray(0, this.bytes), { chunk: id, size: this.size }]);
    this.rewind({ bytes: 0, size: 0 });
    if (this.buffer.length > 4 * START_BYTES) this.buffer = Buffer.allocUnsafe(START_BYTES);
    return frame;
  }

  private prefixFor(fields: Fields): Buffer {
    let prefix = this.prefixes.get(fields);
    if (prefix === undefined) this.prefixes.set(fields, (prefix = prefixOf(fields)));
    return prefix;
  }

  private reserve(bytes: number): void {
    if (this.bytes + bytes <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.bytes + bytes));
    this.buffer.copy(larger, 0, 0, this.bytes);
    this.buffer = larger;
  }
}

/** 24 characters, the same for the same lines of the same file. */
export function chunkIdOf(of: { readonly device: number; readonly inode: number; readonly head: string; readonly from: number }): string {
  return createHash('sha256')
    .update(JSON.stringify([of.device, of.inode, of.head, of.from]))
    .digest('base64url')
    .slice(0, 24);
}

/** The map up to its last value: all fields, then the key of the text. */
function prefixOf(fields: Fields): Buffer {
  const whole = encodeMessagePack({ ...fields, log: '' });
  return whole.subarray(0, -1);
}

function writeStrHead(buffer: Buffer, length: number, at: number): number {
  if (length < 32) return buffer.writeUInt8(0xa0 | length, at);
  if (length < 0x100) return buffer.writeUInt8(length, buffer.writeUInt8(0xd9, at));
  if (length < 0x10000) return buffer.writeUInt16BE(length, buffer.writeUInt8(0xda, at));
  return buffer.writeUInt32BE(length, buffer.writeUInt8(0xdb, at));
}

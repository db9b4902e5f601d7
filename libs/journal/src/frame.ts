/**
 * A frame is what one append stored:
 *
 *     0  u32  length of the payload in bytes        (all integers little endian)
 *     4  u32  CRC-32, begun with the segment number, over everything behind it (header from byte 8 on, and payload)
 *     8  u32  number of lines
 *    12  3 B  magic F7 4C 57: F7 never occurs in UTF-8, so the magic is never in a payload and a reader finds its way
 *             back to the next frame behind any damage
 *    15  u8   flags: 1 has parts or ends of joins, 2 head of a segment, 4 foot of a segment
 *    16  16 B chunk hash, or zeros
 *    32       payload: UTF-8, two lines of text per line
 *
 * A payload without joins is the body of a bulk request as it stands:
 *
 *     record  {"create":{"_id":"<id>"}}                                          {"event":{"sequence":<position>…}
 *     part    {"part":{"_id":"<id>","first":<position>,"separator":"\n","ordinal":2}}   <body>
 *     end     {"end":{"first":<position>}}                                       {}
 *
 * `<id>` is `<chunk hash>-<index>` when the append has a chunk, else `<segment id>-<offset + index>`.
 */
import { crc32 } from 'node:zlib';
import { type Position, positionOf } from './position.js';

export const FRAME_HEAD_BYTES = 32;
/** Longest frame; a chunk is far below, and a segment of any allowed size plus one frame stays within a position's span. */
export const MAX_FRAME_BYTES = 256 * 1024 * 1024;

export const HAS_JOINS = 1;
export const IS_HEAD = 2;
export const IS_FOOT = 4;

const MAGIC = Buffer.from([0xf7, 0x4c, 0x57]);
const MAGIC_AT = 12;
const MAGIC_WORD = 0x574cf7;
const CHUNK_AT = 16;
const CHECKED_FROM = 8;

export interface Frame {
  readonly position: Position;
  readonly lines: number;
  readonly flags: number;
  /** Head and payload. */
  readonly bytes: Buffer;
}

/** What a reader could not read: reported, counted and stepped over. */
export interface Damage {
  readonly position: Position;
  readonly damaged: number;
  /** As the damaged head says, 0 when it says nothing believable. */
  readonly lines: number;
}

export type Found = Frame | Damage;

export function payloadOf(frame: Frame): Buffer {
  return frame.bytes.subarray(FRAME_HEAD_BYTES);
}

/** The chunk's hash, or undefined when the append had none. */
export function chunkOf(frame: Frame): Buffer | undefined {
  const bytes = frame.bytes;
  for (let at = CHUNK_AT; at < FRAME_HEAD_BYTES; at++) if (bytes[at] !== 0) return bytes.subarray(CHUNK_AT, FRAME_HEAD_BYTES);
  return undefined;
}

export interface FrameContent {
  readonly lines: number;
  readonly flags: number;
  readonly chunk: Buffer | undefined;
  readonly text: string;
}

export function encodeFrame(segment: number, content: FrameContent): Buffer {
  const bytes = Buffer.allocUnsafeSlow(FRAME_HEAD_BYTES + Buffer.byteLength(content.text));
  bytes.write(content.text, FRAME_HEAD_BYTES);
  writeFrameHead(bytes, segment, content);
  return bytes;
}

/** Writes the head in front of a payload that is there already. */
export function writeFrameHead(bytes: Buffer, segment: number, content: Omit<FrameContent, 'text'>): void {
  bytes.writeUInt32LE(bytes.length - FRAME_HEAD_BYTES, 0);
  bytes.writeUInt32LE(content.lines, CHECKED_FROM);
  bytes.writeUInt32LE((MAGIC_WORD | (content.flags << 24)) >>> 0, MAGIC_AT);
  if (content.chunk === undefined) bytes.fill(0, CHUNK_AT, FRAME_HEAD_BYTES);
  else content.chunk.copy(bytes, CHUNK_AT, 0, 16);
  bytes.writeUInt32LE(crc32(bytes.subarray(CHECKED_FROM), segment), 4);
}

/** Finds the frames in the bytes of one segment, given in blocks; keeps nothing but its place. */
export class FrameScanner {
  #damagedAt = -1;
  #damagedLines = 0;

  constructor(
    private readonly segment: number,
    /** Offset in the segment of the next byte to scan. */
    public offset: number,
  ) {}

  /**
   * Scans `block`, which begins at `offset`, and adds to `found`. Gives how many bytes the caller needs at least from
   * the new `offset` on to go further; 0 when all is scanned. `last` says that nothing comes behind this block.
   */
  scan(block: Buffer, last: boolean, found: Found[]): number {
    let at = 0;
    for (;;) {
      const left = block.length - at;
      const size = left < FRAME_HEAD_BYTES ? FRAME_HEAD_BYTES : sizeAt(block, at);
      if (size > left && !last && size !== 0) return this.#pause(at, size);
      if (left === 0) return this.#finish(at, found);
      if (size !== 0 && size <= left && isIntact(block, at, size, this.segment)) {
        this.#endDamage(this.offset + at, found);
        found.push(frameAt(block, at, size, positionOf(this.segment, this.offset + at)));
        at += size;
        continue;
      }
      this.#beginDamage(block, at);
      const next = block.indexOf(MAGIC, at + MAGIC_AT + 1);
      if (next >= 0) at = next - MAGIC_AT;
      else if (last) at = block.length;
      else return this.#pause(Math.max(at + 1, block.length - FRAME_HEAD_BYTES), FRAME_HEAD_BYTES * 2);
    }
  }

  #pause(at: number, need: number): number {
    this.offset += at;
    return need;
  }

  #finish(at: number, found: Found[]): number {
    this.offset += at;
    this.#endDamage(this.offset, found);
    return 0;
  }

  #beginDamage(block: Buffer, at: number): void {
    if (this.#damagedAt >= 0) return;
    this.#damagedAt = this.offset + at;
    const believable = block.length - at >= FRAME_HEAD_BYTES && sizeAt(block, at) !== 0;
    const lines = believable ? block.readUInt32LE(at + CHECKED_FROM) : 0;
    this.#damagedLines = lines <= block.length ? lines : 0;
  }

  #endDamage(end: number, found: Found[]): void {
    if (this.#damagedAt < 0) return;
    found.push({ position: positionOf(this.segment, this.#damagedAt), damaged: end - this.#damagedAt, lines: this.#damagedLines });
    this.#damagedAt = -1;
  }
}

/** Length of the whole frame that begins at `at`, 0 when no frame begins there. */
function sizeAt(block: Buffer, at: number): number {
  if ((block.readUInt32LE(at + MAGIC_AT) & 0xffffff) !== MAGIC_WORD) return 0;
  const size = FRAME_HEAD_BYTES + block.readUInt32LE(at);
  return size <= MAX_FRAME_BYTES ? size : 0;
}

function isIntact(block: Buffer, at: number, size: number, segment: number): boolean {
  return crc32(block.subarray(at + CHECKED_FROM, at + size), segment) === block.readUInt32LE(at + 4);
}

function frameAt(block: Buffer, at: number, size: number, position: Position): Frame {
  const bytes = block.subarray(at, at + size);
  return { position, lines: bytes.readUInt32LE(CHECKED_FROM), flags: bytes.readUInt8(MAGIC_AT + 3), bytes };
}

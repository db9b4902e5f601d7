/**
 * A segment is one file, `<number, 10 digits>.segment`, made of frames (frame.ts) and nothing else:
 *
 *     head frame    {"version":1,"journal":…,"number":…,"id":…,"lines":…,"open":[…]}
 *     data frames   one per append
 *     foot frame    {"frames":…,"lines":…,"end":…,"open":…} padded to 96 bytes, written when the segment is sealed
 *
 * `journal` is the identity of the folder, `id` a random one of this segment (the start of the ids of its records),
 * `lines` how many lines the journal took before it, `open` the first positions of the joins open where it begins.
 * A segment is sealed when it is full, after a failed write, and at the next start; only the newest may be without a foot.
 * Numbers rise with every start and every rotation and are never used twice. Files are not preallocated:
 * measured, an `ftruncate` ahead makes a commit no cheaper, as the file system has to journal the blocks all the same.
 */
import { randomBytes } from 'node:crypto';
import { encodeFrame, FRAME_HEAD_BYTES, type Frame, FrameScanner, IS_FOOT, IS_HEAD, payloadOf, type Found } from './frame.js';
import type { Position } from './position.js';

export const FORMAT_VERSION = 1;

const FOOT_PAYLOAD_BYTES = 96;
export const FOOT_BYTES = FRAME_HEAD_BYTES + FOOT_PAYLOAD_BYTES;

export interface SegmentHead {
  readonly journal: string;
  readonly number: number;
  readonly id: string;
  readonly lines: number;
  readonly open: readonly Position[];
}

export interface SegmentFoot {
  readonly frames: number;
  readonly lines: number;
  /** Offset behind the last data frame. */
  readonly end: number;
  /** How many joins are open behind it; when there are some, a start has to scan the newest segment for them. */
  readonly open: number;
}

export function segmentName(number: number): string {
  return `${String(number).padStart(10, '0')}.segment`;
}

export function segmentNumber(name: string): number | undefined {
  const found = /^(\d{10})\.segment$/.exec(name);
  return found === null ? undefined : Number(found[1]);
}

export function newSegmentId(): string {
  return randomBytes(12).toString('base64url');
}

export function encodeHead(head: SegmentHead): Buffer {
  const text = `${JSON.stringify({ version: FORMAT_VERSION, ...head })}\n\n`;
  return encodeFrame(head.number, { lines: 1, flags: IS_HEAD, chunk: undefined, text });
}

export function encodeFoot(number: number, foot: SegmentFoot): Buffer {
  const text = JSON.stringify(foot).padEnd(FOOT_PAYLOAD_BYTES, ' ');
  return encodeFrame(number, { lines: 1, flags: IS_FOOT, chunk: undefined, text });
}

/** The head that begins with these bytes, or undefined when they are damaged. */
export function decodeHead(number: number, bytes: Buffer): { head: SegmentHead; size: number } | undefined {
  const frame = firstFrame(number, bytes, 0);
  if (frame === undefined || frame.flags !== IS_HEAD) return undefined;
  return { head: JSON.parse(payloadOf(frame).toString()) as SegmentHead, size: frame.bytes.length };
}

/** The foot from the last bytes of a file of `size` bytes, or undefined when it has none. */
export function decodeFoot(number: number, bytes: Buffer, size: number): SegmentFoot | undefined {
  const frame = firstFrame(number, bytes, 0);
  if (frame === undefined || frame.flags !== IS_FOOT || frame.bytes.length !== FOOT_BYTES) return undefined;
  const foot = JSON.parse(payloadOf(frame).toString()) as SegmentFoot;
  return foot.end === size - FOOT_BYTES ? foot : undefined;
}

function firstFrame(number: number, bytes: Buffer, offset: number): Frame | undefined {
  const found: Found[] = [];
  new FrameScanner(number, offset).scan(bytes, true, found);
  const first = found[0];
  return first !== undefined && 'bytes' in first ? first : undefined;
}

/** What the journal knows of a segment that has a file. */
export interface Segment {
  readonly number: number;
  readonly path: string;
  /** Offset behind the last durable data frame; grows while the segment is the newest. */
  end: number;
}

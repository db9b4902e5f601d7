import { open, type FileHandle } from 'node:fs/promises';
import { DocumentsError } from '../errors.js';
import { decodeFrame, type Frame, frameLength, LOG_HEAD } from './frame.js';

const BLOCK_BYTES = 4 * 1024 * 1024;

export interface LogEnd {
  /** Behind the last good frame. */
  readonly end: number;
  readonly size: number;
  /** A whole frame was there, but its checksum is wrong: a disk's fault, not a torn write. */
  readonly damaged: boolean;
}

/** Gives every good frame in order to `each`, until the first that is not. */
export async function readLog(path: string, each: (frame: Frame) => void): Promise<LogEnd> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    if (size < LOG_HEAD.length) return { end: 0, size, damaged: false };
    await checkHead(file, path);
    const { end, damaged } = await readFrames(file, each);
    return { end, size, damaged };
  } finally {
    await file.close();
  }
}

async function checkHead(file: FileHandle, path: string): Promise<void> {
  const head = Buffer.alloc(LOG_HEAD.length);
  await file.read(head, 0, head.length, 0);
  if (head.equals(LOG_HEAD)) return;
  throw new DocumentsError(
    'documents_unavailable',
    `${path} is no checkpoint of this version: start the version that wrote it, or move it away`,
  );
}

async function readFrames(file: FileHandle, each: (frame: Frame) => void): Promise<{ end: number; damaged: boolean }> {
  let bytes: Buffer = Buffer.alloc(0);
  let end = LOG_HEAD.length;
  for (;;) {
    const block = Buffer.allocUnsafe(BLOCK_BYTES);
    const { bytesRead } = await file.read(block, 0, BLOCK_BYTES, end + bytes.length);
    bytes = bytes.length === 0 ? block.subarray(0, bytesRead) : Buffer.concat([bytes, block.subarray(0, bytesRead)]);
    const { used, damaged } = takeFrames(bytes, each);
    end += used;
    bytes = bytes.subarray(used);
    if (damaged || bytesRead === 0) return { end, damaged };
  }
}

function takeFrames(bytes: Buffer, each: (frame: Frame) => void): { used: number; damaged: boolean } {
  let used = 0;
  for (;;) {
    const length = frameLength(bytes, used);
    if (length === 0) return { used, damaged: true };
    if (length === undefined || used + length > bytes.length) return { used, damaged: false };
    const frame = decodeFrame(bytes.subarray(used, used + length));
    if (frame === undefined) return { used, damaged: true };
    each(frame);
    used += length;
  }
}

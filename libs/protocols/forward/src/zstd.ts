import * as zlib from 'node:zlib';
import { Decompress } from 'fzstd';
import { ForwardError } from './errors.js';
import { MAX_ZSTD_WINDOW_BYTES } from './limits.js';

/**
 * zstd (RFC 8878): frames one after another, each a header, blocks with a 3-byte header, and perhaps a checksum. Node has
 * it from 22.15 on; before, `fzstd` does it. That reserves what a frame's header asks for, up to 2 GiB, so the headers
 * are read here first, from block to block without decoding.
 */
type ZstdSync = (payload: Uint8Array, options: { maxOutputLength: number }) => Buffer;

const native = (zlib as { zstdDecompressSync?: ZstdSync }).zstdDecompressSync;

/** Input for one step of fzstd, so that its output is looked at before it has grown far beyond the limit: one block is at most 128 KiB. */
const STEP_BYTES = 64 * 1024;
const MAGIC = 0xfd2fb528;

export function inflateZstd(payload: Buffer, limit: number): Buffer {
  checkWindows(payload, Math.min(limit, MAX_ZSTD_WINDOW_BYTES));
  return native === undefined ? inflateInScript(payload, limit) : native(payload, { maxOutputLength: limit });
}

function inflateInScript(payload: Buffer, limit: number): Buffer {
  const parts: Uint8Array[] = [];
  let total = 0;
  const decompress = new Decompress((part) => {
    total += part.length;
    if (total > limit) throw tooLarge(limit);
    parts.push(Uint8Array.prototype.slice.call(part));
  });
  for (let at = 0; at < payload.length; at += STEP_BYTES) {
    decompress.push(payload.subarray(at, at + STEP_BYTES), at + STEP_BYTES >= payload.length);
  }
  return Buffer.concat(parts, total);
}

/** Throws when a frame wants more than `limit` to look back, or does not end where the payload does. */
function checkWindows(payload: Buffer, limit: number): void {
  let at = 0;
  while (at < payload.length) {
    const left = payload.length - at;
    if (left < 8) throw damaged();
    const magic = payload.readUInt32LE(at);
    if (magic === MAGIC) at = frameEnd(payload, at, limit);
    else if (magic >>> 4 === 0x184d2a5) at += 8 + payload.readUInt32LE(at + 4);
    else throw damaged();
  }
  if (at !== payload.length) throw damaged();
}

function frameEnd(payload: Buffer, start: number, limit: number): number {
  const flags = payload[start + 4] as number;
  const single = (flags & 0x20) !== 0;
  const sizeBytes = flags >> 6 === 0 ? Number(single) : 1 << (flags >> 6);
  let at = start + 5 + Number(!single) + ([0, 1, 2, 4][flags & 3] as number) + sizeBytes;
  if (at > payload.length) throw damaged();
  const window = single ? contentSize(payload, at - sizeBytes, sizeBytes) : windowSize(payload[start + 5] as number);
  if (window > limit) throw tooLarge(limit);
  for (let last = false; !last;) {
    if (at + 3 > payload.length) throw damaged();
    const header = payload.readUIntLE(at, 3);
    last = (header & 1) === 1;
    at += 3 + (((header >> 1) & 3) === 1 ? 1 : header >> 3);
  }
  return at + (flags & 4);
}

function contentSize(payload: Buffer, at: number, width: number): number {
  if (width === 8) return Number(payload.readBigUInt64LE(at));
  return payload.readUIntLE(at, width) + (width === 2 ? 256 : 0);
}

function windowSize(byte: number): number {
  const base = 2 ** (10 + (byte >> 3));
  return base + (base / 8) * (byte & 7);
}

function tooLarge(limit: number): ForwardError {
  return new ForwardError(
    'inflated_too_large',
    `a zstd payload that needs more than ${limit} bytes once inflated: make the sender's chunks smaller or raise the limit`,
  );
}

function damaged(): ForwardError {
  return new ForwardError(
    'inflate_failed',
    'a payload that begins as zstd does not end with a whole frame: it was damaged on its way or by its sender',
  );
}

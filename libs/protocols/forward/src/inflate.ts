import { gunzip, gunzipSync } from 'node:zlib';
import { promisify } from 'node:util';
import { ForwardError } from './errors.js';
import { MAX_SYNC_INFLATE_BYTES } from './limits.js';
import { inflateZstd } from './zstd.js';

/**
 * Payloads of CompressedPackedForward. The bytes decide, not `option.compressed`, which comes behind the payload and is
 * sometimes wrong: 1f 8b is gzip (several members one after another are one payload), 28 b5 2f fd is zstd. No entry
 * begins with either. Output is bounded while it is made.
 */
export type Compression = 'gzip' | 'zstd';

/** Output buffers of this size: few for a usual chunk of 1 to 8 MB, small beside the limit. */
const INFLATE_STEP_BYTES = 128 * 1024;

const gunzipAside = promisify(gunzip);

export function compressionOf(payload: Uint8Array): Compression | undefined {
  if (payload[0] === 0x1f && payload[1] === 0x8b) return 'gzip';
  if (payload[0] === 0x28 && payload[1] === 0xb5 && payload[2] === 0x2f && payload[3] === 0xfd) return 'zstd';
  return undefined;
}

/** Throws ForwardError `inflate_failed` or `inflated_too_large`. */
export function inflateNow(payload: Buffer, compression: Compression, limit: number): Buffer {
  try {
    return compression === 'gzip' ? gunzipSync(payload, options(limit)) : inflateZstd(payload, limit);
  } catch (error) {
    throw inflateError(error, compression, limit);
  }
}

/** The same, gzip in zlib's own threads when it is large. */
export async function inflateAside(payload: Buffer, compression: Compression, limit: number): Promise<Buffer> {
  if (compression === 'zstd' || payload.length <= MAX_SYNC_INFLATE_BYTES) return inflateNow(payload, compression, limit);
  try {
    return await gunzipAside(payload, options(limit));
  } catch (error) {
    throw inflateError(error, compression, limit);
  }
}

function options(limit: number): { maxOutputLength: number; chunkSize: number } {
  return { maxOutputLength: limit, chunkSize: Math.min(INFLATE_STEP_BYTES, Math.max(64, limit)) };
}

function inflateError(cause: unknown, compression: Compression, limit: number): ForwardError {
  if (cause instanceof ForwardError) return cause;
  if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
    return new ForwardError(
      'inflated_too_large',
      `a ${compression} payload of more than ${limit} bytes once inflated: make the sender's chunks smaller or raise the limit`,
      { cause },
    );
  }
  const why = (cause as Error).message;
  return new ForwardError(
    'inflate_failed',
    `a payload that begins as ${compression} cannot be inflated (${why}): it was damaged on its way or by its sender`,
    { cause },
  );
}

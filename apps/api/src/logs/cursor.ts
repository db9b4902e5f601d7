import { z } from 'zod';
import type { OrderKey } from '#libs/store';
import { ApiError } from '../errors.js';
import type { TimeRange } from './time-range.js';

/**
 * Where a page ends, and everything that must not change while somebody pages: the order, and the range in absolute
 * times, so that `now-15m` does not move under the reader. Opaque for clients: base64url of
 * `[version, direction, order, ts_ns, seq, node, from_ns, to_ns]`.
 */
export interface Cursor extends TimeRange {
  readonly direction: 'next' | 'prev';
  /** The order in which the reader sees the records, also on the way back. */
  readonly order: 'asc' | 'desc';
  readonly key: OrderKey;
}

const VERSION = 1;
/** A node name has at most 256 characters, everything else is numbers. */
export const MAX_CURSOR = 1_024;

const nanoseconds = z.string().regex(/^\d{1,19}$/);
const wire = z.tuple([
  z.literal(VERSION),
  z.enum(['next', 'prev']),
  z.enum(['asc', 'desc']),
  nanoseconds,
  z.int().min(0),
  z.string().min(1).max(256),
  nanoseconds,
  nanoseconds,
]);

export function encodeCursor(cursor: Cursor): string {
  const { direction, order, key, fromNs, toNs } = cursor;
  const fields = [VERSION, direction, order, key.timestampNs, key.sequence, key.node, fromNs.toString(), toNs.toString()];
  return Buffer.from(JSON.stringify(fields)).toString('base64url');
}

/** Throws `ApiError` when the text was not made by `encodeCursor` of this version. */
export function decodeCursor(text: string): Cursor {
  const parsed = wire.safeParse(parseJson(Buffer.from(text, 'base64url').toString()));
  if (!parsed.success) {
    throw new ApiError(400, 'cursor_invalid', 'this cursor cannot be read', {
      hint: 'take next or prev from an answer as it is, or leave cursor out',
    });
  }
  const [, direction, order, timestampNs, sequence, node, fromNs, toNs] = parsed.data;
  return { direction, order, key: { timestampNs, sequence, node }, fromNs: BigInt(fromNs), toNs: BigInt(toNs) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

import type { Fields } from '#libs/record';
import { sameBytes, viewOf } from './buffer-slice.js';

/**
 * The fields of a record without its `log`, found again by their bytes: a container sends the same ones with every line.
 * The identical object comes back, so whoever handles it later can remember by identity what it made of it.
 *
 * A key is two ranges of bytes, what stands before `log` and what stands behind it. Its 32-bit hash finds one candidate
 * and the bytes decide, so a collision costs a decode and never gives wrong fields.
 *
 * Fields are kept, and frozen, when they come a second time: a record that is like no other (a counter among its fields)
 * costs a number here and nothing for those who remember by identity. A WeakMap entry for each would stall every garbage
 * collection: measured 8 µs a record.
 */

/** Fields longer than this are not worth keeping: they rarely come again. */
export const MAX_CACHED_BYTES = 1024;
/** Entries before the cache is emptied. Docker sends at most 8 orders of the same keys, so this is 128 containers or more. */
export const MAX_CACHED_FIELDS = 1024;

interface Entry {
  readonly before: DataView;
  readonly after: DataView;
  readonly fields: Fields;
}

/** Where a record's bytes around its `log` are: [from, logFrom) and [logTo, to). */
export interface Surround {
  readonly from: number;
  readonly logFrom: number;
  readonly logTo: number;
  readonly to: number;
}

export class FieldCache {
  private readonly entries = new Map<number, Entry>();
  /** Hashes that came once. */
  private readonly once = new Set<number>();
  private hash = 0;

  get(view: DataView, at: Surround): Fields | undefined {
    const before = at.logFrom - at.from;
    const after = at.to - at.logTo;
    this.hash = mix(view, at.logTo, at.to, mix(view, at.from, at.logFrom, before));
    const entry = this.entries.get(this.hash);
    if (entry === undefined || entry.before.byteLength !== before || entry.after.byteLength !== after) return undefined;
    const same = sameBytes(view, at.from, entry.before) && sameBytes(view, at.logTo, entry.after);
    return same ? entry.fields : undefined;
  }

  /** Keeps what the last `get`, with the same arguments, did not find, when it is not the first time. */
  set(bytes: Uint8Array, at: Surround, fields: Fields): void {
    if (!this.once.delete(this.hash)) {
      if (this.once.size >= MAX_CACHED_FIELDS) this.once.clear();
      this.once.add(this.hash);
      return;
    }
    if (this.entries.size >= MAX_CACHED_FIELDS) this.entries.clear();
    const before = viewOf(copy(bytes, at.from, at.logFrom));
    const after = viewOf(copy(bytes, at.logTo, at.to));
    this.entries.set(this.hash, { before, after, fields: Object.freeze(fields) });
  }
}

/** Not a slice: a Buffer's slice would keep the whole read alive. */
function copy(bytes: Uint8Array, from: number, to: number): Uint8Array {
  return Uint8Array.prototype.slice.call(bytes, from, to);
}

function mix(view: DataView, from: number, to: number, seed: number): number {
  let hash = seed;
  let at = from;
  for (; at + 4 <= to; at += 4) {
    hash = Math.imul(hash ^ view.getUint32(at), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  for (; at < to; at += 1) hash = Math.imul(hash ^ view.getUint8(at), 0x01000193);
  return hash;
}

/**
 * What stands where something was taken out. A value that is a mark already is left alone, so that redacting twice (a part of
 * a join, then the joined record) gives the same as once:
 *
 *     mask     ****  ·  card: ****-****-****-1111  ·  e-mail: ****@example.com  ·  token: ghp_****
 *     hash     hash:0123456789ab    the first 48 bits of HMAC-SHA256
 *     remove   [removed]
 */
import { createHmac } from 'node:crypto';
import type { Action } from './filter.js';

export const MASK = '****';
export const REMOVED = '[removed]';
/** In place of keys, which stores do not take with every sign. */
export const REDACTED_KEY = 'redacted';
/** 48 bits: two of a million values are equal by chance once in 560 stores; short enough to be typed. */
const HASH_DIGITS = 12;
const MARK = /^(?:\*{4,}(?:@[^@]*)?|\[?removed\]?|hash:[0-9a-f]{12})$/;

/** Hashes one value; the same value gives the same text under the same key. */
export type Hash = (value: string) => string;

export function hashWith(key: string): Hash {
  return (value) => `hash:${createHmac('sha256', key).update(value).digest('hex').slice(0, HASH_DIGITS)}`;
}

export function isMark(text: string): boolean {
  return MARK.test(text);
}

/** A found piece of text and what a mask leaves of it. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly masked?: (text: string) => string;
}

export function markOf(text: string, action: Action, hash: Hash, masked?: Span['masked']): string {
  if (action === 'hash') return hash(text);
  if (action === 'remove') return REMOVED;
  return masked === undefined ? MASK : masked(text);
}

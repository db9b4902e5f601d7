import { createHash } from 'node:crypto';
import { ApiError } from '../errors.js';
import type { TimeRange } from '../logs/time-range.js';

/**
 * What stands between a slip of the hand and lost records: a token that the count gives and the deletion wants. It carries the absolute
 * range that was counted, so that `now-1h` cannot come to mean something else, and a hash of the question. It proves nothing about who asks;
 * that is a matter of keys.
 */

/** Time to read a number and think. */
export const CONFIRMATION_MS = 5 * 60_000;

/** As the person wrote it. */
export interface Question {
  readonly q: string;
  readonly filter: readonly string[];
  readonly from: string;
  readonly to: string;
}

export interface Counted extends TimeRange {
  readonly matched: number;
}

export function issueConfirmation(question: Question, { fromNs, toNs, matched }: Counted, nowMs: number): string {
  const claims = [String(fromNs), String(toNs), matched, nowMs + CONFIRMATION_MS];
  return Buffer.from(JSON.stringify([...claims, digest(question, claims)])).toString('base64url');
}

/** Throws `ApiError` for a token of another question, or an old one. */
export function readConfirmation(token: string, question: Question, nowMs: number): Counted {
  const [from, to, matched, expiresMs, hash] = parse(token);
  if (typeof from !== 'string' || typeof to !== 'string' || typeof matched !== 'number' || typeof expiresMs !== 'number') throw refused();
  if (hash !== digest(question, [from, to, matched, expiresMs])) throw refused();
  if (nowMs > expiresMs)
    throw new ApiError(400, 'confirmation_invalid', 'confirm is too old', { hint: 'count again: send it without confirm' });
  return { fromNs: BigInt(from), toNs: BigInt(to), matched };
}

function parse(token: string): unknown[] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}

function digest({ q, filter, from, to }: Question, claims: readonly unknown[]): string {
  return createHash('sha256')
    .update(JSON.stringify([q, filter, from, to, claims]))
    .digest('base64url');
}

const refused = (): ApiError =>
  new ApiError(400, 'confirmation_invalid', 'confirm belongs to another query or range', { hint: 'count again: send it without confirm' });

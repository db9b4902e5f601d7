/**
 * When a notice is tried again: denser at first than Standard Webhooks advises, because an alert is worth most at once,
 * then hourly, until a day is over.
 */
import { DeliveryError } from '../errors.js';

const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;
const STEPS_MS = [0, SECOND, 5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE];
/** Six at once and in the first 13 minutes, then one an hour until a day is over. */
export const MAX_ATTEMPTS = STEPS_MS.length + 23;
/** Endpoints that failed together shall not come back together. */
const JITTER = 0.2;
/** Never below what the other side asked for, and little above. */
const RETRY_AFTER_JITTER = 0.1;

/**
 * Milliseconds before the next try, when `attempts` were made and the last ended with `error`; negative: no further try.
 * `random` gives [0, 1).
 */
export function backoffMs(attempts: number, error: unknown, random: () => number): number {
  if (attempts >= MAX_ATTEMPTS) return -1;
  const failure = error instanceof DeliveryError ? error.options : undefined;
  if (failure !== undefined && !failure.retryable) return -1;
  const step = (STEPS_MS[attempts] ?? HOUR) * (1 - JITTER + 2 * JITTER * random());
  const asked = (failure?.retryAfterMs ?? 0) * (1 + RETRY_AFTER_JITTER * random());
  return Math.ceil(Math.max(step, asked));
}

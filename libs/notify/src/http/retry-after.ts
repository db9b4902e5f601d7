/**
 * `Retry-After` (RFC 9110, 10.2.3): seconds or an HTTP date. Some services write fractions.
 * A server that asks for more than this is asked again all the same: an alert that waits longer is of no use to anybody.
 */
export const MAX_RETRY_AFTER_MS = 3_600_000;

/** Milliseconds from `nowMs`; undefined when it says nothing that can be understood. */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  const wait = /^\d{1,9}(\.\d{1,6})?$/.test(text) ? Number(text) * 1_000 : dateOf(text) - nowMs;
  if (Number.isNaN(wait)) return undefined;
  return Math.min(Math.max(Math.ceil(wait), 0), MAX_RETRY_AFTER_MS);
}

/** An HTTP date begins with a day's name; Date.parse alone takes far too much for a date. */
function dateOf(text: string): number {
  return /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text) ? Date.parse(text) : Number.NaN;
}

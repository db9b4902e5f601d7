/** Durations as whole nanoseconds in decimal text, which is exact where doubles are not. */

const UNITS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, µs: 1e3, μs: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 };

/** Up to about 104 days; longer ones are no durations of log lines. */
const MAX_NS = Number.MAX_SAFE_INTEGER;

/** A JSON number of some unit (in nanoseconds) to nanoseconds; '' when negative or too long. */
export function scaleDuration(raw: string, unit: number): string {
  if (unit === 1_000_000 && raw.length < 9 && raw.charCodeAt(0) > 48 && !/\D/.test(raw)) return raw + '000000';
  const ns = Math.round(Number(raw) * unit);
  return ns >= 0 && ns <= MAX_NS ? String(ns) : '';
}

const PART = /(\d+(?:\.\d+)?)(ns|us|µs|μs|ms|s|m|h)/g;
const WHOLE = /^(?:\d+(?:\.\d+)?(?:ns|us|µs|μs|ms|s|m|h)){1,6}$/;

/** `1.2s`, `45ms`, `1h2m3s` (Go) to nanoseconds; '' for anything else. */
export function durationOf(text: string): string {
  if (text.length > 32 || !WHOLE.test(text)) return '';
  let ns = 0;
  for (const [, amount, unit] of text.matchAll(PART)) ns += Number(amount) * (UNITS[unit ?? ''] ?? 0);
  return ns <= MAX_NS ? String(Math.round(ns)) : '';
}

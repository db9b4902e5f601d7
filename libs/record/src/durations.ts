/** Durations as whole nanoseconds in decimal text, which is exact where doubles are not. */

const UNITS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, µs: 1e3, μs: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 };

/** Up to about 104 days; longer ones are no durations of log lines. */
const MAX_NS = Number.MAX_SAFE_INTEGER;

/** A JSON number of some unit (in nanoseconds) to nanoseconds; '' when negative or too long. */
export function scaleDuration(raw: string, unit: number): string {
  if (unit === 1_000_000 && raw.length < 14 && raw.charCodeAt(0) > 48) {
    const exact = shiftMillis(raw);
    if (exact !== '') return exact;
  }
  const ns = Math.round(Number(raw) * unit);
  return ns >= 0 && ns <= MAX_NS ? String(ns) : '';
}

const ZEROS = '000000';

/** `177.381` ms to `177381000` ns by moving the point; '' when that is not all. */
function shiftMillis(raw: string): string {
  let dot = raw.length;
  for (let at = 0; at < raw.length; at += 1) {
    const code = raw.charCodeAt(at);
    if (code === 46) dot = at;
    else if (code < 48 || code > 57) return '';
  }
  if (dot === raw.length) return raw.length < 9 ? raw + ZEROS : '';
  const decimals = raw.length - dot - 1;
  return decimals <= 6 ? raw.slice(0, dot) + raw.slice(dot + 1) + ZEROS.slice(decimals) : '';
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

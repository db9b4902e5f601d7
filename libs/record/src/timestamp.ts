/** Timestamps as the record has them: RFC 3339, UTC, nine decimals (`2026-11-21T04:04:23.785232175Z`). */

/** What Elasticsearch's `date_nanos` holds: 1970 to the last whole second before 2^63 ns (April 2262). */
export const MAX_SECONDS = 9_223_372_035;

export interface Instant {
  readonly seconds: number;
  /** 0 to 999 999 999. */
  readonly nanos: number;
}

const BILLION = 1_000_000_000n;

/** Formats nanoseconds since the epoch, or seconds and nanos; outside 1970-2262 the nearest bound is taken. */
export function formatTimestamp(time: bigint | Instant): string {
  const { seconds, nanos } = typeof time === 'bigint' ? instantOf(time) : time;
  if (!(seconds >= 0)) return formatSecond(0) + '.000000000Z';
  if (seconds > MAX_SECONDS) return formatSecond(MAX_SECONDS) + '.999999999Z';
  return `${formatSecond(seconds)}.${String(nanos).padStart(9, '0')}Z`;
}

/** Floor division, so that `nanos` is never negative. */
export function instantOf(ns: bigint): Instant {
  const rest = ((ns % BILLION) + BILLION) % BILLION;
  return { seconds: Number((ns - rest) / BILLION), nanos: Number(rest) };
}

/** `2026-11-21T04:04:23` */
export function formatSecond(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19);
}

const RFC3339 = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:[.,](\d{1,9})\d*)?(?:[Zz]|([+-])(\d{2}):?(\d{2}))$/;

/** Nanoseconds since the epoch of an RFC 3339 time with a zone, or undefined. */
export function parseTimestamp(text: string): bigint | undefined {
  const found = RFC3339.exec(text);
  if (found === null) return undefined;
  const [, date, time, fraction = '', sign, hours = '0', minutes = '0'] = found;
  const ms = Date.parse(`${date}T${time}Z`);
  if (Number.isNaN(ms)) return undefined;
  const offset = (Number(hours) * 60 + Number(minutes)) * 60 * (sign === '-' ? -1 : 1);
  return BigInt(ms / 1000 - offset) * BILLION + BigInt(fraction.padEnd(9, '0'));
}

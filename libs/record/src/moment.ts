/**
 * Times as programs write them, beyond the ISO form that `TimeReader` reads itself:
 *
 * - `Sat, 21 Nov 2026 04:04:23 +0000` (RFC 2822; `GMT`, `UTC` and `Z` as zones)
 * - `21/Nov/2026:04:04:23 +0000` (access logs)
 * - `Sat Nov 21 04:04:23.785 2026` (ctime, Apache), `21 Nov 2026 04:04:23.785` (Redis)
 */
export interface Moment {
  /** Seconds since the epoch as if the time were UTC, less the offset when it has one. */
  readonly seconds: number;
  readonly nanos: number;
  readonly zoned: boolean;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

const DAY_FIRST =
  /^(?:[A-Za-z]{3}, )?(\d{1,2})[ /-]([A-Za-z]{3})[ /-](\d{4})[ :](\d{2}):(\d{2}):(\d{2})(?:[.,](\d{1,9}))?(?: ?(Z|UTC|GMT|[+-]\d{2}:?\d{2}))?$/;
const MONTH_FIRST = /^(?:[A-Za-z]{3} )?([A-Za-z]{3}) {1,2}(\d{1,2}) (\d{2}):(\d{2}):(\d{2})(?:[.,](\d{1,9}))? (\d{4})$/;

/** Longest text that can be a time. */
const MAX_TEXT = 48;

export function parseMoment(text: string): Moment | undefined {
  if (text.length > MAX_TEXT) return undefined;
  const dayFirst = DAY_FIRST.exec(text);
  if (dayFirst !== null) {
    const [, day, month, year, hour, minute, second, fraction, zone] = dayFirst;
    return moment([year, month, day, hour, minute, second], fraction, zone);
  }
  const monthFirst = MONTH_FIRST.exec(text);
  if (monthFirst === null) return undefined;
  const [, month, day, hour, minute, second, fraction, year] = monthFirst;
  return moment([year, month, day, hour, minute, second], fraction, undefined);
}

function moment(parts: readonly (string | undefined)[], fraction = '', zone?: string): Moment | undefined {
  const [year, month, day, hour, minute, second] = parts;
  const index = MONTHS.indexOf((month ?? '').toLowerCase());
  const seconds = secondsOf([Number(year), index + 1, Number(day), Number(hour), Number(minute), Number(second)]);
  if (index < 0 || seconds === undefined) return undefined;
  return { seconds: seconds - offsetOf(zone ?? 'Z'), nanos: Number(fraction.padEnd(9, '0')), zoned: zone !== undefined };
}

/** Seconds east of UTC of `Z`, `UTC`, `+09:00`, `+0900`, `+09`. */
export function offsetOf(zone: string): number {
  const found = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone);
  if (found === null) return 0;
  const seconds = Number(found[2]) * 3600 + Number(found[3] ?? 0) * 60;
  return found[1] === '-' ? -seconds : seconds;
}

/** Seconds since the epoch of year, month (from 1), day, hour, minute, second; undefined when there is no such time. */
export function secondsOf(parts: readonly [number, number, number, number, number, number]): number | undefined {
  const [year, month, day, hour, minute, second] = parts;
  if (month < 1 || month > 12 || hour > 23 || minute > 59 || second > 59) return undefined;
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  const real = date.getUTCDate() === day && date.getUTCFullYear() === year;
  return real ? date.getTime() / 1000 : undefined;
}

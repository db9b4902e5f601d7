import { parseTime } from '#libs/query';
import { ApiError } from '../errors.js';

export const NS_PER_MS = 1_000_000n;

/** Longest text looked at: the longest RFC 3339 time with 9 decimals has 35 characters. */
const MAX_TEXT = 64;
/** Milliseconds below this (March 1973) are almost surely seconds. */
const LEAST_PLAUSIBLE_MS = 100_000_000_000;

/**
 * A point in time as in the query language, to the nanosecond: RFC 3339, epoch milliseconds or nanoseconds, `now-15m`,
 * `now/d`. A day or a minute means its beginning. Stricter than there in two things that go wrong silently: seconds in
 * place of milliseconds, and a time of day without its zone. `name` is the parameter, for the error. Throws `ApiError`.
 */
export function parseInstant(name: string, text: string, nowNs: bigint): bigint {
  const given = restorePlus(text.trim()).slice(0, MAX_TEXT);
  if (given === '0') return 0n;
  if (/^\d+$/.test(given) && Number(given) < LEAST_PLAUSIBLE_MS) {
    throw invalid(name, `${given} looks like seconds`, `give milliseconds (${given}000) or nanoseconds`);
  }
  if (/^[\d-]+[T ][\d:.]+$/i.test(given)) throw invalid(name, `${given} has no zone`, `add Z or an offset: ${given}Z`);
  const span = parseTime(given, nowNs);
  if (span === undefined) throw invalid(name, `"${given}" is not a time`, 'give RFC 3339, epoch milliseconds or nanoseconds, or now-15m');
  return span.fromNs;
}

/** In a query string a bare `+` means a space; neither `now 1d` nor `… 09:00` can mean anything else. */
function restorePlus(text: string): string {
  return text
    .replace(/^now (?=\d)/, 'now+')
    .replace(/ (?=\d\d:?\d\d$)/, (space, at: number) => (text.slice(0, at).includes(':') ? '+' : space));
}

function invalid(name: string, message: string, hint: string): ApiError {
  return new ApiError(400, 'parameter_invalid', `${name}: ${message}`, { hint });
}

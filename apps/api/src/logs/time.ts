import { ApiError } from '../errors.js';

/**
 * Points in time as people and programs write them, exact to the nanosecond:
 *
 *   2026-11-21T04:04:23.785232175Z   RFC 3339, any offset, up to 9 decimals; a day alone is its midnight UTC
 *   1795233863785                    milliseconds since the epoch
 *   1795233863785232175              nanoseconds since the epoch (15 digits or fewer are milliseconds)
 *   now, now-15m, now+1d             relative: ms, s, m, h, d, w
 */
const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9})\d*)?(?:([Zz])|([+-])(\d\d):?(\d\d))?)?$/;
const EPOCH = /^\d{1,19}$/;
const RELATIVE = /^now(?:([+-])(\d{1,9})(ms|s|m|h|d|w))?$/;

/** Longest text looked at: the longest RFC 3339 time with 9 decimals has 35 characters; more decimals are cut. */
const MAX_TEXT = 64;
/** The last nanosecond that fits in 64 bits (year 2262), which is what both stores keep. */
const MAX_NS = (1n << 63n) - 1n;
/** Milliseconds below this (March 1973) are almost surely seconds. 0 stays possible: "from the beginning". */
const LEAST_PLAUSIBLE_MS = 100_000_000_000n;

export const NS_PER_MS = 1_000_000n;
const NS_PER_MINUTE = 60_000n * NS_PER_MS;
const UNIT_NS: Readonly<Record<string, bigint>> = {
  ms: NS_PER_MS,
  s: 1_000n * NS_PER_MS,
  m: NS_PER_MINUTE,
  h: 60n * NS_PER_MINUTE,
  d: 1_440n * NS_PER_MINUTE,
  w: 10_080n * NS_PER_MINUTE,
};

/** Nanoseconds since the epoch. `name` is the parameter, for the error. Throws `ApiError`. */
export function parseTime(name: string, text: string, nowNs: bigint): bigint {
  const trimmed = restorePlus(text.trim());
  const ns =
    trimmed.length > MAX_TEXT ? undefined : (parseRelative(trimmed, nowNs) ?? parseEpoch(name, trimmed) ?? parseRfc3339(name, trimmed));
  if (ns === undefined)
    throw invalid(name, `"${trimmed.slice(0, MAX_TEXT)}" is not a time`, 'give RFC 3339, epoch milliseconds or nanoseconds, or now-15m');
  if (ns < 0n || ns > MAX_NS) throw invalid(name, `${trimmed} lies outside the years 1970 to 2262`);
  return ns;
}

/** In a query string a bare `+` means a space; neither `now 1d` nor `… 09:00` can mean anything else. */
function restorePlus(text: string): string {
  return text.replace(/^now (?=\d)/, 'now+').replace(/ (?=\d\d:?\d\d$)/, '+');
}

function parseRelative(text: string, nowNs: bigint): bigint | undefined {
  const match = RELATIVE.exec(text);
  if (match === null) return undefined;
  const [, sign, amount = '0', unit = 'ms'] = match;
  const distance = BigInt(amount) * (UNIT_NS[unit] ?? 0n);
  return sign === '-' ? nowNs - distance : nowNs + distance;
}

function parseEpoch(name: string, text: string): bigint | undefined {
  if (!EPOCH.test(text)) return undefined;
  const value = BigInt(text);
  if (text.length > 15) return value;
  if (value !== 0n && value < LEAST_PLAUSIBLE_MS) {
    throw invalid(name, `${text} looks like seconds`, `give milliseconds (${text}000) or nanoseconds`);
  }
  return value * NS_PER_MS;
}

function parseRfc3339(name: string, text: string): bigint | undefined {
  const match = RFC_3339.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', utc, sign, offsetHours = '0', offsetMinutes = '0'] = match;
  if (hour !== undefined && utc === undefined && sign === undefined) {
    throw invalid(name, `${text} has no zone`, `add Z or an offset: ${text}Z`);
  }
  const canonical = `${year}-${month}-${day}T${hour ?? '00'}:${minute ?? '00'}:${second ?? '00'}`;
  const ms = Date.parse(`${canonical}Z`);
  // Date.parse rolls the 31st of February over to March; what comes back must be what was given.
  if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 19) !== canonical || Number(offsetHours) > 23 || Number(offsetMinutes) > 59) {
    throw invalid(name, `${text} is not a date of the calendar`);
  }
  const offsetNs = (BigInt(offsetHours) * 60n + BigInt(offsetMinutes)) * NS_PER_MINUTE;
  const localNs = BigInt(ms) * NS_PER_MS + BigInt(fraction.padEnd(9, '0'));
  return sign === '-' ? localNs + offsetNs : localNs - offsetNs;
}

function invalid(name: string, message: string, hint?: string): ApiError {
  return new ApiError(400, 'parameter_invalid', `${name}: ${message}`, hint === undefined ? {} : { hint });
}

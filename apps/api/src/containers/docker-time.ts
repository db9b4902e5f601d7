/**
 * Times as `docker logs --since` and `--until` take them, to the nanosecond:
 *
 *     10s  1m30s  1.5h  300ms          so long before now (Go's durations)
 *     2026-11-21T10:00:00.123456789Z   RFC 3339; without a zone UTC, and without seconds, minutes or the time of day their beginning
 *     1795233863.785232175             seconds since the epoch, with up to nine decimals
 */
import { ApiError } from '../errors.js';

/** Longest text looked at: an RFC 3339 time with nine decimals has 35 characters. */
const MAX_TEXT = 64;
const NS_PER_SECOND = 1_000_000_000n;

const DURATION = /^([+-]?)((?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/;
const STEP = /(\d*)\.?(\d*)(ns|us|µs|μs|ms|s|m|h)/g;
const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: NS_PER_SECOND,
  m: 60n * NS_PER_SECOND,
  h: 3_600n * NS_PER_SECOND,
};
const DATE = /^(\d{4}-\d\d-\d\d)(?:T(\d\d)(?::(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?)?(Z|[+-]\d\d:\d\d)?$/;
const EPOCH = /^(\d{1,10})(?:\.(\d{1,9})\d*)?$/;

/** Nanoseconds since the epoch; `name` is the parameter, for the error. Throws `ApiError`. */
export function parseDockerTime(name: string, text: string, nowNs: bigint): bigint {
  // In a query string a bare `+` means a space; behind a time of day nothing else can be meant.
  const given = text.slice(0, MAX_TEXT).replace(/(?<=T.*) (?=\d\d:\d\d$)/, '+');
  const ns = before(given, nowNs) ?? date(given) ?? epoch(given);
  if (ns !== undefined) return ns < 0n ? 0n : ns;
  throw new ApiError(400, 'parameter_invalid', `${name}: "${given}" is not a time as docker logs takes it`, {
    hint: 'give 10m, 1m30s, 2026-11-21T10:00:00Z or seconds since the epoch',
  });
}

function before(text: string, nowNs: bigint): bigint | undefined {
  const match = DURATION.exec(text);
  if (match === null) return undefined;
  let sum = 0n;
  for (const [, whole = '', decimals = '', unit = 's'] of text.matchAll(STEP)) sum += quantity(whole, decimals, UNITS[unit] ?? 1n);
  return match[1] === '-' ? nowNs + sum : nowNs - sum;
}

/** Exact where a number would round: `1795233863.785232175` seconds. */
function quantity(whole: string, decimals: string, unit: bigint): bigint {
  const cut = decimals.slice(0, 18);
  return BigInt(whole || '0') * unit + (BigInt(cut || '0') * unit) / 10n ** BigInt(cut.length);
}

function date(text: string): bigint | undefined {
  const match = DATE.exec(text);
  if (match === null) return undefined;
  const [, day = '', hour = '00', minute = '00', second = '00', decimals = '', zone = 'Z'] = match;
  const plain = `${day}T${hour}:${minute}:${second}`;
  const ms = Date.parse(`${plain}Z`);
  // Date makes 1 March of 30 February.
  if (Number.isNaN(ms) || !new Date(ms).toISOString().startsWith(plain)) return undefined;
  return BigInt(ms) * 1_000_000n - offsetNs(zone) + BigInt(decimals.padEnd(9, '0'));
}

function offsetNs(zone: string): bigint {
  if (zone === 'Z') return 0n;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return BigInt(zone.startsWith('-') ? -minutes : minutes) * 60n * NS_PER_SECOND;
}

function epoch(text: string): bigint | undefined {
  const match = EPOCH.exec(text);
  return match === null ? undefined : quantity(match[1] ?? '', match[2] ?? '', NS_PER_SECOND);
}

/** A span of time, nanoseconds since the epoch: `from` belongs to it, `to` does not. */
export interface Span {
  readonly fromNs: bigint;
  readonly toNs: bigint;
}

/** What Elasticsearch's `date_nanos` and a 64-bit integer can hold: 1970 to April 2262. */
const LAST_NS = 2n ** 63n - 1n;
const MS = 1_000_000n;

const ISO = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d)(?::(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?)?(Z|[+-]\d\d:?\d\d)?)?)?$/iu;
const NOW = /^now((?:[+-]\d{1,6}[yMwdhHms])*)(?:\/([yMwdhHms]))?$/u;
const STEP = /([+-]\d+)([yMwdhHms])/gu;
const EPOCH = /^\d{10,19}$/u;

const FIXED_MS: Readonly<Record<string, number>> = { s: 1e3, m: 60e3, h: 3_600e3, H: 3_600e3, d: 86_400e3, w: 7 * 86_400e3 };

/**
 * The span that a written time covers: `2026-11-21` is that UTC day, `2026-11-21T10:00` that minute, `now-1d` one
 * instant, `now/d` today. Also epoch milliseconds (10 to 13 digits) and nanoseconds (16 to 19). undefined when it is none.
 */
export function parseTime(text: string, nowNs: bigint): Span | undefined {
  const span = relative(text, nowNs) ?? epoch(text) ?? iso(text);
  if (span === undefined) return undefined;
  return { fromNs: clamp(span.fromNs), toNs: clamp(span.toNs) };
}

/** RFC 3339 in UTC with nine decimals, as records hold times. */
export function formatTime(ns: bigint): string {
  const seconds = new Date(Number(ns / MS)).toISOString().slice(0, 19);
  return `${seconds}.${String(ns % 1_000_000_000n).padStart(9, '0')}Z`;
}

function clamp(ns: bigint): bigint {
  if (ns < 0n) return 0n;
  return ns > LAST_NS ? LAST_NS : ns;
}

function epoch(text: string): Span | undefined {
  if (!EPOCH.test(text)) return undefined;
  if (text.length > 15) return { fromNs: BigInt(text), toNs: BigInt(text) + 1n };
  return text.length > 13 ? undefined : { fromNs: BigInt(text) * MS, toNs: (BigInt(text) + 1n) * MS };
}

function relative(text: string, nowNs: bigint): Span | undefined {
  const match = NOW.exec(text);
  if (match === null) return undefined;
  let ns = nowNs;
  for (const [, amount, unit] of (match[1] ?? '').matchAll(STEP)) ns = add(ns, Number(amount), unit ?? 's');
  const unit = match[2];
  if (unit === undefined) return { fromNs: ns, toNs: ns + 1n };
  const start = floor(ns, unit);
  return { fromNs: start, toNs: add(start, 1, unit) };
}

function add(ns: bigint, amount: number, unit: string): bigint {
  const fixed = FIXED_MS[unit];
  if (fixed !== undefined) return ns + BigInt(amount * fixed) * MS;
  const date = new Date(Number(ns / MS));
  const day = date.getUTCDate();
  date.setUTCMonth(date.getUTCMonth() + (unit === 'y' ? 12 * amount : amount), 1);
  date.setUTCDate(Math.min(day, new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()));
  return BigInt(Number.isNaN(date.getTime()) ? 0 : date.getTime()) * MS + (ns % MS);
}

function floor(ns: bigint, unit: string): bigint {
  const date = new Date(Number(ns / MS));
  if (unit === 'w') date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
  if (unit === 'y') return BigInt(Date.UTC(date.getUTCFullYear(), 0)) * MS;
  if (unit === 'M') return BigInt(Date.UTC(date.getUTCFullYear(), date.getUTCMonth())) * MS;
  const step = unit === 'w' ? 86_400e3 : (FIXED_MS[unit] ?? 1e3);
  return BigInt(Math.floor(date.getTime() / step) * step) * MS;
}

function iso(text: string): Span | undefined {
  const match = ISO.exec(text);
  if (match === null) return undefined;
  const [, year = '', month, day, hour, minute, second, fraction, zone] = match;
  const at = `${year}-${month ?? '01'}-${day ?? '01'}T${hour ?? '00'}:${minute ?? '00'}:${second ?? '00'}`;
  const ms = Date.parse(`${at}Z`);
  if (Number.isNaN(ms) || !new Date(ms).toISOString().startsWith(at)) return undefined;
  const start = BigInt(ms) * MS - zoneNs(zone) + BigInt((fraction ?? '').padEnd(9, '0'));
  if (fraction !== undefined) return { fromNs: start, toNs: start + 10n ** BigInt(9 - fraction.length) };
  return { fromNs: start, toNs: add(start, 1, smallest([year, month, day, hour, minute, second])) };
}

function smallest(given: readonly (string | undefined)[]): string {
  const index = given.indexOf(undefined);
  return ['y', 'M', 'd', 'h', 'm', 's'][(index === -1 ? given.length : index) - 1] ?? 's';
}

function zoneNs(zone: string | undefined): bigint {
  if (zone === undefined || zone.toUpperCase() === 'Z') return 0n;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return BigInt(zone.startsWith('-') ? -minutes : minutes) * 60_000_000_000n;
}

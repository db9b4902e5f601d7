/** Times between RFC 3339 text with up to nine decimals, always in UTC, and nanoseconds since the epoch. */

export const NS_PER_MS = 1_000_000n;
export const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;
/** What a BIGINT of nanoseconds can hold, in whole days: the last one is 2262-04-10. */
const LAST_MS = Date.UTC(2262, 3, 11) - 1;
const MINUTE_LENGTH = '2026-11-21T04:04'.length;
const MINUTE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/;
const SECONDS = /^:(\d{2})(?:\.(\d{1,9}))?Z$/;

/** A time split where its parts are needed: the milliseconds for day and minute, the rest for the exact column. */
export interface Instant {
  readonly ms: number;
  readonly ns: bigint;
}

/** Neighbouring records mostly share their minute, so the last one is kept parsed. */
let lastMinute = '';
let lastMinuteMs = Number.NaN;

function parseMinute(text: string): number {
  if (text !== lastMinute) {
    lastMinute = text;
    lastMinuteMs = MINUTE.test(text) ? Date.parse(`${text}:00Z`) : Number.NaN;
  }
  return lastMinuteMs;
}

/** undefined for what is no time between 1970 and 2262. */
export function parseInstant(text: string): Instant | undefined {
  const minuteMs = parseMinute(text.slice(0, MINUTE_LENGTH));
  const seconds = SECONDS.exec(text.slice(MINUTE_LENGTH));
  if (seconds === null || Number.isNaN(minuteMs)) return undefined;
  const nanos = Number((seconds[2] ?? '').padEnd(9, '0'));
  const secondMs = minuteMs + Number(seconds[1]) * 1000;
  const ms = secondMs + Math.floor(nanos / 1e6);
  if (ms < 0 || ms > LAST_MS) return undefined;
  return { ms, ns: BigInt(secondMs) * NS_PER_MS + BigInt(nanos) };
}

export function formatInstant(ns: bigint): string {
  const second = ns / 1_000_000_000n;
  const nanos = String(ns - second * 1_000_000_000n).padStart(9, '0');
  return `${new Date(Number(second) * 1000).toISOString().slice(0, 19)}.${nanos}Z`;
}

/** The UTC day as `2026-11-21`, which sorts as text. */
export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
export const dayStartMs = (day: string): number => Date.parse(`${day}T00:00:00Z`);
/** Milliseconds of a nanosecond time, rounded down. */
export const msOf = (ns: bigint): number => Number(ns / NS_PER_MS);

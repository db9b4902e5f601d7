export type Zone = 'local' | 'utc';

/** What a person picks without thinking, in the API's words. */
export const PRESETS = ['5m', '15m', '1h', '6h', '24h', '7d', '30d'] as const;

/** `15m` of `now-15m` up to now; undefined for any other range. */
export function relativeSpan(from: string, to: string): string | undefined {
  return to === 'now' ? /^now-(\d+[smhdw])$/.exec(from)?.[1] : undefined;
}

const two = (n: number): string => String(n).padStart(2, '0');

/** `2026-11-21` and `17:03:09.123` of a point in time, in the browser's zone or UTC. */
export function dayAndTime(epochMs: number, zone: Zone): { day: string; time: string } {
  // Shifted by the offset, so that UTC's getters give local figures; Intl would take ten times as long for each row.
  const at = new Date(zone === 'utc' ? epochMs : epochMs - new Date(epochMs).getTimezoneOffset() * 60_000);
  if (Number.isNaN(at.getTime())) return { day: '', time: '' };
  const day = `${at.getUTCFullYear()}-${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())}`;
  const time = `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}.${String(at.getUTCMilliseconds()).padStart(3, '0')}`;
  return { day, time };
}

/** Value of a `datetime-local` input for a point in time. */
export function toInput(epochMs: number, zone: Zone): string {
  const { day, time } = dayAndTime(epochMs, zone);
  return day === '' ? '' : `${day}T${time}`;
}

/** What somebody typed into such an input, as RFC 3339 in UTC; undefined when it is no time. */
export function fromInput(text: string, zone: Zone): string | undefined {
  const at = Date.parse(zone === 'utc' ? `${text}Z` : text);
  return text === '' || Number.isNaN(at) ? undefined : new Date(at).toISOString();
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1e3, m: 60e3, h: 3_600e3, d: 86_400e3, w: 604_800e3 };

/** Roughly where a time of the API lies, for pre-filling inputs; the API itself decides what it means. Undefined when unknown here. */
export function epochOf(text: string, nowMs: number): number | undefined {
  if (text === 'now') return nowMs;
  const [, sign, count, unit = ''] = /^now([+-])(\d+)([smhdw])$/.exec(text) ?? [];
  const unitMs = UNIT_MS[unit];
  if (unitMs !== undefined) return nowMs + (sign === '-' ? -1 : 1) * Number(count) * unitMs;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
}

/** How a range reads: `2026-11-21 17:00:00 – 17:05:00`, with what says nothing left out. */
export function rangeText(fromMs: number, toMs: number, zone: Zone): string {
  const from = dayAndTime(fromMs, zone);
  const to = dayAndTime(toMs, zone);
  const short = (time: string): string => time.replace(/\.000$/, '').replace(/:00$/, '');
  return `${from.day} ${short(from.time)} – ${from.day === to.day ? '' : `${to.day} `}${short(to.time)}`;
}

const SPANS = [
  ['d', 86_400e3],
  ['h', 3_600e3],
  ['min', 60e3],
  ['s', 1e3],
] as const;

/** `2 min`, in the largest unit that it is a whole number of. */
export function spanText(ms: number): string {
  const [name, unitMs] = SPANS.find(([, size]) => ms % size === 0) ?? ['ms', 1];
  return `${ms / unitMs} ${name}`;
}

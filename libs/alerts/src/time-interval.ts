/**
 * Alertmanager's time intervals: a moment is inside when every kind of range that is given has one that holds it.
 *
 *   times: [{ start_time: '09:00', end_time: '17:00' }]   end exclusive, up to 24:00
 *   weekdays: ['monday:friday']     days_of_month: ['1:5', '-3:-1'] (from the end)
 *   months: ['january:march', '12']     years: ['2026:2027']     location: 'Europe/Oslo' (default UTC)
 */

/** Inclusive. */
export type Range = readonly [from: number, to: number];

export interface TimeInterval {
  /** Minutes of the day, `[from, to)`. */
  readonly times: readonly Range[];
  /** 0 is Sunday. */
  readonly weekdays: readonly Range[];
  /** 1 to 31, or -31 to -1 from the end of the month. */
  readonly daysOfMonth: readonly Range[];
  /** 1 to 12. */
  readonly months: readonly Range[];
  readonly years: readonly Range[];
  /** IANA name. */
  readonly location: string;
}

export interface NamedInterval {
  readonly name: string;
  readonly intervals: readonly TimeInterval[];
}

interface Moment {
  readonly minute: number;
  readonly weekday: number;
  readonly day: number;
  readonly month: number;
  readonly year: number;
}

export const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;
export const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
] as const;

export function insideAny({ intervals }: NamedInterval, atMs: number): boolean {
  return intervals.some((interval) => inside(interval, momentAt(atMs, interval.location)));
}

function inside(interval: TimeInterval, moment: Moment): boolean {
  const { times, weekdays, daysOfMonth, months, years } = interval;
  return (
    (times.length === 0 || times.some(([from, to]) => moment.minute >= from && moment.minute < to)) &&
    holds(weekdays, moment.weekday) &&
    (daysOfMonth.length === 0 || daysOfMonth.some((range) => holdsDay(range, moment))) &&
    holds(months, moment.month) &&
    holds(years, moment.year)
  );
}

function holds(ranges: readonly Range[], value: number): boolean {
  return ranges.length === 0 || ranges.some(([from, to]) => value >= from && value <= to);
}

/** Days from the end are counted in this month; what lies outside the month is cut, as Alertmanager does. */
function holdsDay([from, to]: Range, { day, month, year }: Moment): boolean {
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const first = from < 0 ? Math.max(1, last + from + 1) : from;
  const end = to < 0 ? last + to + 1 : Math.min(to, last);
  return day >= first && day <= end;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** The only zones are those of the routes file, so the cache is as bounded as the file. */
function formatOf(location: string): Intl.DateTimeFormat {
  let format = formats.get(location);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: location,
      hourCycle: 'h23',
      weekday: 'long',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
    });
    formats.set(location, format);
  }
  return format;
}

export function isLocation(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

function momentAt(atMs: number, location: string): Moment {
  const parts = new Map(
    formatOf(location)
      .formatToParts(atMs)
      .map(({ type, value }) => [type, value]),
  );
  const number = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type));
  return {
    minute: number('hour') * 60 + number('minute'),
    weekday: WEEKDAYS.findIndex((name) => name === parts.get('weekday')?.toLowerCase()),
    day: number('day'),
    month: number('month'),
    year: number('year'),
  };
}

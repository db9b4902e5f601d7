/** `timeIntervals` of the routes file, in Alertmanager's shape. */
import { isLocation, MONTHS, WEEKDAYS, type NamedInterval, type Range, type TimeInterval } from './time-interval.js';
import type { Field } from './yaml-reader.js';

const FIELDS = ['times', 'weekdays', 'daysOfMonth', 'months', 'years', 'location'];

interface Bounds {
  readonly least: number;
  readonly most: number;
  readonly names?: readonly string[];
  readonly allowed: string;
}

const WEEKDAY: Bounds = { least: 0, most: -1, names: WEEKDAYS, allowed: `${WEEKDAYS.join(', ')}, or a range as monday:friday` };
const DAY: Bounds = { least: -31, most: 31, allowed: '1 to 31, -31 to -1 from the end of the month, or a range as 1:5' };
const MONTH: Bounds = { least: 1, most: 12, names: MONTHS, allowed: `${MONTHS.join(', ')}, 1 to 12, or a range as january:march` };
const YEAR: Bounds = { least: 1970, most: 9999, allowed: 'a year, or a range as 2026:2027' };

export function readNamedInterval(field: Field): NamedInterval | undefined {
  const fields = field.asMap(['name', 'timeIntervals']);
  const name = fields.get('name')?.asText();
  if (name === undefined || name === '') return field.refuse('a time interval needs a name');
  return { name, intervals: (fields.get('timeIntervals')?.asList() ?? []).map(readInterval) };
}

function readInterval(field: Field): TimeInterval {
  const fields = field.asMap(FIELDS);
  const ranges = (name: string, bounds: Bounds): readonly Range[] =>
    (fields.get(name)?.asList() ?? []).flatMap((item) => {
      const range = readRange(item, bounds);
      return range === undefined ? [] : [range];
    });
  const location = fields.get('location')?.asText() ?? 'UTC';
  if (!isLocation(location)) fields.get('location')?.refuse(`"${location}" is not a time zone`, 'a name as Europe/Oslo, or UTC');
  return {
    times: (fields.get('times')?.asList() ?? []).flatMap((item) => readTimes(item) ?? []),
    weekdays: ranges('weekdays', WEEKDAY),
    daysOfMonth: ranges('daysOfMonth', DAY),
    months: ranges('months', MONTH),
    years: ranges('years', YEAR),
    location: isLocation(location) ? location : 'UTC',
  };
}

function readRange(field: Field, bounds: Bounds): Range | undefined {
  const text = field.asText();
  if (text === undefined) return undefined;
  const ends = text
    .toLowerCase()
    .split(':')
    .map((part) => readEnd(part.trim(), bounds));
  const [from, to = from] = ends;
  if (ends.length > 2 || from === undefined || to === undefined) return field.refuse(`"${text}" cannot be understood`, bounds.allowed);
  const backwards = from < 0 === to < 0 ? from > to : from < 0;
  return backwards ? field.refuse(`"${text}" ends before it begins`, bounds.allowed) : [from, to];
}

function readEnd(text: string, { names, least, most }: Bounds): number | undefined {
  const index = names?.indexOf(text) ?? -1;
  if (index >= 0) return index + least;
  const number = /^-?\d{1,4}$/.test(text) ? Number(text) : 0;
  return number !== 0 && number >= least && number <= most ? number : undefined;
}

function readTimes(field: Field): readonly Range[] | undefined {
  const fields = field.asMap(['startTime', 'endTime']);
  const from = minuteOf(fields.get('startTime'));
  const to = minuteOf(fields.get('endTime'));
  if (from === undefined || to === undefined) return field.refuse('start_time and end_time are needed', '00:00 to 24:00');
  return from < to ? [[from, to]] : field.refuse('start_time must be before end_time; write two ranges for a night', '00:00 to 24:00');
}

function minuteOf(field: Field | undefined): number | undefined {
  const found = /^(?:([01]\d|2[0-3]):([0-5]\d)|24:00)$/.exec(field?.asText() ?? '');
  if (found === null) return undefined;
  return found[1] === undefined ? 1_440 : Number(found[1]) * 60 + Number(found[2]);
}

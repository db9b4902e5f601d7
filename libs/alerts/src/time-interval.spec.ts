import { parseRouting } from './routing-file.js';
import { insideAny, type NamedInterval } from './time-interval.js';

function intervalOf(text: string): NamedInterval {
  const { routing, problems } = parseRouting(`timeIntervals: [{ name: it, timeIntervals: [${text}] }]`, { file: 'f' });
  const interval = routing?.timeIntervals[0];
  if (interval === undefined) throw new Error(JSON.stringify(problems));
  return interval;
}

describe('a time interval', () => {
  it.each([
    // 2026-11-21 is a Saturday.
    ['{}', '2026-11-21T07:00:00Z', true],
    ["{ weekdays: ['monday:friday'] }", '2026-11-21T07:00:00Z', false],
    ["{ weekdays: ['saturday', sunday] }", '2026-11-21T07:00:00Z', true],
    ["{ times: [{ start_time: '07:00', end_time: '08:00' }] }", '2026-11-21T07:00:00Z', true],
    ["{ times: [{ start_time: '07:00', end_time: '08:00' }] }", '2026-11-21T08:00:00Z', false],
    ["{ times: [{ start_time: '22:00', end_time: '24:00' }] }", '2026-11-21T23:59:59Z', true],
    ["{ times: [{ start_time: '08:00', end_time: '09:00' }], location: 'Europe/Oslo' }", '2026-11-21T07:30:00Z', true],
    ["{ times: [{ start_time: '09:00', end_time: '10:00' }], location: 'Europe/Oslo' }", '2026-07-21T07:30:00Z', true],
    ["{ weekdays: [sunday], location: 'Asia/Tokyo' }", '2026-11-21T15:30:00Z', true],
    ["{ days_of_month: ['1:5'] }", '2026-11-05T00:00:00Z', true],
    ["{ days_of_month: ['-1'] }", '2026-11-30T00:00:00Z', true],
    ["{ days_of_month: ['-3:-1'] }", '2028-02-27T00:00:00Z', true],
    ["{ days_of_month: ['-3:-1'] }", '2028-02-26T00:00:00Z', false],
    ["{ days_of_month: ['29:31'] }", '2026-02-28T00:00:00Z', false],
    ["{ days_of_month: ['20:-1'] }", '2026-11-21T00:00:00Z', true],
    ["{ months: ['october:december'] }", '2026-11-21T00:00:00Z', true],
    ["{ months: ['1:3'] }", '2026-11-21T00:00:00Z', false],
    ["{ years: ['2026:2027'] }", '2028-01-01T00:00:00Z', false],
    ["{ years: ['2026'] }, { months: [january] }", '2028-01-01T00:00:00Z', true],
  ])('%s at %s: %s', (text, at, expected) => {
    expect(insideAny(intervalOf(text), Date.parse(at))).toBe(expected);
  });

  it.each([
    ["{ weekdays: ['funday'] }", /sunday, monday/],
    ["{ weekdays: ['friday:monday'] }", /ends before it begins/],
    ["{ times: [{ start_time: '22:00', end_time: '06:00' }] }", /two ranges for a night/],
    ["{ times: [{ start_time: '25:00', end_time: '06:00' }] }", /00:00 to 24:00/],
    ["{ days_of_month: ['0'] }", /1 to 31/],
    ["{ days_of_month: ['-1:5'] }", /ends before it begins/],
    ["{ location: 'Mars/Base' }", /not a time zone/],
    ['{ hours: [] }', /times, weekdays/],
  ])('%s is refused with what is allowed', (text, message) => {
    expect(() => intervalOf(text)).toThrow(message);
  });
});

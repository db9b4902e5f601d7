import fc from 'fast-check';
import { dayAndTime, epochOf, fromInput, rangeText, relativeSpan, spanText, toInput } from './time-range.js';

const AT = Date.UTC(2026, 10, 21, 17, 3, 9, 45);
// A week at most from a change of summer time, the hour that comes twice cannot be told apart by its figures.
const times = fc.integer({ min: 0, max: Date.UTC(2100, 0, 1) });

describe('time ranges', () => {
  it('are relative only when they reach up to now', () => {
    expect([relativeSpan('now-15m', 'now'), relativeSpan('now-15m', 'now-5m'), relativeSpan('2026-11-21', 'now')]).toEqual([
      '15m',
      undefined,
      undefined,
    ]);
  });

  it('show a time in UTC to the millisecond', () => {
    expect(dayAndTime(AT, 'utc')).toEqual({ day: '2026-11-21', time: '17:03:09.045' });
    expect(dayAndTime(Number.NaN, 'utc')).toEqual({ day: '', time: '' });
  });

  it('show local times as the browser does', () => {
    fc.assert(
      fc.property(times, (at) => {
        const date = new Date(at);
        const { day, time } = dayAndTime(at, 'local');
        expect(`${day} ${time}`).toBe(
          `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, '0')}-${String(date.getDate()).padStart(2, '0')} ${date.toTimeString().slice(0, 8)}.${String(date.getMilliseconds()).padStart(3, '0')}`,
        );
      }),
    );
  });

  it('go into an input and come back the same, in UTC', () => {
    fc.assert(fc.property(times, (at) => expect(fromInput(toInput(at, 'utc'), 'utc')).toBe(new Date(at).toISOString())));
    expect([fromInput('', 'utc'), fromInput('soon', 'local')]).toEqual([undefined, undefined]);
  });

  it('say where they lie, as far as that is known here', () => {
    expect(epochOf('now-2h', AT)).toBe(AT - 7_200_000);
    expect(epochOf('now+1d', AT)).toBe(AT + 86_400_000);
    expect(epochOf('2026-11-21T17:03:09.045Z', 0)).toBe(AT);
    expect(epochOf('now/d', AT)).toBeUndefined();
  });

  it('read short', () => {
    expect(rangeText(AT - 45 - 9_000, Date.UTC(2026, 10, 21, 18), 'utc')).toBe('2026-11-21 17:03 – 18:00');
    expect(rangeText(AT, AT + 86_400_000, 'utc')).toBe('2026-11-21 17:03:09.045 – 2026-11-22 17:03:09.045');
  });

  it('are as long as they are in the largest whole unit', () => {
    expect([500, 30_000, 120_000, 5_400_000, 3_600_000, 172_800_000].map(spanText)).toEqual([
      '500 ms',
      '30 s',
      '2 min',
      '90 min',
      '1 h',
      '2 d',
    ]);
  });
});

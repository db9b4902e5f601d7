import { timeRange } from './time-range.js';

const NOW_MS = Date.UTC(2026, 10, 21, 12);
const NOW_NS = BigInt(NOW_MS) * 1_000_000n;
const MINUTE_NS = 60_000_000_000n;

describe('timeRange', () => {
  it('is the last 15 minutes when nothing is given, with the millisecond that is under way', () => {
    expect(timeRange({}, NOW_MS)).toEqual({ fromNs: NOW_NS + 1_000_000n - 15n * MINUTE_NS, toNs: NOW_NS + 1_000_000n });
  });

  it('is the 15 minutes before to when only to is given', () => {
    const toNs = NOW_NS - 60n * MINUTE_NS;
    expect(timeRange({ to: 'now-1h' }, NOW_MS)).toEqual({ fromNs: toNs - 15n * MINUTE_NS, toNs });
  });

  it('is what is given', () => {
    expect(timeRange({ from: 'now-1d', to: 'now+1d' }, NOW_MS)).toEqual({
      fromNs: NOW_NS - 1_440n * MINUTE_NS,
      toNs: NOW_NS + 1_440n * MINUTE_NS,
    });
  });

  it.each([{ from: 'now', to: 'now' }, { from: 'now', to: 'now-1m' }, { from: 'now+1h' }])(
    'refuses a range in which nothing can lie: %j',
    (given) => {
      expect(() => timeRange(given, NOW_MS)).toThrow('from is not before to, so nothing can match');
    },
  );
});

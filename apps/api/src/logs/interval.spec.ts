import fc from 'fast-check';
import { fillBars, roundInterval } from './interval.js';

const MINUTE_MS = 60_000;
const range = (fromMs: number, toMs: number) => ({ fromNs: BigInt(fromMs) * 1_000_000n, toNs: BigInt(toMs) * 1_000_000n });
const nothing = { buckets: [], total: 0, partial: false, warnings: [] };

describe('roundInterval', () => {
  it.each([
    [1, 60, 1_000],
    [15, 60, 30_000],
    [60, 60, MINUTE_MS],
    [61, 60, 5 * MINUTE_MS],
    [24 * 60, 60, 30 * MINUTE_MS],
    [24 * 60, 12, 3 * 60 * MINUTE_MS],
    [30 * 24 * 60, 60, 12 * 60 * MINUTE_MS],
    [365 * 24 * 60, 60, 7 * 24 * 60 * MINUTE_MS],
    [3_650 * 24 * 60, 60, 63 * 24 * 60 * MINUTE_MS],
  ])('for %d minutes in %d bars', (minutes, buckets, expected) => {
    expect(roundInterval(range(0, minutes * MINUTE_MS), buckets)).toBe(expected);
  });
});

describe('fillBars', () => {
  it('puts zeros where nothing was found, for every value that was found anywhere', () => {
    const result = { ...nothing, total: 3, buckets: [{ startMs: 1_000, counts: { error: 1, info: 2 } }] };
    expect(fillBars(result, range(500, 2_500), 1_000)).toEqual([
      { t: 0, count: 0, counts: { error: 0, info: 0 } },
      { t: 1_000, count: 3, counts: { error: 1, info: 2 } },
      { t: 2_000, count: 0, counts: { error: 0, info: 0 } },
    ]);
  });

  it('leaves out the bar that begins where the range ends', () => {
    expect(fillBars(nothing, range(0, 2_000), 1_000).map((bar) => bar.t)).toEqual([0, 1_000]);
  });

  it('never makes more than one bar over what was asked for, for any range', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 42 }),
        fc.integer({ min: 1, max: 2 ** 41 }),
        fc.integer({ min: 1, max: 500 }),
        (from, width, buckets) => {
          const asked = range(from, from + width);
          const interval = roundInterval(asked, buckets);
          const bars = fillBars(nothing, asked, interval);
          expect(bars.length).toBeLessThanOrEqual(buckets + 1);
          expect(bars.every((bar) => bar.t % interval === 0)).toBe(true);
        },
      ),
    );
  });
});

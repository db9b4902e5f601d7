import fc from 'fast-check';
import { DeliveryError } from '../errors.js';
import { backoffMs, MAX_ATTEMPTS } from './backoff.js';

const PASSING = new DeliveryError('answered 503', { retryable: true });
const half = (): number => 0.5;
const waits = Array.from({ length: MAX_ATTEMPTS }, (_, attempt) => backoffMs(attempt, PASSING, half));

describe('backoffMs', () => {
  it('is dense at first, then hourly for a day', () => {
    expect(waits.slice(0, 8)).toEqual([0, 1_000, 5_000, 30_000, 120_000, 600_000, 3_600_000, 3_600_000]);
    const hours = waits.reduce((sum, wait) => sum + wait, 0) / 3_600_000;
    expect(hours).toBeGreaterThan(23);
    expect(hours).toBeLessThan(24);
  });

  it('ends after a day, and at once when trying again cannot help', () => {
    expect(backoffMs(MAX_ATTEMPTS, PASSING, half)).toBeLessThan(0);
    expect(backoffMs(1, new DeliveryError('answered 404', { retryable: false }), half)).toBeLessThan(0);
  });

  it('tries again after an error that nobody foresaw', () => {
    expect(backoffMs(1, new TypeError('oops'), half)).toBe(1_000);
  });

  it('never comes back before the other side asked for, and spreads by a fifth at most', () => {
    fc.assert(
      fc.property(
        fc.nat(MAX_ATTEMPTS - 1),
        fc.option(fc.nat(3_600_000)),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (attempt, asked, chance) => {
          const error = new DeliveryError('busy', { retryable: true, ...(asked === null ? {} : { retryAfterMs: asked }) });
          const wait = backoffMs(attempt, error, () => chance);
          const step = waits[attempt] ?? 0;
          expect(wait).toBeGreaterThanOrEqual(Math.max(asked ?? 0, step * 0.8));
          expect(wait).toBeLessThanOrEqual(Math.max((asked ?? 0) * 1.1, step * 1.2) + 1);
        },
      ),
    );
  });
});

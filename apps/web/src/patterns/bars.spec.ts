import { barsPath } from './bars.js';

describe('bars of a trend', () => {
  it('are as high as their counts, the highest as high as there is room', () => {
    expect(barsPath([4, 0, 2])).toBe('M0.1 1V0.000h.8V1zM2.1 1V0.500h.8V1z');
  });

  it('can be seen however few they count, and are not there for nothing', () => {
    expect(barsPath([1, 1_000_000])).toBe('M0.1 1V0.920h.8V1zM1.1 1V0.000h.8V1z');
    expect([barsPath([0, 0]), barsPath([])]).toEqual(['', '']);
  });
});

import { brushed, SERIES, stack } from './stack.js';

const bar = (t: number, counts: Record<string, number>) => ({ t, counts, count: Object.values(counts).reduce((sum, n) => sum + n, 0) });

describe('the bars of the histogram', () => {
  it('stand one on the other, the worst at the bottom', () => {
    const { times, tops, present } = stack([bar(60_000, { error: 2, info: 5, '': 1 }), bar(120_000, {})]);
    expect(times).toEqual([60, 120]);
    expect(Object.fromEntries(SERIES.map((level, at) => [level, tops[at]?.[0]]))).toEqual({
      fatal: 0,
      error: 2,
      warn: 2,
      info: 7,
      debug: 7,
      trace: 7,
      none: 8,
    });
    expect(tops.map((top) => top[1])).toEqual([0, 0, 0, 0, 0, 0, 0]);
    expect(SERIES.filter((_, at) => present[at])).toEqual(['error', 'info', 'none']);
  });

  it('count a level that nobody knows as none', () => {
    expect(stack([bar(0, { loud: 3 })]).tops.at(-1)).toEqual([3]);
  });

  it('are taken whole by a brush, in either direction, and never none of them', () => {
    expect(brushed(61, 130, 60_000)).toEqual({ fromMs: 60_000, toMs: 180_000 });
    expect(brushed(130, 61, 60_000)).toEqual({ fromMs: 60_000, toMs: 180_000 });
    expect(brushed(60, 60, 60_000)).toEqual({ fromMs: 60_000, toMs: 120_000 });
  });
});

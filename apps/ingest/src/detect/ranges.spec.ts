import { cursor } from './detect.fixture.js';
import { Ranges } from './ranges.js';

describe('Ranges', () => {
  it('follow each other, and are the same after they were written down', () => {
    const ranges = new Ranges('', cursor(100));
    ranges.add(cursor(150, 140));
    ranges.add(cursor(200), 7);
    const again = new Ranges(ranges.mark, ranges.cursor);
    expect(again.all).toEqual([
      { from: 100, to: 150, cursor: { position: 150, from: 140 }, skipped: 0 },
      { from: 150, to: 200, cursor: { position: 200, from: 200 }, skipped: 7 },
    ]);
    expect(again.cursor).toEqual(cursor(100));
    expect([again.first, again.sent]).toEqual([100, 200]);
  });

  it('are forgotten when a checkpoint holds them, and the cursor goes behind the last of those', () => {
    const ranges = new Ranges('', cursor(100));
    for (const to of [150, 200, 250]) ranges.add(cursor(to, to - 5));
    expect(ranges.hold(210)).toBe(true);
    expect(ranges.hold(210)).toBe(false);
    expect(ranges.all.map(({ to }) => to)).toEqual([250]);
    expect(ranges.cursor).toEqual(cursor(200, 195));
    expect(ranges.first).toBe(200);
  });

  it('go on from the last one when all are held, and leave no gap behind records that no rule was for', () => {
    const ranges = new Ranges('', cursor(100));
    ranges.add(cursor(150));
    ranges.hold(150);
    ranges.pass(cursor(900));
    const again = new Ranges(ranges.mark, ranges.cursor);
    expect(again.cursor).toEqual(cursor(900));
    expect(again.add(cursor(950))).toMatchObject({ from: 150, to: 950 });
  });
});

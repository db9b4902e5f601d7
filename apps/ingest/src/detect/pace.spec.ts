import { Pace } from './pace.js';

describe('the pace of signals', () => {
  it('lets some go at once after a pause, then one each quarter of a second', () => {
    let now = 1_000;
    const pace = new Pace(() => now);
    const sent: number[] = [];
    for (; now < 3_000; now += 10) {
      if (pace.waitMs > 0) continue;
      pace.take();
      sent.push(now);
    }
    expect(sent.slice(0, 9)).toEqual([1_000, 1_010, 1_020, 1_030, 1_040, 1_050, 1_060, 1_070, 1_250]);
    expect(sent.slice(8).map((at) => at - 1_250)).toEqual([0, 250, 500, 750, 1_000, 1_250, 1_500, 1_740].slice(0, sent.length - 8));
  });

  it('says how long to wait, and has its whole burst again after two seconds', () => {
    let now = 0;
    const pace = new Pace(() => now);
    for (let turn = 0; turn < 8; turn += 1) pace.take();
    expect(pace.waitMs).toBe(250);
    now = 100;
    expect(pace.waitMs).toBeCloseTo(150);
    now = 60_000;
    for (let turn = 0; turn < 8; turn += 1) pace.take();
    expect(pace.waitMs).toBe(250);
  });
});

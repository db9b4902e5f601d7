import { Share } from './share.js';

describe('Share', () => {
  it('leaves half of a thread that has time to spare, and nearly all of one that has none', () => {
    let busy = 0.6;
    const share = new Share(() => busy);
    expect(share.pauseAfter(4)).toBe(4);
    busy = 1;
    expect(share.pauseAfter(4)).toBe(60);
  });

  it('does not go to and fro between the two when the pause itself sets time free', () => {
    const busy = [0.94, 0.96, 0.9, 0.86, 0.84, 0.94];
    const share = new Share(() => busy.shift() ?? 0);
    expect(Array.from({ length: 6 }, () => share.pauseAfter(1))).toEqual([1, 15, 15, 15, 1, 1]);
  });
});

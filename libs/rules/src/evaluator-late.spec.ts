import { compareLate } from '../../../test/support/late-traffic.js';

describe('A threshold under late records', () => {
  it.each([0, 0.3])(
    'misses at most 2.5 %% of the true episodes and tells nothing untrue, with a share of %d up to half a window late',
    (lateShare) => {
      let episodes = 0;
      let missed = 0;
      for (let seed = 1; seed <= 6; seed++) {
        const result = compareLate({ seed, events: 6_000, lateShare });
        expect(result.untrue).toBe(0);
        episodes += result.episodes;
        missed += result.missed;
      }
      expect(episodes).toBeGreaterThan(60);
      expect(missed / episodes).toBeLessThanOrEqual(0.025);
    },
  );
});

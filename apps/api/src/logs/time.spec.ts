import fc from 'fast-check';
import { formatTime } from '#libs/query';
import { parseInstant } from './time.js';

const NOW_NS = 1_795_233_863_785_000_000n;
const MINUTE_NS = 60_000_000_000n;
const parse = (text: string): bigint => parseInstant('from', text, NOW_NS);

describe('parseInstant', () => {
  it.each([
    ['2026-11-21T04:04:23.785232175Z', 1_795_233_863_785_232_175n],
    ['2026-11-21T04:04:23Z', 1_795_233_863_000_000_000n],
    ['2026-11-21t04:04:23.5z', 1_795_233_863_500_000_000n],
    ['2026-11-21 04:04:23Z', 1_795_233_863_000_000_000n],
    ['2026-11-21T13:04:23+09:00', 1_795_233_863_000_000_000n],
    ['2026-11-21T13:04:23 09:00', 1_795_233_863_000_000_000n],
    ['2026-11-20T23:34:23-0430', 1_795_233_863_000_000_000n],
    ['2026-11-21', 1_795_219_200_000_000_000n],
    ['1795233863785', 1_795_233_863_785_000_000n],
    ['1795233863785232175', 1_795_233_863_785_232_175n],
    ['0', 0n],
    ['now', NOW_NS],
    ['now-15m', NOW_NS - 15n * MINUTE_NS],
    ['now+1d', NOW_NS + 1_440n * MINUTE_NS],
    ['now 1d', NOW_NS + 1_440n * MINUTE_NS],
    ['now/d', 1_795_219_200_000_000_000n],
    [' now-1h ', NOW_NS - 60n * MINUTE_NS],
  ])('reads %s', (text, ns) => {
    expect(parse(text)).toBe(ns);
  });

  it.each([
    ['1795233863', 'from: 1795233863 looks like seconds'],
    ['2026-11-21T04:04:23', 'from: 2026-11-21T04:04:23 has no zone'],
    ['2026-11-21 04:04', 'from: 2026-11-21 04:04 has no zone'],
    ['2026-02-30T00:00:00Z', 'from: "2026-02-30T00:00:00Z" is not a time'],
    ['yesterday', 'from: "yesterday" is not a time'],
    ['now-15', 'from: "now-15" is not a time'],
    ['', 'from: "" is not a time'],
  ])('refuses %s', (text, message) => {
    expect(() => parse(text)).toThrow(message);
  });

  it('keeps every nanosecond of any time that it reads', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 10n ** 15n, max: (1n << 63n) - 1n }), (ns) => {
        expect(parse(formatTime(ns))).toBe(ns);
        expect(parse(ns.toString())).toBe(ns);
      }),
    );
  });

  it('reads or refuses any text, and does nothing else', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          expect(typeof parse(text)).toBe('bigint');
        } catch (error) {
          expect(error).toMatchObject({ code: 'parameter_invalid', status: 400 });
        }
      }),
    );
  });
});

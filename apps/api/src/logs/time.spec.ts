import fc from 'fast-check';
import { parseTime } from './time.js';

const NOW_NS = 1_795_233_863_785_000_000n;
const MINUTE_NS = 60_000_000_000n;
const parse = (text: string): bigint => parseTime('from', text, NOW_NS);

describe('parseTime', () => {
  it.each([
    ['2026-11-21T04:04:23.785232175Z', 1_795_233_863_785_232_175n],
    ['2026-11-21T04:04:23Z', 1_795_233_863_000_000_000n],
    ['2026-11-21t04:04:23.5z', 1_795_233_863_500_000_000n],
    ['2026-11-21 04:04:23Z', 1_795_233_863_000_000_000n],
    ['2026-11-21T13:04:23+09:00', 1_795_233_863_000_000_000n],
    ['2026-11-21T13:04:23 09:00', 1_795_233_863_000_000_000n],
    ['2026-11-20T23:34:23-0430', 1_795_233_863_000_000_000n],
    ['2026-11-21T04:04:23.1234567899Z', 1_795_233_863_123_456_789n],
    ['2026-11-21', 1_795_219_200_000_000_000n],
    ['1795233863785', 1_795_233_863_785_000_000n],
    ['1795233863785232175', 1_795_233_863_785_232_175n],
    ['0', 0n],
    ['now', NOW_NS],
    ['now-15m', NOW_NS - 15n * MINUTE_NS],
    ['now+1d', NOW_NS + 1_440n * MINUTE_NS],
    ['now 1d', NOW_NS + 1_440n * MINUTE_NS],
    ['now-500ms', NOW_NS - 500_000_000n],
    ['now-2w', NOW_NS - 20_160n * MINUTE_NS],
    [' now-1h ', NOW_NS - 60n * MINUTE_NS],
  ])('reads %s', (text, ns) => {
    expect(parse(text)).toBe(ns);
  });

  it.each([
    ['1795233863', 'from: 1795233863 looks like seconds'],
    ['2026-11-21T04:04:23', 'from: 2026-11-21T04:04:23 has no zone'],
    ['2026-02-30T00:00:00Z', 'from: 2026-02-30T00:00:00Z is not a date of the calendar'],
    ['2026-11-21T24:00:00Z', 'from: 2026-11-21T24:00:00Z is not a date of the calendar'],
    ['2026-11-21T04:04:23+25:00', 'from: 2026-11-21T04:04:23+25:00 is not a date of the calendar'],
    ['1969-12-31T23:59:59Z', 'from: 1969-12-31T23:59:59Z lies outside the years 1970 to 2262'],
    ['9999999999999999999', 'from: 9999999999999999999 lies outside the years 1970 to 2262'],
    ['now-99999d', 'from: now-99999d lies outside the years 1970 to 2262'],
    ['yesterday', 'from: "yesterday" is not a time'],
    ['now-15', 'from: "now-15" is not a time'],
    ['', 'from: "" is not a time'],
  ])('refuses %s', (text, message) => {
    expect(() => parse(text)).toThrow(message);
  });

  it('keeps every nanosecond of any time that it reads', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 10n ** 15n, max: (1n << 63n) - 1n }), (ns) => {
        const text = `${new Date(Number(ns / 1_000_000_000n) * 1_000).toISOString().slice(0, 19)}.${String(ns % 1_000_000_000n).padStart(9, '0')}Z`;
        expect(parse(text)).toBe(ns);
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

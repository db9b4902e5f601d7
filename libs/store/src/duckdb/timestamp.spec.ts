import fc from 'fast-check';
import { formatInstant, parseInstant } from './timestamp.js';

it('reads back any time that it writes', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 9_223_286_399_999_999_999n }), (ns) => {
      expect(parseInstant(formatInstant(ns))).toEqual({ ns, ms: Number(ns / 1_000_000n) });
    }),
  );
});

it.each([
  ['2026-11-21T04:04:23Z', 1_795_233_863_000_000_000n],
  ['2026-11-21T04:04:23.5Z', 1_795_233_863_500_000_000n],
  ['2026-11-21T04:04:23.785232175Z', 1_795_233_863_785_232_175n],
  ['1970-01-01T00:00:00.000000000Z', 0n],
])('reads %s', (text, ns) => {
  expect(parseInstant(text)?.ns).toBe(ns);
});

it.each([
  '',
  'yesterday',
  '2026-11-21',
  '2026-13-41T00:00:00Z',
  '2026-11-21T04:04:23',
  '2026-11-21T04:04:23+01:00',
  '1969-12-31T23:59:59Z',
  '2262-04-11T00:00:00Z',
  '9999-12-31T23:59:59Z',
])('takes %p for no time', (text) => {
  expect(parseInstant(text)).toBeUndefined();
});

import fc from 'fast-check';
import { parseDockerTime } from './docker-time.js';

const NOW = 1_795_233_863_785_232_175n;
const SECOND = 1_000_000_000n;

describe("Docker's times", () => {
  it.each([
    ['10s', NOW - 10n * SECOND],
    ['1m30s', NOW - 90n * SECOND],
    ['1.5h', NOW - 5_400n * SECOND],
    ['.5s', NOW - SECOND / 2n],
    ['300ms', NOW - 300_000_000n],
    ['1h0m0.000000001s', NOW - 3_600n * SECOND - 1n],
    ['-10s', NOW + 10n * SECOND],
    ['1795233863', 1_795_233_863n * SECOND],
    ['1795233863.785232175', NOW],
    ['1136073600.5', 1_136_073_600n * SECOND + SECOND / 2n],
    ['2026-11-21', 1_795_219_200n * SECOND],
    ['2026-11-21Z', 1_795_219_200n * SECOND],
    ['2026-11-21T10', 1_795_255_200n * SECOND],
    ['2026-11-21T10:30', 1_795_257_000n * SECOND],
    ['2026-11-21T10:30:05', 1_795_257_005n * SECOND],
    ['2026-11-21T10:30:05.000000001Z', 1_795_257_005n * SECOND + 1n],
    ['2026-11-21T10:30:05+09:00', 1_795_224_605n * SECOND],
    ['2026-11-21T10:30:05 09:00', 1_795_224_605n * SECOND],
    ['2026-11-21T10:30:05-00:30', 1_795_258_805n * SECOND],
  ])('%s', (text, ns) => {
    expect(parseDockerTime('since', text, NOW)).toBe(ns);
  });

  it.each(['', 'yesterday', '10x', '2026-02-30', '2026-11-21 10:00', 'now-1h', '1m30', '2026-11-21T25:00', `${'9'.repeat(11)}`])(
    'refuses %s',
    (text) => {
      expect(() => parseDockerTime('since', text, NOW)).toThrow(/^since: ".*" is not a time as docker logs takes it/);
    },
  );

  it('reads any instant back that it is written with', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 4_102_444_800n * SECOND }), (ns) => {
        const decimals = String(ns % SECOND).padStart(9, '0');
        const rfc = `${new Date(Number(ns / 1_000_000n)).toISOString().slice(0, 19)}.${decimals}Z`;
        expect([parseDockerTime('x', rfc, NOW), parseDockerTime('x', `${ns / SECOND}.${decimals}`, NOW)]).toEqual([ns, ns]);
      }),
    );
  });

  it('never throws anything else on any text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          parseDockerTime('x', text, NOW);
        } catch (error) {
          expect(error).toMatchObject({ code: 'parameter_invalid' });
        }
      }),
    );
  });
});

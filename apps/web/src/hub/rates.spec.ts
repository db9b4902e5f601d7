import { bytesText, rateOf, withSample, type Sample } from './rates.js';

const sample = (atMs: number, received: number): Sample => ({
  atMs,
  records: { received, stored: received / 2, duplicate: 0, dead_lettered: 0, joined: 0, dropped: {} },
});

describe('rates of the hub', () => {
  it('are known from the second sample on', () => {
    expect(rateOf([sample(0, 100)], 'received')).toBeUndefined();
    const samples = withSample([sample(0, 100)], sample(2_000, 300));
    expect([rateOf(samples, 'received'), rateOf(samples, 'stored')]).toEqual([100, 50]);
  });

  it('are those of the last seconds', () => {
    let samples: readonly Sample[] = [];
    for (let second = 0; second <= 20; second++)
      samples = withSample(samples, sample(second * 1_000, second < 10 ? 0 : (second - 10) * 50));
    expect(rateOf(samples, 'received')).toBe(50);
    expect(samples).toHaveLength(11);
  });

  it('begin anew with another process', () => {
    expect(withSample([sample(0, 100)], sample(1_000, 3))).toEqual([sample(1_000, 3)]);
  });

  it.each([
    [0, '0 B'],
    [1_023, '1023 B'],
    [1_536, '1.5 KiB'],
    [157_286_400, '150 MiB'],
    [3_221_225_472, '3.0 GiB'],
  ])('%d bytes are %s', (bytes, expected) => expect(bytesText(bytes)).toBe(expected));
});

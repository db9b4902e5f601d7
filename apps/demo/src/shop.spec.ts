import fc from 'fast-check';
import { between } from './demo.js';
import { shopLines, weatherAt } from './shop.js';

const NOW = Math.floor(Date.UTC(2026, 10, 21, 12) / 1_000);
const second = fc.integer({ min: NOW - 86_400, max: NOW + 86_400 });

describe('the shop', () => {
  it('prints the same in any second whoever asks, in the order of time, and something else with another seed', () => {
    fc.assert(
      fc.property(second, (at) => {
        const lines = shopLines(at, 1);
        expect(shopLines(at, 1)).toEqual(lines);
        expect(lines.map(({ atMs }) => atMs)).toEqual(lines.map(({ atMs }) => atMs).sort((a, b) => a - b));
        for (const { atMs, text } of lines) {
          expect(atMs).toBeGreaterThanOrEqual(at * 1_000);
          expect(atMs).toBeLessThan((at + 20) * 1_000);
          expect(text).not.toContain('\n');
        }
      }),
    );
    expect(between(NOW * 1_000, NOW * 1_000 + 60_000).map(({ text }) => text)).not.toEqual(shopLines(NOW, 2).map(({ text }) => text));
  });

  it('tells no line twice and none less, however the time is cut', () => {
    fc.assert(
      fc.property(second, fc.array(fc.integer({ min: 0, max: 90_000 }), { maxLength: 6 }), (at, cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), 90_000].map((ms) => at * 1_000 + ms);
        const pieces = places.slice(1).flatMap((to, index) => between(places[index] ?? 0, to));
        expect(pieces).toEqual(between(at * 1_000, at * 1_000 + 90_000));
      }),
      { numRuns: 20 },
    );
  });

  it('has every service, some thousand lines an hour, and bursts of errors that a histogram shows', () => {
    const hour = between((NOW - 3_600) * 1_000, NOW * 1_000);
    const of = (service: string) => hour.filter((line) => line.service === service).length;
    for (const service of ['nginx', 'web', 'cart', 'payment', 'worker']) expect(of(service)).toBeGreaterThan(100);
    expect(hour.length).toBeGreaterThan(10_000);
    expect(hour.length).toBeLessThan(60_000);
    const failures = hour.filter(({ text }) => text.includes('could not be charged'));
    expect(failures.length).toBeGreaterThan(20);
    expect(
      failures.every(
        ({ atMs }) => weatherAt(Math.floor(atMs / 1_000) - 6).isProviderAway || weatherAt(Math.floor(atMs / 1_000)).isProviderAway,
      ),
    ).toBe(true);
    expect(hour.some(({ text }) => text.includes('\u001b[32m'))).toBe(true);
    expect(hour.some(({ text }) => text.startsWith('\tat '))).toBe(true);
  });
});

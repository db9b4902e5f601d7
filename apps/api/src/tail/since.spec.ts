import { parseSince } from './since.js';

const NOW_NS = 1_795_233_863_785_232_175n;
const SECOND_NS = 1_000_000_000n;

describe('since', () => {
  it.each([
    ['5m', NOW_NS - 300n * SECOND_NS],
    ['1h30m', NOW_NS - 5_400n * SECOND_NS],
    ['500ms', NOW_NS - 500_000_000n],
    ['99999w', 0n],
    ['2026-11-21T04:04:23Z', 1_795_233_863n * SECOND_NS],
    ['now-1d', NOW_NS - 86_400n * SECOND_NS],
  ])('reads %s', (text, ns) => {
    expect(parseSince(text, NOW_NS)).toBe(ns);
  });

  it.each(['5', 'm', '5 minutes', ''])('refuses %p', (text) => {
    expect(() => parseSince(text, NOW_NS)).toThrow('since: ');
  });
});

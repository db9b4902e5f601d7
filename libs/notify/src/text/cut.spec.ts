import fc from 'fast-check';
import { escapeSlack } from '../slack/slack-receiver.js';
import { cutEscaped, cutRunes, fitting } from './cut.js';
import { formatGoJson, formatGoTime } from './go-json.js';

const TEXT = fc.string({ unit: 'binary', maxLength: 60 });

describe('cutting', () => {
  it.each([
    ['short', 10, 'short'],
    ['exactly', 7, 'exactly'],
    ['too long', 5, 'too …'],
    ['😀😀😀', 2, '😀…'],
    ['😀😀😀', 3, '😀😀😀'],
    ['a\ud800b', 3, 'a\ufffdb'],
    ['abc', 0, ''],
  ])('%j to %d runes is %j', (text, limit, expected) => {
    expect(cutRunes(text, limit)).toBe(expected);
  });

  it('never goes over the limit, and never cuts an escape in two', () => {
    fc.assert(
      fc.property(TEXT, fc.nat(70), (text, limit) => {
        const cut = cutEscaped(`<&>${text}`, limit, escapeSlack);
        expect([...cut].length).toBeLessThanOrEqual(limit);
        expect(cut.replace(/&(amp|lt|gt);/g, '')).not.toMatch(/[&<>]/);
      }),
    );
  });

  it('takes ever fewer parts until they fit', () => {
    const asked: number[] = [];
    const render = (parts: number): string => {
      asked.push(parts);
      return 'x'.repeat(parts);
    };
    expect(fitting(10, render, (text) => text.length <= 3)).toBe('xx');
    expect(asked).toEqual([10, 5, 2]);
    expect(fitting(10, render, () => false)).toBe('');
  });
});

describe('as Go writes', () => {
  it.each([
    [Date.UTC(2026, 10, 21), '2026-11-21T00:00:00Z'],
    [Date.UTC(2026, 10, 21, 4, 5, 0, 500), '2026-11-21T04:05:00.5Z'],
    [Date.UTC(2026, 10, 21, 4, 5, 10, 780), '2026-11-21T04:05:10.78Z'],
    [Date.UTC(2026, 10, 21, 4, 5, 10, 7), '2026-11-21T04:05:10.007Z'],
  ])('time %d is %s', (epochMs, expected) => {
    expect(formatGoTime(epochMs)).toBe(expected);
  });

  it('JSON is read back as it was, whatever is in it', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => expect(JSON.parse(formatGoJson(value))).toEqual(JSON.parse(JSON.stringify(value)))));
  });
});

import fc from 'fast-check';
import { markPieces } from './marks.js';

const plain = (text: string) => ({ text, classes: [] });
const show = (pieces: readonly { text: string; classes: readonly string[] }[], mark: string): string =>
  markPieces(pieces, mark)
    .map(({ text, marked }) => (marked ? `[${text}]` : text))
    .join('|');

describe('marks in a line', () => {
  it.each([
    ['a Timeout, a timeout', 'timeout', 'a |[Timeout]|, a |[timeout]'],
    ['nothing here', 'timeout', 'nothing here'],
    ['a.b axb', 'a.b', '[a.b]| axb'],
    ['a-b/c', 'b/c', 'a-|[b/c]'],
    ['spaces only', '  ', 'spaces only'],
    ['서버에서 오류', '오류', '서버에서 |[오류]'],
    ['İstanbul x', 'x', 'İstanbul |[x]'],
  ])('%s, %s', (text, mark, expected) => expect(show([plain(text)], mark)).toBe(expected));

  it('reach across colours', () => {
    expect(show([plain('con'), { text: 'nect', classes: ['red'] }, plain('ion')], 'nnectio')).toBe('co|[n]|[nect]|[io]|n');
  });

  it('leave very long lines alone', () => {
    expect(markPieces([plain(`${'x'.repeat(30_000)}y`)], 'y')).toHaveLength(1);
  });

  it('never change the text, whatever is marked', () => {
    const pieces = fc.array(fc.string({ unit: 'grapheme' }).map(plain));
    fc.assert(
      fc.property(pieces, fc.string({ unit: 'grapheme' }), (given, mark) => {
        const text = given.map((piece) => piece.text).join('');
        expect(
          markPieces(given, mark)
            .map((piece) => piece.text)
            .join(''),
        ).toBe(text);
      }),
    );
  });
});

import fc from 'fast-check';
import { LONGEST_BLOCK, textBlocks } from './text-blocks.js';

const piece = fc.oneof(fc.string({ unit: 'grapheme', minLength: 1 }), fc.constantFrom(' ', '\n', '😀', '한', 'x'));
const long = fc
  .array(fc.tuple(piece, fc.integer({ min: 1, max: 3 * LONGEST_BLOCK })), { maxLength: 3 })
  .map((pieces) => pieces.map(([text, times]) => text.repeat(Math.ceil(times / text.length))).join(''));

describe('blocks of a text', () => {
  it('are the whole text, none longer than the longest, none with half a character', () => {
    fc.assert(
      fc.property(long, (text) => {
        const blocks = textBlocks(text);
        expect(blocks.join('') === text).toBe(true);
        expect(blocks.every((block) => block !== '' && block.length <= LONGEST_BLOCK)).toBe(true);
        expect(blocks.slice(1).some((block) => /^[\uDC00-\uDFFF]/.test(block))).toBe(false);
      }),
    );
  });

  it('begin with a line, else with a word', () => {
    const lines = `${'word '.repeat(500)}\n`.repeat(4);
    expect(
      textBlocks(lines)
        .slice(0, -1)
        .every((block) => block.endsWith('\n')),
    ).toBe(true);
    expect(textBlocks('word '.repeat(2_000)).every((block) => block.endsWith('word '))).toBe(true);
  });
});

import fc from 'fast-check';
import { compilePattern } from './pattern.js';

describe('a pattern', () => {
  it.each([
    ['', '', true],
    ['a', 'ab', false],
    ['.*b', 'aab', true],
    ['a+b?', 'aa', true],
    ['(api|web)-\\d{2,3}', 'web-12', true],
    ['(api|web)-\\d{2,3}', 'web-1', false],
    ['(?:ab)*', 'ababab', true],
    ['(?i)Error', 'ERROR', true],
    ['^a$', 'a', true],
    ['[^a-c]+', 'xyz', true],
    ['[]a]+', ']a', true],
    ['\\pL+', 'слово', true],
    ['a{0,0}', '', true],
    ['a{0,0}', 'a', false],
    ['a{2,}', 'aaaa', true],
    ['.', '😀', true],
    ['a.b', 'a\nb', true],
    ['x\\.y', 'xzy', false],
  ])('%s on %s: %s', (pattern, value, expected) => {
    expect(compilePattern(pattern)(value)).toBe(expected);
  });

  it.each(['(', ')', '*', 'a**', '[a', '(?=a)', '\\1', '\\b', 'a{3,2}', 'a^b', '(a{999}){999}', 'x'.repeat(1_025), '('.repeat(50)])(
    'that is not of the safe subset is refused: %s',
    (pattern) => {
      expect(() => compilePattern(pattern)).toThrow(/invalid regular expression/);
    },
  );

  it('answers in time what makes others hang', () => {
    const started = performance.now();
    expect(compilePattern('(a*)*b|(a|a)*c|(.*x){10}')(`${'a'.repeat(1_000)}!`)).toBe(false);
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('agrees with the engine of the language on any simple expression', () => {
    const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '(a|b)', '(ab|a)');
    const part = fc.tuple(atom, fc.constantFrom('', '*', '+', '?', '{1,2}')).map((both) => both.join(''));
    const pattern = fc.array(part, { maxLength: 4 }).map((parts) => parts.join(''));
    const value = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 });
    fc.assert(
      fc.property(pattern, value, (source, text) => {
        expect(compilePattern(source)(text)).toBe(new RegExp(`^(?:${source})$`, 'su').test(text));
      }),
    );
  });
});

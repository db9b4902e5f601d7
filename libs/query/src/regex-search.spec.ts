import fc from 'fast-check';
import { compileSearch } from './regex-search.js';

const find = (pattern: string, text: string): string[] =>
  compileSearch(pattern)
    .find(text)
    .map(({ from, to }) => text.slice(from, to));

it.each([
  ['CUST-\\d{6}', 'a CUST-123456, CUST-1 CUST-9876543', ['CUST-123456', 'CUST-987654']],
  ['(a|ab)(c|bcd)?', 'abcd', ['abcd']],
  ['[a-f]+', 'xaby z cafe', ['ab', 'cafe']],
  ['é+.', 'xéé😀y', ['éé😀']],
  ['x', 'none', []],
])('%s finds the leftmost and longest', (pattern, text, found) => expect(find(pattern, text)).toEqual(found));

it('finds what JavaScript finds, for expressions in which longest and first are one', () => {
  const piece = fc.constantFrom('a', 'b', '[ab]', '[^a]', 'c{2}', 'a{1,3}', 'b+', '\\d', 'ab');
  fc.assert(
    fc.property(
      fc.array(piece, { minLength: 1, maxLength: 5 }),
      fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1', ' ') }),
      (pieces, text) => {
        const pattern = pieces.join('');
        const first = new RegExp(pattern, 'u').exec(text);
        expect(compileSearch(pattern).find(text)[0]?.from).toBe(first?.index);
      },
    ),
  );
});

it('knows a piece of every match', () => {
  expect(['CUST-\\d{6}', 'a|b', '(abc)+x', '\\d+', 'a?bc-d*ef', '(ab|cd)xyz'].map((pattern) => compileSearch(pattern).literal)).toEqual([
    'CUST-',
    '',
    'abc',
    '',
    'bc-',
    'xyz',
  ]);
});

it('says that an expression matches nothing at all', () =>
  expect(['a*', 'a', '(a|b?)'].map((pattern) => compileSearch(pattern).matchesNothing)).toEqual([true, false, true]));

it('takes time by the length of the text, whatever the expression: what costs too much is covered to its end', () => {
  const text = `${'a'.repeat(200_000)}b`;
  const began = performance.now();
  for (const pattern of ['(a*)*(a|b)c', '(a|aa)+b', 'a(.*c)?', '(.*)(.*)(.*)x']) compileSearch(pattern).find(text);
  expect(performance.now() - began).toBeLessThan(5_000);
  const [found] = compileSearch('ab?(.*d)?|z').find(`${text.repeat(2)}`);
  expect(found?.from).toBe(0);
});

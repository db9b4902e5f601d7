import fc from 'fast-check';
import { cpuMs } from '../../../test/support/cpu-time.js';
import { parseRegex } from './regex.js';
import { compileRegex } from './regex-matcher.js';

it('agrees with the engine of JavaScript on any expression of the subset', () => {
  const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\d', '\\W', 'é', '\\.', '-');
  const pattern = fc.letrec<{ node: string }>((tie) => ({
    node: fc.oneof(
      { depthSize: 'small' },
      atom,
      fc.tuple(tie('node'), tie('node')).map((pair) => pair.join('')),
      fc.tuple(tie('node'), tie('node')).map(([a, b]) => `(${a}|${b})`),
      fc.tuple(tie('node'), fc.constantFrom('*', '+', '?', '{2}', '{1,3}', '{2,}')).map(([node, count]) => `(${node})${count}`),
    ),
  })).node;
  const text = fc.array(fc.constantFrom('a', 'b', '1', '.', 'é', '-', '\n', '👍'), { maxLength: 8 }).map((chars) => chars.join(''));
  fc.assert(
    fc.property(fc.array(pattern, { minLength: 1, maxLength: 3 }), text, (nodes, value) => {
      const source = nodes.join('');
      if (source.length > 200) return;
      const regex = parseRegex(source);
      const expected = new RegExp(`^(?:${source.replace(/-/gu, '\\x2d')})$`, 'su').test(value);
      expect(compileRegex(regex)(value)).toBe(expected);
    }),
    { numRuns: 1500 },
  );
});

it('takes time in proportion to the text where a backtracking engine never ends', () => {
  const matches = compileRegex(parseRegex('(a+)+b|(a|a)*c'));
  expect(cpuMs(() => expect(matches('a'.repeat(20_000))).toBe(false))).toBeLessThan(1_000);
});

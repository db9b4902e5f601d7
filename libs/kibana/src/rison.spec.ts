import fc from 'fast-check';
import rison from 'rison-node';
import { encodeRison, type RisonValue } from './rison.js';

const { decode } = rison;

it.each<[RisonValue, string]>([
  ['plain', 'plain'],
  ['', "''"],
  ["it's 5!", "'it!'s 5!!'"],
  ['-1', "'-1'"],
  ['7', "'7'"],
  ['서버', '서버'],
  [-1.5, '-1.5'],
  [1e21, '1e21'],
  [[true, false, null], '!(!t,!f,!n)'],
  [{}, '()'],
  [{ a: [], 'b c': { d: 'log.level : "error"' } }, `(a:!(),'b c':(d:'log.level : "error"'))`],
])('writes %j as %s', (value, text) => {
  expect(encodeRison(value)).toBe(text);
});

it('is read by Kibana’s own decoder as it was written, whatever it holds', () => {
  const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 20 }), fc.constantFrom("'", '!', "!'", '!!', '-', '0', ':', '!t', '(a:b)'));
  const number = fc.oneof(
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)),
  );
  const { value } = fc.letrec<{ value: RisonValue }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      text,
      number,
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(
        text.filter((key) => key !== '__proto__'),
        tie('value'),
        { maxKeys: 4, noNullPrototype: true },
      ),
    ),
  }));
  fc.assert(
    fc.property(value, (given) => {
      expect(decode(encodeRison(given))).toEqual(given);
    }),
    { numRuns: 300 },
  );
});

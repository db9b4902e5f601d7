import fc from 'fast-check';
import { composeQuery } from '#apps/api/src/logs/filter';
import { excluding, narrowed } from '#apps/web/src/search/narrow';
import { parseQuery, type Query, toPredicate } from '#libs/query';

it('a query without a value can be read, whatever the value', () => {
  const value = fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' });
  fc.assert(fc.property(value, (text) => expect(() => parseQuery(excluding('a or b', 'attributes.x', text))).not.toThrow()));
});

it('a query and its filters find as one query what they find in the search, whatever the values', () => {
  const value = fc.oneof(
    fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }),
    fc.constantFrom('null', 'or', 'a*', '/x/', '10', '-1', 'a:b', '1.5s', '10.0.0.0/8'),
  );
  const found = (query: Query, values: readonly string[]): boolean[] =>
    values.map((held) => toPredicate(query, { nowNs: 0n })({ message: 'b', attributes: { x: held } }));
  fc.assert(
    fc.property(value, fc.array(value), (filtered, held) => {
      const filters = [`attributes.x:${filtered}`];
      const values = [filtered, ...held];
      expect(found(parseQuery(narrowed('a or b', filters)), values)).toEqual(found(composeQuery('a or b', filters), values));
    }),
  );
});

import fc from 'fast-check';
import { quoted, tokensOf, typingAt } from './query-tokens.js';

const show = (query: string): string =>
  tokensOf(query)
    .map(({ from, to, kind }) => `${kind}:${query.slice(from, to)}`)
    .join(' ');

describe('the parts of a query', () => {
  it.each([
    ['', ''],
    ['timeout', 'word:timeout'],
    ['level:error and not user_id:7', 'field:level operator:: word:error operator:and operator:not field:user_id operator:: word:7'],
    ['level >= warn', 'field:level operator:>= word:warn'],
    ['"a \\" b" or (c)', 'text:"a \\" b" operator:or bracket:( word:c bracket:)'],
    ['path:/a.*b/ x', 'field:path operator:: pattern:/a.*b/ word:x'],
    ['and:1', 'field:and operator:: word:1'],
    ['"no end', 'text:"no end'],
  ])('%s', (query, expected) => expect(show(query)).toBe(expected));

  it('are all of it but space, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (query) => {
        const parts = tokensOf(query).map(({ from, to }) => query.slice(from, to));
        expect(parts.join('').replace(/\s/g, '')).toBe(query.replace(/\s/g, ''));
      }),
    );
  });
});

describe('what is being typed', () => {
  it.each([
    ['lev', { prefix: 'lev', from: 0 }],
    ['a and (serv', { prefix: 'serv', from: 7 }],
    ['level:', { field: 'level', prefix: '', from: 6 }],
    ['a -level:er', { field: 'level', prefix: 'er', from: 9 }],
    ['service.name : "ca', { field: 'service.name', prefix: 'ca', from: 15 }],
    ['level:error ', undefined],
    ['"some te', undefined],
    ['', undefined],
  ])('%s|', (query, expected) => expect(typingAt(query, query.length)).toEqual(expected));
});

it('quotes what is not one word', () => {
  expect(['error', 'a b', 'GET', 'x"y', 'and', '/api/cart', '-1', '서버', ''].map(quoted)).toEqual([
    'error',
    '"a b"',
    'GET',
    '"x\\"y"',
    '"and"',
    '"/api/cart"',
    '"-1"',
    '서버',
    '""',
  ]);
});

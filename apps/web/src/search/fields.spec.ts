import { flatten, levelOf, textOf, valueAt } from './fields.js';

const record = {
  id: '1-2-n',
  '@timestamp': '2026-11-21T10:00:00.000000001Z',
  log: { level: 'warn', origin: { 'file.name': 'a.ts' } },
  attributes: { 'cart.items': 3, tags: ['a', 'b'] },
  message: 'hi',
};

describe('fields of a record', () => {
  it.each([
    ['log.level', 'warn'],
    ['log.origin.file.name', 'a.ts'],
    ['attributes.cart.items', 3],
    ['message', 'hi'],
    ['log.nothing', undefined],
    ['', undefined],
  ])('%s is found however it is nested', (name, expected) => expect(valueAt(record, name)).toEqual(expected));

  it('become text for a cell', () => {
    expect([undefined, null, 'a', 1, false, ['a', 1], { b: 1 }].map(textOf)).toEqual(['', '', 'a', '1', 'false', 'a, 1', '{"b":1}']);
  });

  it('are listed under their full names, without what the page added', () => {
    expect(flatten(record)).toEqual([
      ['@timestamp', '2026-11-21T10:00:00.000000001Z'],
      ['attributes.cart.items', 3],
      ['attributes.tags', ['a', 'b']],
      ['log.level', 'warn'],
      ['log.origin.file.name', 'a.ts'],
      ['message', 'hi'],
    ]);
  });

  it('name a level only when it is one', () => {
    expect([levelOf(record), levelOf({ ...record, log: { level: 'loud' } })]).toEqual(['warn', '']);
  });
});

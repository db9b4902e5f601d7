import { nearest } from './nearest.js';

describe('nearest', () => {
  const names = ['q', 'from', 'to', 'limit', 'order', 'fields', 'cursor', 'filter'];

  it.each([
    ['limt', 'limit'],
    ['form', undefined],
    ['fron', 'from'],
    ['Cursor', 'cursor'],
    ['filters', 'filter'],
    ['ordering', undefined],
    ['x'.repeat(1_000), undefined],
  ])('for %s is %s', (name, expected) => {
    expect(nearest(name, names)).toBe(expected);
  });
});

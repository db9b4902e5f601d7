import { nearest, nearestOf } from './nearest.js';

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

describe('the nearest names', () => {
  it('are those that hold it, then those that are close', () => {
    expect(nearestOf('card', ['cart', 'shop-card-1', 'worker', 'care', 'cat'], 3)).toEqual(['shop-card-1', 'care', 'cart']);
    expect(nearestOf('database', ['web'], 3)).toEqual([]);
  });
});

import { excluding, filterFor, narrowed } from './narrow.js';

describe('filters of a click', () => {
  it('are made only of values that the API takes', () => {
    expect([filterFor('level', 'error'), filterFor('message', ''), filterFor('message', 'x'.repeat(3_000))]).toEqual([
      'level:error',
      undefined,
      undefined,
    ]);
  });

  it('keep what was asked before', () => {
    expect(excluding('', 'level', 'info')).toBe('not level:"info"');
    expect(excluding('a or b', 'level', 'info')).toBe('(a or b) and not level:"info"');
  });

  it('and a query are one query', () => {
    expect(narrowed('', [])).toBe('');
    expect(narrowed(' a or b ', [])).toBe('a or b');
    expect(narrowed('', ['log.level:error', 'service.name:cart'])).toBe('log.level: error and service.name: cart');
    expect(narrowed('a or b', ['url.path:/api:v1', 'user:null', 'a*b:*', 'nothing'])).toBe(
      '(a or b) and url.path: "/api:v1" and user: "null" and a\\*b: "*"',
    );
  });
});

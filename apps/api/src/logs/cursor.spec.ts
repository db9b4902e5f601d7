import fc from 'fast-check';
import { decodeCursor, encodeCursor, MAX_CURSOR, type Cursor } from './cursor.js';

const ns = fc.bigInt({ min: 0n, max: (1n << 63n) - 1n });
const cursors: fc.Arbitrary<Cursor> = fc.record({
  direction: fc.constantFrom('next', 'prev'),
  order: fc.constantFrom('asc', 'desc'),
  key: fc.record({
    timestampNs: ns.map(String),
    sequence: fc.maxSafeNat(),
    node: fc.string({ minLength: 1, maxLength: 64, unit: 'grapheme' }),
  }),
  fromNs: ns,
  toNs: ns,
});

describe('cursor', () => {
  it('gives back any place exactly, fits its limit and needs no escaping in an address', () => {
    fc.assert(
      fc.property(cursors, (cursor) => {
        const text = encodeCursor(cursor);
        expect(text).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(decodeCursor(text)).toEqual(cursor);
      }),
    );
  });

  it('fits its limit with the longest node name and the largest numbers', () => {
    const largest = (1n << 63n) - 1n;
    const key = { timestampNs: largest.toString(), sequence: Number.MAX_SAFE_INTEGER, node: 'n'.repeat(256) };
    expect(encodeCursor({ direction: 'next', order: 'desc', key, fromNs: largest, toNs: largest }).length).toBeLessThan(MAX_CURSOR);
  });

  it.each(['', 'abc', Buffer.from('{}').toString('base64url'), Buffer.from('[2,"next","asc","1",1,"n","1","1"]').toString('base64url')])(
    'refuses %p',
    (text) => {
      expect(() => decodeCursor(text)).toThrow('this cursor cannot be read');
    },
  );
});

import fc from 'fast-check';
import { formatRecordId, parseRecordId } from './record-id.js';

describe('record id', () => {
  it('gives back any place exactly, also when the node has dashes', () => {
    const keys = fc.record({
      timestampNs: fc.bigInt({ min: 0n, max: (1n << 63n) - 1n }).map(String),
      sequence: fc.maxSafeNat(),
      node: fc.stringMatching(/^[a-z0-9.-]{1,40}$/),
    });
    fc.assert(fc.property(keys, (key) => expect(parseRecordId(formatRecordId(key))).toEqual(key)));
  });

  it.each(['', 'abc', '1-2', '1-2-', '-1-2-n', '1-9007199254740993-n', 'x-2-n', '12345678901234567890-2-n'])('refuses %p', (id) => {
    expect(() => parseRecordId(id)).toThrow('this is not the id of a record');
  });
});

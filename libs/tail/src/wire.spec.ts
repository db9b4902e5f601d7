import fc from 'fast-check';
import type { TailEvent } from './feed.js';
import { ALIVE, encodeEvent, EventDecoder } from './wire.js';

const place = fc.record({ position: fc.maxSafeNat(), from: fc.maxSafeNat() });
const node = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' });
const record = fc.record({
  position: fc.maxSafeNat(),
  from: fc.maxSafeNat(),
  source: fc.object().map((value) => Buffer.from(JSON.stringify(value))),
});
const events: fc.Arbitrary<TailEvent> = fc.oneof(
  fc.record({ kind: fc.constant('begin' as const), node, place }),
  fc.record({ kind: fc.constant('missing' as const), node, from: fc.maxSafeNat(), to: fc.maxSafeNat() }),
  fc.record({ kind: fc.constant('records' as const), node, place, records: fc.array(record, { maxLength: 5 }) }),
  fc.record({ kind: fc.constant('dropped' as const), node, count: fc.nat(), from: fc.string(), to: fc.string() }),
  fc.record({ kind: fc.constant('gap' as const), node, reason: fc.string() }),
);

describe('the stream of a node', () => {
  it('gives the same events however it is cut', () => {
    fc.assert(
      fc.property(fc.array(events, { maxLength: 6 }), fc.array(fc.nat(400), { maxLength: 20 }), (sent, cuts) => {
        const bytes = Buffer.concat(sent.flatMap((event) => [encodeEvent(event), ALIVE]));
        const decoder = new EventDecoder();
        const got: TailEvent[] = [];
        let at = 0;
        for (const cut of cuts) {
          got.push(...decoder.push(bytes.subarray(at, at + cut)));
          at += cut;
        }
        got.push(...decoder.push(bytes.subarray(at)));
        expect(got).toEqual(sent);
      }),
    );
  });

  it.each([
    'no json',
    '{"kind":"records","node":"n","count":1}\nrecord',
    '{"kind":"records","node":"n","count":1}\n1 x {}',
    '{"kind":"records"}',
  ])('refuses %p', (text) => {
    expect(() => new EventDecoder().push(Buffer.from(`${text}\n`))).toThrow(expect.objectContaining({ code: 'tail_stream' }));
  });
});

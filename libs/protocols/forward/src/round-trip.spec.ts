import fc from 'fast-check';
import { summaries } from '../../../../test/support/forward-frames.js';
import { encodeMessagePack, EventTime, FieldCache, ForwardDecoder, type Frame, type Writable } from './index.js';

function decode(bytes: Buffer, cuts: readonly number[] = []): Frame[] {
  const decoder = new ForwardDecoder();
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((left, right) => left - right);
  return [...places, bytes.length].flatMap((to, index) => decoder.push(bytes.subarray(places[index - 1] ?? 0, to)));
}

const key = fc.oneof(fc.constantFrom('log', 'source', 'container_id', '__proto__'), fc.string({ unit: 'grapheme', maxLength: 40 }));
const scalar = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? 0 : value)),
  fc.boolean(),
  fc.constant(null),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
);
const value = fc.oneof(scalar, fc.array(scalar, { maxLength: 20 }), fc.dictionary(key, scalar, { maxKeys: 20 }));
const record = fc.dictionary(key, value, { maxKeys: 20 });
const time = fc.record({ seconds: fc.integer({ min: 1, max: 0xfffffffd }), nanos: fc.integer({ min: 0, max: 999_999_999 }) });
const entries = fc.array(fc.tuple(time, record), { maxLength: 8 });

describe('what was encoded', () => {
  it('comes back from a Message, for any record, time and tag', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), time, record, (tag, at, fields) => {
        const bytes = encodeMessagePack([tag, new EventTime(at.seconds, at.nanos), fields as Writable]);
        const frames = decode(bytes);
        expect(frames).toHaveLength(1);
        const event = frames[0]?.kind === 'events' ? frames[0].events[0] : undefined;
        expect(event).toMatchObject({ tag, ...at, text: typeof fields.log === 'string' ? fields.log : undefined });
        const rest = Object.fromEntries(Object.entries(event?.fields ?? {}).map(([name, held]) => [name, normal(held)]));
        const sent = Object.entries(fields).filter(([name, held]) => name !== 'log' || typeof held !== 'string');
        expect(rest).toEqual(Object.fromEntries(sent.map(([name, held]) => [name, normal(held)])));
      }),
    );
  });

  it('is the same in any mode and over any split', () => {
    fc.assert(
      fc.property(entries, fc.array(fc.nat(), { maxLength: 6 }), (list, cuts) => {
        const encoded = list.map(([at, fields]) => encodeMessagePack([new EventTime(at.seconds, at.nanos), fields as Writable]));
        const message = list.map(([at, fields]) => encodeMessagePack(['t', new EventTime(at.seconds, at.nanos), fields as Writable]));
        const packed = encodeMessagePack(['t', Buffer.concat(encoded), { chunk: 'c' }]);
        const forward = encodeMessagePack(['t', list.map(([at, fields]) => [new EventTime(at.seconds, at.nanos), fields]) as Writable]);
        const all = Buffer.concat([...message, packed, forward]);
        const whole = summaries(decode(all));
        expect(summaries(decode(all, cuts))).toEqual(whole);
        const [first, second] = whole.slice(-2);
        expect(second?.events).toEqual(first?.events);
        expect(list.length === 0 ? [] : whole[0]?.events).toEqual(first?.events);
      }),
    );
  });
});

describe('fields that come again', () => {
  const send = (log: string, source = 'stdout'): Buffer => encodeMessagePack(['t', new EventTime(1, 2), { source, log, id: 'c1' }]);
  const fieldsOf = (frames: readonly Frame[]): unknown[] =>
    frames.flatMap((frame) => (frame.kind === 'events' ? frame.events.map((event) => event.fields) : []));

  it('are the identical frozen object from the second time on', () => {
    const [, second, third, other] = fieldsOf(decode(Buffer.concat([send('a'), send('b'), send('c'), send('d', 'stderr')])));
    expect(third).toBe(second);
    expect(other).not.toBe(second);
    expect(Object.isFrozen(second)).toBe(true);
  });

  it('are not frozen when they came once, so that nobody remembers what will not come again', () => {
    expect(fieldsOf(decode(Buffer.concat([send('a', 'x'), send('a', 'y')]))).some(Object.isFrozen)).toBe(false);
  });

  it('are known to every connection that shares a cache', () => {
    const cache = new FieldCache();
    const [, second] = ['a', 'b'].map((log) => fieldsOf(new ForwardDecoder({ cache }).push(send(log)))[0]);
    const [third] = fieldsOf(new ForwardDecoder({ cache }).push(send('c')));
    expect(third).toBe(second);
  });

  it('stay right when there are more of them than the cache holds', () => {
    const bytes = Buffer.concat(Array.from({ length: 3000 }, (_, index) => send('x', `s${index}`)));
    expect(fieldsOf(decode(Buffer.concat([bytes, bytes])))).toMatchObject(
      Array.from({ length: 6000 }, (_, index) => ({ source: `s${index % 3000}` })),
    );
  });
});

describe('chunk ids', () => {
  const hash = (id: string, log: string): string | null | undefined =>
    summaries(decode(encodeMessagePack(['t', 1, { log }, { chunk: id }])))[0]?.hash;

  it('have one hash for one id and payload, and another for other bytes', () => {
    expect(hash('a', 'x')).toBe(hash('a', 'x'));
    expect(hash('a', 'x')).toHaveLength(32);
    expect(new Set([hash('a', 'x'), hash('b', 'x'), hash('a', 'y')]).size).toBe(3);
  });
});

/** Numbers as they come back: a bigint only where a number would not be exact. */
function normal(held: unknown): unknown {
  if (typeof held === 'bigint') return Number.isSafeInteger(Number(held)) ? Number(held) : held;
  if (Array.isArray(held)) return held.map(normal);
  if (typeof held === 'object' && held !== null) return Object.entries(held).map(([name, inner]) => [name, normal(inner)]);
  return held;
}

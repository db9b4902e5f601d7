import fc from 'fast-check';
import { decodeResume, encodeResume, MAX_NODES, MAX_RESUME, type Resume } from './resume.js';

const name = fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' });
const place = fc.tuple(fc.maxSafeNat(), fc.maxSafeNat()).map(([a, b]) => ({ position: Math.max(a, b), from: Math.min(a, b) }));
const range = fc.record({ from: fc.maxSafeNat(), to: fc.maxSafeNat() });
const ns = fc.bigInt({ min: 0n, max: (1n << 63n) - 1n });
const entries = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<ReadonlyMap<string, T>> =>
  fc.uniqueArray(fc.tuple(name, value), { maxLength: 8, selector: ([key]) => key }).map((pairs) => new Map(pairs));
const past = fc.record(
  {
    fromNs: ns,
    others: fc.boolean(),
    ranges: entries(range),
    after: fc.record({ timestampNs: ns.map(String), sequence: fc.maxSafeNat(), node: name }),
  },
  { requiredKeys: ['fromNs', 'others', 'ranges'] },
);
const resumes: fc.Arbitrary<Resume> = fc.record({ places: entries(place), past }, { requiredKeys: ['places'] });

describe('the id of a tail', () => {
  it('gives back any places exactly, and can stand in an address and in a header', () => {
    fc.assert(
      fc.property(resumes, (resume) => {
        const text = encodeResume(resume);
        expect(text).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(decodeResume(text)).toEqual(resume);
      }),
    );
  });

  it('fits its limit with as many nodes as there may be', () => {
    const places = new Map(
      Array.from({ length: MAX_NODES }, (_, n) => [
        `ingest-${n}.example.internal-3f9a2c12`,
        { position: Number.MAX_SAFE_INTEGER, from: 0 },
      ]),
    );
    expect(encodeResume({ places }).length).toBeLessThan(MAX_RESUME);
  });

  it('reads or refuses any text, and does nothing else', () => {
    const texts = fc.oneof(
      fc.string(),
      fc.json().map((json) => Buffer.from(json).toString('base64url')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        try {
          expect(decodeResume(text).places).toBeInstanceOf(Map);
        } catch (error) {
          expect(error).toMatchObject({ code: 'cursor_invalid', status: 400 });
        }
      }),
    );
  });

  it('refuses a place that is to be read from behind itself', () => {
    const text = Buffer.from('[1,[["n",5,9]]]').toString('base64url');
    expect(() => decodeResume(text)).toThrow('this id of a tail cannot be read');
  });
});

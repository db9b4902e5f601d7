import fc from 'fast-check';
import { LineDecoder } from './index.js';

function lines(bytes: Buffer, step: number, maxLineBytes = 64): { lines: string[]; cuts: number } {
  let cuts = 0;
  const decoder = new LineDecoder({ maxLineBytes, count: () => (cuts += 1) });
  const found: string[] = [];
  for (let at = 0; at < bytes.length; at += step) found.push(...decoder.push(bytes.subarray(at, at + step)));
  found.push(...decoder.end());
  return { lines: found, cuts };
}

describe('LineDecoder', () => {
  it.each([
    ['two lines', 'a\nb\n', ['a', 'b']],
    ['carriage returns', 'a\r\nb\r\n', ['a', 'b']],
    ['empty lines', '\n\r\n\na\n\n', ['a']],
    ['a last line without its end', 'a\nb', ['a', 'b']],
    ['text of several bytes', '서버\nü\n', ['서버', 'ü']],
    ['nothing', '', []],
  ])('gives the lines of %s over any split', (_name, text, expected) => {
    for (const step of [1, 2, 3, 1000]) expect(lines(Buffer.from(text), step).lines).toEqual(expected);
  });

  it('turns invalid UTF-8 into U+FFFD', () => {
    expect(lines(Buffer.of(0x61, 0xff, 0x0a), 1).lines).toEqual(['a\ufffd']);
  });

  it('cuts a line off at the limit, counts it once, and reads the next one whole', () => {
    for (const step of [1, 5, 1000]) {
      expect(lines(Buffer.from(`${'x'.repeat(100)}\nnext\n`), step, 10)).toEqual({ lines: ['x'.repeat(10), 'next'], cuts: 1 });
    }
  });

  it('holds no more than one line of the limit while an endless line comes in', () => {
    const decoder = new LineDecoder({ maxLineBytes: 1000 });
    for (let index = 0; index < 10_000; index += 1) decoder.push(Buffer.alloc(100, 'x'));
    expect(decoder.pendingBytes).toBe(1000);
  });

  it('gives the same lines for any bytes and any split', () => {
    const byte = fc.oneof(fc.constantFrom(0x0a, 0x0d, 0x61), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 300 }), fc.integer({ min: 1, max: 40 }), (bytes, step) => {
        expect(lines(Buffer.from(bytes), step)).toEqual(lines(Buffer.from(bytes), 1000));
      }),
    );
  });
});

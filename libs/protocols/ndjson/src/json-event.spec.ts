import { decodeJsonBody, decodeJsonLine } from './index.js';

describe('decodeJsonLine', () => {
  it('gives the object as fields, without text or time of its own', () => {
    const { event } = decodeJsonLine('{"time":1,"msg":"hello"}');
    expect(event).toEqual({ tag: '', seconds: -1, nanos: 0, text: undefined, fields: { time: 1, msg: 'hello' } });
  });

  it.each([
    ['no JSON', 'hello {', 'not JSON'],
    ['a number', '12', 'a number'],
    ['null', 'null', 'null'],
    ['an array', '[1]', 'an array'],
    ['a string', '"x"', 'a string'],
    ['nesting of 1000', `{"a":${'['.repeat(1000)}${']'.repeat(1000)}}`, 'nested'],
  ])('keeps %s as text and says why', (_name, text, reason) => {
    const line = decodeJsonLine(text);
    expect(line).toMatchObject({ ok: false, reason: expect.stringContaining(reason) as string, event: { text } });
  });

  it('takes __proto__ for a key like any other', () => {
    const { event } = decodeJsonLine('{"__proto__":{"polluted":true}}');
    expect(Object.keys(event.fields)).toEqual(['__proto__']);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe('decodeJsonBody', () => {
  const messages = (text: string): unknown[] => decodeJsonBody(Buffer.from(text)).events.map((event) => event.fields.m);

  it.each([
    ['lines', '{"m":1}\n{"m":2}\r\n\n{"m":3}', [1, 2, 3]],
    ['an array', ' [{"m":1},\n{"m":2}] ', [1, 2]],
    ['an empty array', '[]', []],
    ['one object', '{"m":1}', [1]],
    ['one object over several lines', '{\n  "m": 1\n}\n', [1]],
    ['a byte order mark', '\ufeff{"m":1}', [1]],
    ['nothing', ' \n ', []],
  ])('reads %s', (_name, text, expected) => {
    expect(messages(text)).toEqual(expected);
    expect(decodeJsonBody(Buffer.from(text)).errors).toEqual([]);
  });

  it('reports each bad line with its number and takes the others', () => {
    const { events, errors } = decodeJsonBody(Buffer.from('{"m":1}\n\noops\n[1]\n{"m":2}\n'));
    expect(events).toHaveLength(2);
    expect(errors.map((error) => error.line)).toEqual([3, 4]);
    expect(errors[0]?.reason).toContain('not JSON');
  });

  it('reports elements of an array by their number', () => {
    const { events, errors } = decodeJsonBody(Buffer.from('[{"m":1},2,{"m":3}]'));
    expect(events).toHaveLength(2);
    expect(errors).toEqual([{ line: 2, reason: 'not a JSON object but a number' }]);
  });

  it('says where an array that never ends stops being JSON', () => {
    expect(decodeJsonBody(Buffer.from('[{"m":1},')).errors).toHaveLength(1);
  });

  it('stops at the largest number of records, and says so', () => {
    const { errors } = decodeJsonBody(Buffer.from(`[${'1,'.repeat(500_001)}1]`));
    expect(errors).toHaveLength(500_001);
    expect(errors.at(-1)?.reason).toContain('more than 500000');
  });
});

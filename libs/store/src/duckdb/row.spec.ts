import fc from 'fast-check';
import { TEXT_COLUMNS } from './columns.js';
import { projectionOf, recordOf } from './record.js';
import { parseRow as parseWith, RowError, type Row } from './row.js';
import { Tokens } from './token-filter.js';

const PLACE = { '@timestamp': '2026-11-21T04:04:23.785232175Z', logweir: { node: 'a' } };
const parseRow = (line: string): Row => parseWith(line, new Tokens());
const ALL = projectionOf(undefined);

const roundTrip = (source: object): unknown => {
  const row = parseRow(JSON.stringify(source));
  return recordOf(row, ALL);
};

it('puts fields with a column there and the rest in one flat object', () => {
  const row = parseRow(
    JSON.stringify({
      event: { sequence: 7, severity: 9 },
      ...PLACE,
      log: { level: 'info', origin: { line: 3 } },
      attributes: { 'a.b': [1, 'x'] },
      message: 'Hi',
    }),
  );
  expect(row).toMatchObject({
    ns: 1_795_233_863_785_232_175n,
    sequence: 7,
    node: 'a',
    rest: '{"event.severity":9,"log.origin.line":3,"attributes.a.b":[1,"x"]}',
  });
  expect(TEXT_COLUMNS.filter((_, index) => row.texts[index] !== null).map(([column]) => column)).toEqual(['level', 'message']);
});

it('gives any record of flat attributes back as it came', () => {
  const scalar = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
    fc.boolean(),
  );
  const values = fc.oneof(scalar, fc.array(scalar, { minLength: 1 }));
  const attributes = fc.dictionary(fc.string(), values, { minKeys: 1, noNullPrototype: true });
  fc.assert(
    fc.property(attributes, fc.string({ unit: 'grapheme' }), (fields, message) => {
      const source = { event: { sequence: 7 }, ...PLACE, message, attributes: fields, labels: { 'x.y': 'z' } };
      expect(roundTrip(source)).toEqual(JSON.parse(JSON.stringify(source)));
    }),
  );
});

it('keeps a field that is called __proto__ a field', () => {
  const text = `{"event":{"sequence":1},"@timestamp":"${PLACE['@timestamp']}","attributes":{"__proto__":{"x":1}},"http":{"__proto__":{"y":2}}}`;
  expect(JSON.stringify(recordOf(parseRow(text), ALL))).toBe(text);
  expect(({} as Record<string, unknown>)['y']).toBeUndefined();
});

it('keeps a value of the wrong kind for its column', () => {
  const source = { event: { sequence: 1 }, ...PLACE, service: { name: 5 }, message: ['a', 'b'], stream: null };
  expect(roundTrip(source)).toEqual(source);
});

it.each([
  ['"x\\ud800"', 'x\ufffd'],
  ['"\\uDC00\\uD83D\\uDE00\\ude00"', '\ufffd\u{1f600}\ufffd'],
  ['"\\\\ud800 \\u0000b"', '\\ud800 \0b'],
])('stores the text %s so that JSON in the day file stays readable', (json, text) => {
  const row = parseRow(`{"event":{"sequence":1},"@timestamp":"${PLACE['@timestamp']}","attributes":{${json}:${json}},"message":${json}}`);
  expect(JSON.parse(row.rest)).toEqual({ [`attributes.${text}`]: text });
  expect(row.rest).not.toMatch(/[^\\](\\\\)*\\ud/i);
  expect(row.texts.at(-1)).toBe(text);
});

it.each([
  ['{"event":', 'source_not_json'],
  ['[1]', 'source_not_json'],
  ['{"event":{"sequence":1}}', 'timestamp_invalid'],
  ['{"event":{"sequence":1.5},"@timestamp":"2026-11-21T04:04:23Z"}', 'sequence_invalid'],
])('refuses %s as %s', (line, type) => {
  let thrown: unknown;
  try {
    parseRow(line);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(RowError);
  expect(thrown).toMatchObject({ type });
});

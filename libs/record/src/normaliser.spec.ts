import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { Patterns } from '#libs/patterns';
import { RECORD_HEAD } from './normaliser.js';
import { flatten, unflatten } from './flat.js';
import type { Event, Fields, Value } from './event.js';
import { ARRIVAL, DOCKER, fieldsOf, makeEvent, makeNormaliser, parseRecord } from './normaliser.fixture.js';

const VECTORS = new URL('../../../test/vectors/record/docker.json', import.meta.url);
const captured = (JSON.parse(readFileSync(VECTORS, 'utf8')) as { events: Event[] }).events;

function recordOf(event: Partial<Event>): Record<string, unknown> {
  return parseRecord(makeNormaliser({ retentionMs: 1e13 }).normaliser.normalise(makeEvent(event), ARRIVAL));
}

describe('what a Docker Engine sent', () => {
  const records = captured.map((event) => flatten(recordOf(event)));

  it('gives the container, the stream, labels and env to every record', () => {
    for (const record of records) {
      expect(record).toMatchObject({
        'container.name': 'web-2',
        'container.labels.com.acme.team': 'core',
        'labels.app': 'web',
        'labels.APP_ENV': 'prod',
        'logweir.tag': captured[0]?.tag,
      });
      expect(['stdout', 'stderr']).toContain(record['stream']);
    }
  });

  it.each<[string, Record<string, unknown>]>([
    ['plain line one', { message: 'plain line one', 'service.name': 'web-2' }],
    ['2026-11-20 10:00:00,123 ERROR', { 'log.level': 'error', 'log.logger': 'com.acme.Db', 'process.thread.name': 'main' }],
    [
      '{"timestamp"',
      { message: 'User login successful', 'service.name': 'web-api', 'attributes.container_id': 'abc123', 'attributes.user_id': '12345' },
    ],
    ['level=warn', { message: 'slow query', 'log.level': 'warn', 'event.duration': 1_200_000_000 }],
    ['\u001b[31m', { message: 'red ansi', 'event.original': '\u001b[31mred ansi\u001b[0m' }],
    ['한글', { message: '한글 로그 메시지 ✓' }],
    ['{"level":50', { message: 'pino error', 'log.level': 'error', 'host.name': 'h', 'error.type': 'Error', 'error.message': 'boom' }],
  ])('%p', (beginning, fields) => {
    const index = captured.findIndex((event) => event.text?.startsWith(beginning) === true);
    expect(records[index]).toMatchObject(fields);
  });

  it('takes the service from compose, else the container name, else the tag', () => {
    expect(recordOf({ text: 'x', fields: { ...DOCKER, 'com.docker.compose.service': 'pay' } })['service']).toEqual({ name: 'pay' });
    expect(recordOf({ text: 'x', fields: { container_id: 'c' } })['service']).toEqual({ name: 'docker.web' });
  });

  it('takes the \\r of a TTY off', () => {
    expect(recordOf({ text: 'hello\r' })['message']).toBe('hello');
  });
});

describe('fields without a text', () => {
  it('land in their places', () => {
    const fields = {
      level: 'warn',
      msg: 'x',
      n: 12n,
      big: 2n ** 63n,
      bytes: Buffer.from('hé'),
      nan: Number.NaN,
      o: { a: { b: [1] } },
      status: 500,
      source: 'db',
    };
    expect(flatten(recordOf({ fields }))).toMatchObject({
      message: 'x',
      'log.level': 'warn',
      'http.response.status_code': 500,
      'attributes.n': 12,
      'attributes.big': '9223372036854775808',
      'attributes.bytes': 'hé',
      'attributes.nan': 'NaN',
      'attributes.o.a.b': [1],
      'attributes.source': 'db',
    });
  });

  it('are the message as JSON when none of them is one', () => {
    expect(recordOf({ fields: { a: 1, b: 'x' } })).toMatchObject({ message: '{"a":1,"b":"x"}', attributes: { a: 1, b: 'x' } });
  });
});

describe('limits', () => {
  it('cuts a message with a mark and counts it', () => {
    const { normaliser, counted } = makeNormaliser({ maxMessage: 10 });
    for (const text of ['x'.repeat(15), JSON.stringify({ msg: 'x'.repeat(15) })]) {
      expect(parseRecord(normaliser.normalise(makeEvent({ text }), ARRIVAL))['message']).toBe(`${'x'.repeat(10)}…[cut 5 characters]`);
    }
    expect(counted).toEqual(['message_cut', 'message_cut']);
  });

  it('survives nesting of ten thousand', () => {
    const text = `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`;
    expect(fieldsOf(text)['message']).toBe(text);
    const nested = Array.from({ length: 10_000 }).reduce<Value>((inner) => ({ a: inner }), 1);
    expect(() => recordOf({ fields: { nested } })).not.toThrow();
  });
});

describe('fields without a text that name a container', () => {
  const normalised = (fields: Fields) => flatten(recordOf({ tag: '', text: undefined, fields }));

  it.each<[string, Fields]>([
    ['as Docker does', { container_id: 'c9', container_name: '/pay-1', container_image: 'shop/pay:2' }],
    ['as ECS does', { 'container.id': 'c9', 'container.name': 'pay-1', 'container.image.name': 'shop/pay:2' }],
    ['as an object', { container: { id: 'c9', name: 'pay-1', image: { name: 'shop/pay:2' } } }],
  ])('are of that container, named %s, and everything else has its meaning', (_, container) => {
    const record = normalised({ ...container, msg: 'no room', level: 'error', user: 'kim', source: 'stderr', 'app.kind': 'a' });
    expect(record).toMatchObject({
      message: 'no room',
      'log.level': 'error',
      'container.id': 'c9',
      'container.name': 'pay-1',
      'container.image.name': 'shop/pay:2',
      'service.name': 'pay-1',
      stream: 'stderr',
      'attributes.app.kind': 'a',
    });
    expect(Object.keys(record).filter((name) => name.startsWith('labels') || name.startsWith('attributes.container'))).toEqual([]);
  });

  it('keep what is no name of a container, and what names it once more', () => {
    const fields = { container_id: 'c9', container: { id: 'other', cpu: 2, image: { tag: ['2'] } }, 'container.name': 7, service: 'pay' };
    expect(normalised(fields)).toMatchObject({
      'container.id': 'c9',
      'service.name': 'pay',
      'attributes.container.id': 'other',
      'attributes.container.cpu': 2,
      'attributes.container.image.tag': ['2'],
      'attributes.container.name': 7,
    });
    expect(normalised({ container_id: 'c9', constructor: 'Order', msg: 'x' })).toMatchObject({ 'attributes.constructor': 'Order' });
    expect(normalised({ container: 'web', msg: 'x' })).toMatchObject({ 'attributes.container': 'web', message: 'x' });
    expect(normalised({ container: {}, 'container.id': '', msg: 'x' })).not.toHaveProperty(['container.id']);
  });
});

describe('joins', () => {
  const { normaliser } = makeNormaliser();

  it('makes one record of a stack trace: the error, and level error when nothing else says so', () => {
    const lines = ['java.lang.IllegalStateException: bad\r', '\tat com.acme.A.b(A.java:10)\r', 'Caused by: java.io.IOException: x\r'];
    const parts = lines.map((text, index) =>
      normaliser.part(makeEvent({ text }), { ...ARRIVAL, createdNs: ARRIVAL.createdNs + BigInt(index) }),
    );
    const text = lines.map((line) => line.trimEnd()).join('\n');
    expect(flatten(parseRecord(normaliser.join(parts, '\n')))).toMatchObject({
      message: text,
      'event.created': '2026-11-21T04:04:23.785232175Z',
      'log.level': 'error',
      'error.type': 'java.lang.IllegalStateException',
      'error.message': 'bad',
      'error.stack_trace': text,
      'container.id': 'c1',
    });
  });

  it.each<[string, string, string]>([
    [
      'Traceback (most recent call last):\n  File "a.py", line 1, in f\nacme.Gone: no\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n  File "a.py", line 2, in g\nValueError: x',
      'ValueError',
      'x',
    ],
    ['panic: runtime error: index out of range\n\ngoroutine 1 [running]:', 'panic', 'runtime error: index out of range'],
    ['Unhandled exception. System.InvalidOperationException: x\n   at A.B()', 'System.InvalidOperationException', 'x'],
    ["app.rb:3:in `f': gone (KeyError)\n\tfrom app.rb:9:in `g'", 'KeyError', 'gone'],
    ['/app/a.js:3\n    throw new TypeError("x");\n    ^\n\nTypeError [ERR_X]: x\n    at f (/app/a.js:3:9)', 'TypeError', 'x'],
  ])('names the error of %p', (text, type, message) => {
    const parts = text.split('\n').map((line) => normaliser.part(makeEvent({ text: line }), ARRIVAL));
    expect(parseRecord(normaliser.join(parts, '\n'))).toMatchObject({ message: text, error: { type, message, stack_trace: text } });
  });

  it("reads JSON of 40 kB out of Docker's parts, and drops their marks", () => {
    const line = JSON.stringify({ level: 'info', msg: 'm', blob: 'x'.repeat(40_000) });
    const parts = [0, 1, 2].map((index) => {
      const fields = {
        ...DOCKER,
        partial_message: 'true',
        partial_id: 'p',
        partial_ordinal: String(index + 1),
        partial_last: String(index === 2),
      };
      return normaliser.part(makeEvent({ text: line.slice(index * 16_384, (index + 1) * 16_384), fields }), ARRIVAL);
    });
    const record = flatten(parseRecord(normaliser.join(parts, '')));
    expect(record).toMatchObject({ message: 'm', 'log.level': 'info', 'attributes.blob': 'x'.repeat(40_000) });
    expect(Object.keys(record).filter((name) => name.includes('partial'))).toEqual([]);
  });
});

/** What can stand in an event, with the names that mean something among the keys. */
const key = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.constantFrom('level', 'time', 'msg', 'labels', 'a.b', 'a', 'error', '__proto__', 'tags', 'status', 'source'),
);
const scalar = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.double(),
  fc.bigInt(),
  fc.boolean(),
  fc.constant(null),
  fc.uint8Array({ maxLength: 8 }),
);
const value = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    scalar as fc.Arbitrary<Value>,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(key, tie('value'), { maxKeys: 4 }),
  ),
})).value;
const fields = fc.dictionary(key, value, { maxKeys: 6 }) as fc.Arbitrary<Fields>;
const json = fc.dictionary(key, fc.jsonValue(), { maxKeys: 6 }).map((object) => JSON.stringify(object));
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  json,
  json.map((line) => line.slice(1)),
  fc.constantFrom('\u001b[1mx', '[ERROR', 'a=1 level=x', '{"a":1,"a":2}'),
  fc.constant(undefined),
);
const anyEvent = fc.record({
  tag: fc.string({ unit: 'binary' }),
  seconds: fc.oneof(fc.integer(), fc.double()),
  nanos: fc.integer(),
  text,
  fields,
});

/** Parsing keeps one of two equal keys, so the text then has more keys than what it says. */
function hasTwins(tail: string): boolean {
  return countKeys(`${RECORD_HEAD}1${tail}`) !== countKeys(JSON.stringify(parseRecord(tail)));
}

function countKeys(json: string): number {
  return (json.replace(/"(?:[^"\\]|\\.)*"(?!:)/g, '').match(/"(?:[^"\\]|\\.)*":/g) ?? []).length;
}

describe('any event', () => {
  const { normaliser } = makeNormaliser({ maxMessage: 50 });

  it('becomes one line of valid JSON without twins among its keys, and the same one each time', () => {
    fc.assert(
      fc.property(anyEvent, (event) => {
        const tail = normaliser.normalise(event, ARRIVAL);
        expect(tail).not.toMatch(/[\n\r\u0000]/);
        expect(hasTwins(tail)).toBe(false);
        expect(normaliser.normalise(event, ARRIVAL)).toBe(tail);
        expect(typeof parseRecord(tail)['message']).toBe('string');
      }),
      { numRuns: 600 },
    );
  });

  it('has the pattern of the message that is kept, however it came', () => {
    const patterns = new Patterns();
    const quote = { tag: '', seconds: 0, nanos: 0, text: '{"msg":"\\""}', fields: {} };
    fc.assert(
      fc.property(anyEvent, (event) => {
        const { message, log } = parseRecord(normaliser.normalise(event, ARRIVAL)) as { message: string; log: { pattern: string } };
        expect(log.pattern).toBe(patterns.idOf(message));
      }),
      { numRuns: 600, examples: [[quote]] },
    );
  });

  it('is the same as a joined single part', () => {
    fc.assert(
      fc.property(anyEvent, (event) => {
        const tail = normaliser.normalise({ ...event, text: event.text ?? '' }, ARRIVAL);
        expect(normaliser.join([normaliser.part(event, ARRIVAL)], '')).toBe(tail);
      }),
      { numRuns: 200 },
    );
  });

  it('is never lost between nested and flat', () => {
    fc.assert(
      fc.property(anyEvent, (event) => {
        const record = parseRecord(normaliser.normalise(event, ARRIVAL));
        expect(JSON.stringify(flatten(unflatten(flatten(record))))).toBe(JSON.stringify(flatten(record)));
      }),
      { numRuns: 200 },
    );
  });
});

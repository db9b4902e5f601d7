import fc from 'fast-check';
import { cpuMs } from '../../../test/support/cpu-time.js';
import { Patterns } from './index.js';
import { MAX_KEPT } from './limits.js';

const patterns = new Patterns();
const template = (message: string) => patterns.templateOf(message);
const id = (message: string) => patterns.idOf(message);

describe('a template', () => {
  it.each([
    ['a number', 'order 81 took 1.5s, moved by -3', 'order <*> took <*>, moved by <*>'],
    ['an address', 'connect ECONNREFUSED 10.0.3.17:5432', 'connect ECONNREFUSED <*>'],
    ['an IPv6 address', 'peer fe80::1 and ::1', 'peer <*> and <*>'],
    ['a UUID and a hash', 'job 0b5fe1ad-6b4e-4f0c-9a51-aa12d0c4fa11 at deadbeefcafe', 'job <*> at <*>'],
    ['a name with a number', 'worker-3 took job_17', '<*> took <*>'],
    ['a path and a URL', 'GET /api/orders from https://a.b/c?d=e.', 'GET <*> from <*>.'],
    ['an address of mail', 'sent to kim@example.org', 'sent to <*>'],
    ['what stands between quotes', `user "kim" can't open 'a b'`, `user "<*>" can't open '<*>'`],
    ['values of keys', 'user=kim plan=pro ok', 'user=<*> plan=<*> ok'],
    ['a list, whatever its length', 'ids [1, 2, 3] of "a", "b"', 'ids [<*>] of "<*>"'],
    ['a date in words', 'Sat Nov 21 04:04:20 2026 started', '<*> started'],
    ['members of JSON', '{"a":1,"b":"x","c":[true]}', '{"a":<*>,"b":"<*>","c":[true]}'],
    ['a thread', '2026-11-21 04:04:20.500 INFO  [main] c.a.Db - done', '<*> INFO [<*>] c.a.Db - done'],
    ['a user of an access log', '10.0.0.9 - kim [21/Nov/2026:04:04:20 +0000] "GET / HTTP/1.1" 200 -', '<*> [<*>] "<*>" <*>'],
  ])('masks %s', (_name, message, expected) => {
    expect(template(message)).toBe(expected);
  });

  it.each([
    ['a level in brackets', '2026-11-21 04:04:20 [Warning] [X-1] self signed', '<*> [Warning] [<*>] self signed'],
    ['names of classes', 'java.lang.IllegalStateException: std::vector', 'java.lang.IllegalStateException: std::vector'],
    ['words of any script', '주문 3건 처리', '주문 <*> 처리'],
    ['a slash between words', 'read/write and/or', 'read/write and/or'],
    ['nothing', '', ''],
    ['signs', '--- *** ...', '--- *** ...'],
  ])('keeps %s', (_name, message, expected) => {
    expect(template(message)).toBe(expected);
  });

  it.each([
    ['the first line', 'Error: no\n    at f (a.js:1:2)\n    at g', 'Error: no'],
    ['further lines until there is a word', '/app/a.js:3\n    throw new Error("x");\n    ^', '<*> throw new Error("<*>");'],
    [
      'the last line of a Python traceback',
      `Traceback (most recent call last):\n  File "a.py", line 3, in f\nKeyError: 'price'`,
      `Traceback (most recent call last): KeyError: '<*>'`,
    ],
  ])('is made of %s', (_name, message, expected) => {
    expect(template(message)).toBe(expected);
  });
});

const word = fc.stringMatching(/^[g-z]{1,12}$/);
/** What can also end a sentence or close a bracket ends a URL. */
const plain = (url: string) => url.replaceAll(/[^\w:/-]/g, '').replace(/:+$/, '');
const variable = fc.oneof(
  fc.integer().map(String),
  fc.uuid(),
  fc.ipV4(),
  fc.ipV6().filter((address) => /\d/.test(address) && !address.endsWith('::')),
  fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(8e12) }).map((date) => date.toISOString()),
  fc.webPath().map((path) => `/p${plain(path)}`),
  fc.webUrl().map((url) => plain(url)),
  fc.stringMatching(/^[a-f0-9]{7}[0-9]$/),
);
const any = fc.oneof(fc.string({ unit: 'binary', maxLength: 700 }), fc.stringMatching(/^[\s"'`[\]{}:=/.,;0-9a-fg\-+@<>()]{0,300}$/));

describe('any message', () => {
  it('has one template with all that differ from it in variables only', () => {
    const statement = fc.array(word, { minLength: 1, maxLength: 12 });
    const values = fc.array(variable, { minLength: 13, maxLength: 13 });
    fc.assert(
      fc.property(statement, values, values, (words, some, others) => {
        const say = (of: readonly string[]) => words.map((each, index) => `${each} ${of[index]}`).join(' ');
        // What is behind the limit is not looked at.
        fc.pre(say(some).length < 500 && say(others).length < 500);
        expect(template(say(some))).toBe(words.map((each) => `${each} <*>`).join(' '));
        expect(id(say(some))).toBe(id(say(others)));
      }),
    );
  });

  it('has an id that says the same as its template, whatever came before', () => {
    const fresh = () => new Patterns();
    fc.assert(
      fc.property(fc.array(any, { minLength: 2, maxLength: 8 }), (messages) => {
        const forwards = messages.map(id);
        const backwards = messages.toReversed().map(id).toReversed();
        const alone = messages.map((message) => fresh().idOf(message));
        expect(forwards).toEqual(alone);
        expect(backwards).toEqual(alone);
        const templates = messages.map(template);
        messages.forEach((_, index) => expect(forwards[index] === forwards[0]).toBe(templates[index] === templates[0]));
      }),
    );
  });

  it('keeps its id when there are more or fewer digits in a number', () => {
    fc.assert(
      fc.property(any, (message) => {
        const longer = message.replaceAll(/\d+/g, '$&42');
        fc.pre(longer.length <= 256);
        expect(template(longer)).toBe(template(message));
        expect(id(longer)).toBe(id(message));
      }),
    );
  });

  it('has the same id as a part of a longer text', () => {
    fc.assert(fc.property(any, (message) => expect(patterns.idOf(`"${message}"`, 1, message.length + 1)).toBe(id(message))));
  });

  it('is twelve hexadecimal digits, and never more than is kept', () => {
    fc.assert(fc.property(any, (message) => expect(id(message)).toMatch(/^[0-9a-f]{12}$/)));
    const kept = (patterns as unknown as { kept: string[] }).kept;
    for (let index = 0; index < 3 * MAX_KEPT; index += 1) id(`word${String.fromCharCode(0x4e00 + index)} came`);
    expect(kept).toHaveLength(MAX_KEPT);
  });
});

describe('hostile messages', () => {
  it.each([
    ['quotes', '"'.repeat(60_000)],
    ['closed quotes', '"a" '.repeat(20_000)],
    ['brackets behind a time', `2026-11-21 ${'['.repeat(60_000)}`],
    ['newlines', '\n'.repeat(60_000)],
    ['a traceback without an end', `Traceback (most recent call last):\n${' x\n'.repeat(20_000)}`],
    ['signs', '-/:'.repeat(20_000)],
  ])('cost next to nothing: %s', (_name, message) => {
    expect(cpuMs(() => expect(new Patterns().idOf(message)).toMatch(/^[0-9a-f]{12}$/))).toBeLessThan(35);
  });
});

import fc from 'fast-check';
import { cpuMs } from '../../../test/support/cpu-time.js';
import { formatQuery, parseQuery, QueryError } from '#libs/query';

/** One row per form that Kibana users type, and per extension of ours; the right side is the canonical form. */
const FORMS: readonly (readonly [typed: string, canonical: string])[] = [
  ['', '*'],
  ['*', '*'],
  ['*:*', '*'],
  ['timeout', 'timeout'],
  ['"connection refused"', '"connection refused"'],
  ['error timeout', 'error and timeout'],
  ['error AND timeout', 'error and timeout'],
  ['error Or timeout', 'error or timeout'],
  ['a or b and c', 'a or b and c'],
  ['(a or b) and c', '(a or b) and c'],
  ['a or b c', 'a or b and c'],
  ['NOT a and b', 'not a and b'],
  ['not (a or b)', 'not (a or b)'],
  ['-x', 'not x'],
  ['-level:debug', 'not level:debug'],
  ['a -"b c"', 'a and not "b c"'],
  ['-(a or b)', 'not (a or b)'],
  ['((a))', 'a'],
  ['level:error', 'level:error'],
  ['level : error', 'level:error'],
  ['status:(400 or 401)', 'status:400 or status:401'],
  ['status:(not 200)', 'not status:200'],
  ['tags:(a and b)', 'tags:a and tags:b'],
  ['message:(a b)', 'message:a and message:b'],
  ['bytes >= 100', 'bytes >= 100'],
  ['bytes>=100 and bytes<200', 'bytes >= 100 and bytes < 200'],
  ['@timestamp < now-1d', '@timestamp < now-1d'],
  ['@timestamp >= "2026-11-21T10:00:00Z"', '@timestamp >= 2026-11-21T10:00:00Z'],
  ['@timestamp >= 2026-11-21T10:00:00+09:00', '@timestamp >= 2026-11-21T10:00:00+09:00'],
  ['level>=warn', 'level >= warn'],
  ['duration>1.5s', 'duration > 1.5s'],
  ['bytes>10kb', 'bytes > 10kb'],
  ['user_id:*', 'user_id:*'],
  ['user_id:**', 'user_id:*'],
  ['serv*', 'serv*'],
  ['*part*', '*part*'],
  ['service:pay*-v2', 'service:pay*-v2'],
  ['host.*:web-1', 'host.*:web-1'],
  ['url.path:/api\\/v\\d+/', 'url.path:/api\\/v\\d+/'],
  ['url.path:/api/users', 'url.path:\\/api/users'],
  ['url.full:https://a.example/b?c=d', 'url.full:https\\://a.example/b?c\\=d'],
  ['client.ip:10.0.0.0/8', 'client.ip:10.0.0.0/8'],
  ['client.ip:fe80::/10', 'client.ip:fe80\\:\\:/10'],
  ['a\\:b', 'a\\:b'],
  ['\\and', '\\and'],
  ['say \\"hi\\"', 'say and \\"hi\\"'],
  ['"tab\\there \\u00e9"', '"tab\\there é"'],
  ['서버:꺼짐', '서버:꺼짐'],
  ['"my field":x', 'my\\u0020field:x'],
  ['user:{ first: "A" and last: B }', 'user.first:"A" and user.last:B'],
  ['gone:null', 'gone:null'],
  ['ok:true or ok:false', 'ok:true or ok:false'],
  ['temperature:-5', 'temperature:\\-5'],
  ['web-1.example.com', 'web-1.example.com'],
];

it.each(FORMS)('reads %j as %j', (typed, canonical) => {
  expect(formatQuery(parseQuery(typed))).toBe(canonical);
  expect(parseQuery(canonical)).toEqual(parseQuery(typed));
});

const MISTAKES: readonly (readonly [typed: string, code: string, position: number, hint: RegExp])[] = [
  ['level=error', 'query_syntax', 5, /Use ":"/],
  ['a && b', 'query_syntax', 2, /"and"/],
  ['a || b', 'query_syntax', 2, /"or"/],
  ['!a', 'query_syntax', 0, /"not"/],
  ['bytes:[1 TO 5]', 'query_syntax', 6, />= 1 and/],
  ['bytes:>5', 'query_syntax', 6, />= 5/],
  ['"open', 'query_syntax', 0, /at the end/],
  ['(a or b', 'query_syntax', 0, /"\)"/],
  ['a)', 'query_syntax', 1, /\\\)/],
  ['a and', 'query_syntax', 5, /^$/],
  ['and a', 'query_syntax', 0, /\\and/],
  ['level:', 'query_syntax', 6, /^$/],
  ['level>=loud', 'query_value', 7, /trace, debug/],
  ['x and client.ip:abc', 'query_value', 16, /10\.0\.0\.0\/8/],
  ['@timestamp > yesterday', 'query_value', 13, /now-1d/],
  ['http.response.status_code:4*', 'query_value', 26, />= 400/],
  ['labels.team:*x', 'query_value', 12, /beginning/],
  ['took > 1.5s', 'query_value', 7, /took_ms/],
  ['url.path:/(?=a)b/', 'query_regex', 10, /Look-around/],
  ['url.path:/^a$/', 'query_regex', 10, /whole value/],
  ['url.path:/a*?/', 'query_regex', 12, /Lazy/],
  ['url.path:/(a{100}){100}/', 'query_regex', 10, /smaller/],
];

it.each(MISTAKES)('says what is wrong with %j', (typed, code, position, hint) => {
  const error = mistakeIn(typed);
  expect({ code: error.code, position: error.position }).toEqual({ code, position });
  expect(error.hint).toMatch(hint);
});

it('refuses 1000 nested brackets at once', () => {
  const text = '('.repeat(1000) + 'a' + ')'.repeat(1000);
  expect(cpuMs(() => expect(mistakeIn(text).code).toBe('query_too_deep'))).toBeLessThan(5);
});

it('refuses a query that is too long or has too many clauses', () => {
  expect(mistakeIn('a'.repeat(16_385)).code).toBe('query_too_long');
  expect(mistakeIn('a '.repeat(513)).code).toBe('query_too_many_clauses');
  expect(mistakeIn('not '.repeat(65) + 'a').code).toBe('query_too_deep');
});

it.each(['@time*:a', 'a/b*:a', '*@*/x:a', 'a:not*', 'or*:a'])('takes any sign beside a star: %s', (text) => {
  expect(formatQuery(parseQuery(text))).toBe(text);
});

it('never throws anything but a QueryError, and formats what it reads to a fixed point', () => {
  const pieces = fc.constantFrom(
    'a',
    'level',
    ':',
    ' ',
    '(',
    ')',
    '"',
    '\\',
    '*',
    '-',
    '/',
    '>=',
    '<',
    'and',
    'or',
    'not',
    '{',
    '}',
    '[',
    '=',
    '10',
    'é',
    '\n',
    'null',
  );
  const text = fc.oneof(
    fc.array(pieces, { maxLength: 14 }).map((parts) => parts.join('')),
    fc.string({ unit: 'binary', maxLength: 30 }),
  );
  fc.assert(
    fc.property(text, (typed) => {
      const query = parsed(typed);
      if (query !== undefined) expect(parseQuery(formatQuery(query))).toEqual(query);
    }),
    { numRuns: 3000 },
  );
});

function parsed(text: string): ReturnType<typeof parseQuery> | undefined {
  try {
    return parseQuery(text);
  } catch (error) {
    expect(error).toBeInstanceOf(QueryError);
    return undefined;
  }
}

function mistakeIn(text: string): QueryError {
  try {
    parseQuery(text);
  } catch (error) {
    if (error instanceof QueryError) return error;
    throw error;
  }
  throw new Error(`${text} was accepted`);
}

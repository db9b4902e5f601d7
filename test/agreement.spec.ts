import { DuckDBInstance, type DuckDBConnection, type DuckDBValue } from '@duckdb/node-api';
import fc from 'fast-check';
import { fieldOf, KNOWN_FIELDS, parseQuery, toElasticsearch, toPredicate, toSql, wordsOf, type Query } from '#libs/query';
import { agreementIndex } from './support/agreement-index.js';

/**
 * One language, three back ends: the predicate, SQL on a real DuckDB and a real Elasticsearch give the same records for
 * any query. Queries are text, so the parser is in the loop.
 */
type Record_ = Readonly<Record<string, unknown>>;

const NOW_NS = 1_795_000_000_000_000_000n;
const COLUMNS = Object.entries(KNOWN_FIELDS).flatMap(([name, { column }]) => (column === undefined ? [] : [{ name, column }]));

const word = fc.constantFrom(
  'error',
  'Connection',
  'refused',
  'foo.bar',
  'Foo.java:12',
  '서버에서',
  '日本',
  "can't",
  '1,000.5',
  '12',
  'a_b',
  '---',
  '/api/v1/x',
);
const attribute = fc.oneof(
  fc.constantFrom('12', '12.0', 'abc', 'Abc', 'a*b', 'x/y "z"', 'true', '-3', '1e3', '서버', '500', '9'),
  fc.constantFrom<unknown>(12, 500, -3, 0.5, 9, true, false),
  fc.constantFrom<unknown>(['abc', 'x'], [12, 500], ['9', 12]),
);
const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined, freq: 2 });

const record: fc.Arbitrary<Record_> = fc
  .record({
    '@timestamp': fc.constantFrom('2026-11-20T23:59:59.999999999Z', '2026-11-21T00:00:00.000000000Z', '2026-11-21T10:00:00.123456789Z'),
    message: fc.array(word, { maxLength: 5 }).map((words) => words.join(' ')),
    log: fc.record({ level: fc.constantFrom('trace', 'debug', 'info', 'warn', 'error', 'fatal') }),
    service: optional(fc.record({ name: fc.constantFrom('pay', 'Pay', 'pay-v2', 'a*b') })),
    http: optional(fc.record({ response: fc.record({ status_code: fc.constantFrom(200, 404, 500) }) })),
    url: optional(fc.record({ path: fc.constantFrom('/api/v1', '/api/v2/x', '/', '/a?b', '/é') })),
    client: optional(fc.record({ ip: fc.constantFrom('10.0.0.1', '10.1.2.3', '192.168.0.1', 'fe80::1', '2001:db8::ff') })),
    event: optional(
      fc.record({ duration: fc.constantFrom(1_500_000_000, 20_000_000), created: fc.constant('2026-11-21T10:00:01.000000000Z') }),
    ),
    error: optional(fc.record({ message: fc.array(word, { maxLength: 3 }).map((words) => words.join(' - ')) })),
    tags: optional(fc.subarray(['a', 'b', 'c'])),
    labels: optional(fc.record({ team: fc.constantFrom('red', 'reds', 'blue'), 'a.b': fc.constant('x') })),
    attributes: optional(fc.dictionary(fc.constantFrom('user_id', 'cart.id', 'n/a', 'k"q', '이름'), attribute)),
  })
  .map((fields) => JSON.parse(JSON.stringify(fields)) as Record_);

const plainValue = fc.constantFrom(
  '12',
  '12.0',
  'abc',
  'Abc',
  '"x/y \\"z\\""',
  'true',
  '\\-3',
  '1000',
  '서버',
  '500',
  'null',
  'pay',
  '"a*b"',
  'a*',
  '*b*',
  '*c',
  'a*c',
  '/a.c/',
  '/[0-9]+/',
);
const attributeName = fc.constantFrom('user_id', 'cart.id', 'cart', 'n/a', 'k\\"q', '이름', 'attributes.user_id', 'nothing');
const sign = fc.constantFrom('>', '>=', '<', '<=');
const leaf = fc.oneof(
  word.map((text) => `"${text}"`),
  fc.tuple(word, word).map(([a, b]) => `"${a} ${b}"`),
  fc.constantFrom(
    'err*',
    '*fus*',
    '*bar',
    'c*n',
    'foo.*',
    '/api/v*',
    'message:/err.r/',
    'message:/[0-9].*/',
    '서버*',
    '日本*',
    'error.message:refused',
    'error.message:"refused - error"',
    'error.message:foo.bar',
    'error.message:java',
    'error.message:1',
    'error.message:err*',
  ),
  fc.tuple(attributeName, plainValue).map(([name, value]) => `${name}:${value}`),
  fc.tuple(attributeName, sign, fc.constantFrom('9', '12', '100', '\\-3', '0.5')).map((parts) => parts.join(' ')),
  attributeName.map((name) => `${name}:*`),
  fc
    .tuple(fc.constantFrom('user*', 'cart*', '*', 'attributes.*', 'service.*', 'log.*'), fc.constantFrom('12', 'abc', 'pay', 'error', '*'))
    .map(([name, value]) => `${name}:${value}`),
  fc.constantFrom(
    'level:ERROR',
    'level:warning',
    'level:(info or fatal)',
    'level:e*',
    'service:pay',
    'service:pay*',
    'service:"a*b"',
    'service > pay',
    'service:/[pP]ay.*/',
    'service:*',
    'service:null',
  ),
  sign.map((operator) => `level ${operator} warn`),
  fc.tuple(sign, fc.constantFrom('404', '404.5', '1e30')).map(([operator, value]) => `http.response.status_code ${operator} ${value}`),
  fc.constantFrom(
    'http.response.status_code:(200 or 404)',
    'duration > 1s',
    'duration <= 20ms',
    'url.path:/api*',
    'url.path:"/"',
    'url.path:*x',
    'url.path:/.api.v[0-9].*/',
    'url.path:/\\/\\w?/',
    'url.path:"/a?b"',
    'tags:a',
    'tags:(a and b)',
    'tags:*',
    'not tags:c',
  ),
  fc.constantFrom(
    'client.ip:10.0.0.0/8',
    'client.ip:10.0.0.1',
    'client.ip:fe80::/10',
    'client.ip:"2001:db8:0::00ff"',
    'client.ip >= 10.1.0.0',
    'client.ip < 192.168.0.1',
    'client.ip:0.0.0.0/0',
  ),
  fc
    .tuple(sign, fc.constantFrom('2026-11-21', 'now-1d', '"2026-11-21T10:00:00.123456789Z"', '2026-11', 'now/d'))
    .map(([operator, time]) => `@timestamp ${operator} ${time}`),
  fc.constantFrom(
    '@timestamp:2026-11-21',
    'event.created:2026-11-21',
    'event.created > 2026-11-21',
    'labels.team:red',
    'labels.team:red*',
    'labels.team:*',
    'labels.a.b:x',
    'labels:*',
  ),
);
const queryText = fc.letrec<{ query: string }>((tie) => ({
  query: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.tuple(tie('query'), fc.constantFrom(' and ', ' or ', ' '), tie('query')).map(([a, by, b]) => `(${a}${by}${b})`),
    tie('query').map((inner) => `not ${inner}`),
  ),
})).query;

/** The record as a row of the store's table: the columns, then one flat object. */
function rowOf(stored: Record_): (string | bigint | null)[] {
  const rest: Record<string, unknown> = {};
  const flatten = (object: Record_, prefix: string): void => {
    for (const [key, value] of Object.entries(object)) {
      const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
      if (isObject) flatten(value as Record_, `${prefix}${key}.`);
      else rest[prefix + key] = value;
    }
  };
  flatten(stored, '');
  const columns = COLUMNS.map(({ name, column }) => {
    const value = rest[name];
    delete rest[name];
    if (column === 'ts') return BigInt(Date.parse(String(value))) * 1_000_000n + BigInt(String(value).slice(23, 29));
    return typeof value === 'string' ? value : null;
  });
  return [...columns, wordsOf(String(stored['message'])), JSON.stringify(rest)];
}

async function createTable(connection: DuckDBConnection): Promise<void> {
  const columns = COLUMNS.map(({ column }) => `${column} ${column === 'ts' || column === 'seq' ? 'BIGINT' : 'VARCHAR'}`);
  await connection.run(`CREATE TABLE logs (id INTEGER, ${columns.join(', ')}, words VARCHAR, rest VARCHAR)`);
}

async function inDuckDb(connection: DuckDBConnection, query: Query): Promise<number[]> {
  const { sql, params } = toSql(query, { nowNs: NOW_NS });
  const reader = await connection.runAndReadAll(`SELECT id FROM logs WHERE ${sql} ORDER BY id`, params as DuckDBValue[]);
  return reader.getRows().map(([id]) => Number(id));
}

function inMemory(records: readonly Record_[], query: Query): number[] {
  const matches = toPredicate(query, { nowNs: NOW_NS });
  return records.flatMap((stored, id) => (matches(stored) ? [id] : []));
}

async function load(connection: DuckDBConnection, records: readonly Record_[]): Promise<void> {
  for (const [id, stored] of records.entries()) {
    const row = [id, ...rowOf(stored)];
    await connection.run(`INSERT INTO logs VALUES (${row.map(() => '?').join(', ')})`, row);
  }
}

let instance: DuckDBInstance;
let connection: DuckDBConnection;
const records = fc.sample(record, { numRuns: 250, seed: 20261121 });

beforeAll(async () => {
  instance = await DuckDBInstance.create(':memory:');
  connection = await instance.connect();
  await createTable(connection);
  await load(connection, records);
});

afterAll(() => {
  connection.closeSync();
  instance.closeSync();
});

it('gives the same records from the predicate and from DuckDB for any query', async () => {
  await fc.assert(
    fc.asyncProperty(queryText, async (text) => {
      const query = parseQuery(text);
      expect({ text, ids: await inDuckDb(connection, query) }).toEqual({ text, ids: inMemory(records, query) });
    }),
    { numRuns: 400 },
  );
}, 60_000);

it('knows every column of the table', () => {
  expect(fieldOf('level')).toMatchObject({ name: 'log.level', column: 'level' });
});

const node = process.env['ELASTICSEARCH_URL'];
const describeWithNode = node === undefined && process.env['LOGWEIR_REQUIRE_SERVERS'] !== '1' ? describe.skip : describe;

describeWithNode('with a live Elasticsearch (set ELASTICSEARCH_URL)', () => {
  const index = agreementIndex(node ?? 'http://127.0.0.1:9200');

  beforeAll(() => index.create(records), 60_000);
  afterAll(() => index.drop());

  it('gives the same records from the predicate and from Elasticsearch for any query', async () => {
    await fc.assert(
      fc.asyncProperty(queryText, async (text) => {
        const query = parseQuery(text);
        expect({ text, ids: await index.search(toElasticsearch(query, { nowNs: NOW_NS })) }).toEqual({
          text,
          ids: inMemory(records, query),
        });
      }),
      { numRuns: 400 },
    );
  }, 120_000);
});

import { parseQuery } from '#libs/query';
import type { SearchRequest, WriteBatch } from './log-store.js';

/** The clock of every store under contract: a noon, so that "an hour ago" is the same UTC day. */
export const CONTRACT_NOW_MS = Date.UTC(2026, 10, 21, 12);

export type Source = Readonly<Record<string, unknown>>;
export type SearchWords = Partial<Omit<SearchRequest, 'query'>> & { readonly q?: string };

export const SECOND_NS = 1_000_000_000n;
const HOUR_NS = 3_600n * SECOND_NS;
export const DAY_NS = 24n * HOUR_NS;
const NOW_NS = BigInt(CONTRACT_NOW_MS) * 1_000_000n;
/** Where the records of these tests lie: an hour before the clock. */
export const BASE_NS = NOW_NS - HOUR_NS;

export const formatNs = (ns: bigint): string =>
  `${new Date(Number(ns / SECOND_NS) * 1000).toISOString().slice(0, 19)}.${String(ns % SECOND_NS).padStart(9, '0')}Z`;

/** One record as the journal keeps it: `@timestamp` at `offsetNs` behind the base, the rest from `fields`. */
export function contractRecord(sequence: number, offsetNs: bigint, fields: Source = {}): Source {
  const { event, logweir, ...rest } = fields as { event?: object; logweir?: object };
  return {
    event: { sequence, created: formatNs(NOW_NS), ...event },
    '@timestamp': formatNs(BASE_NS + offsetNs),
    logweir: { node: 'node-a1b2', source: 'forward', ...logweir },
    ...rest,
  };
}

export function contractBatch(records: readonly Source[], journal = 'journal-1', since?: string): WriteBatch {
  const positions = records.map((record) => (record['event'] as { sequence: number }).sequence);
  const lines = records.map((record, index) => {
    const id = `${journal}-${positions[index]}`;
    return `${JSON.stringify({ create: { _id: id } })}\n${JSON.stringify(record)}\n`;
  });
  const batch = { journal, bulk: Buffer.from(lines.join('')), count: records.length, positions: Float64Array.from(positions) };
  return since === undefined ? batch : { ...batch, since };
}

export function contractSearch(words: SearchWords = {}): SearchRequest {
  const { q = '', ...rest } = words;
  return {
    query: parseQuery(q),
    fromNs: BASE_NS - 30n * DAY_NS,
    toNs: BASE_NS + DAY_NS,
    limit: 100,
    order: 'desc',
    timeoutMs: 10_000,
    ...rest,
  };
}

/** Every field a query below asks for; the sequence names the record in the expectation. */
export const PEOPLE: readonly Source[] = [
  contractRecord(1, 1n, {
    message: 'Payment FAILED for order 4711',
    log: { level: 'error', logger: 'pay.Service' },
    service: { name: 'pay' },
    stream: 'stderr',
    attributes: { user_id: 7, region: 'eu-west', retry: true },
    http: { response: { status_code: 500 } },
  }),
  contractRecord(2, 2n, {
    message: 'payment accepted',
    log: { level: 'info' },
    service: { name: 'pay' },
    stream: 'stdout',
    attributes: { user_id: 12, region: 'us-east' },
    http: { response: { status_code: 200 } },
  }),
  contractRecord(3, 3n, {
    message: 'GET /api/v1/users/42 foo.bar took 15ms',
    log: { level: 'debug' },
    service: { name: 'web' },
    container: { name: 'web-1', id: 'c0ffee', image: { name: 'shop/web:1.2' } },
    attributes: { path: '/api/v1/users/42', user_id: 'abc' },
    http: { response: { status_code: 404 } },
  }),
  contractRecord(4, 4n, {
    message: '서버에서 오류가 발생했습니다',
    log: { level: 'warn' },
    service: { name: 'web' },
    host: { name: 'seoul-1' },
    labels: { team: 'shop' },
  }),
  contractRecord(5, 5n, {
    message: 'failed payment, then nothing',
    log: { level: 'fatal' },
    trace: { id: 'abcdef0123456789' },
    client: { ip: '10.1.2.3' },
  }),
  contractRecord(6, 6n, { message: '' }),
];

/** Query, and the sequences it finds, oldest first. */
export const QUERIES: readonly (readonly [string, readonly number[]])[] = [
  ['', [1, 2, 3, 4, 5, 6]],
  ['payment', [1, 2, 5]],
  ['PAYMENT failed', [1, 5]],
  ['"payment failed"', [1]],
  ['message:"failed payment"', [5]],
  ['pay', []],
  ['*aymen*', [1, 2, 5]],
  ['message:acc*', [2]],
  ['foo.bar', [3]],
  ['서버에서', [4]],
  ['오류가 발생했습니다', [4]],
  ['level:error', [1]],
  ['log.level:error', [1]],
  ['level>=warn', [1, 4, 5]],
  ['level:(error or warn)', [1, 4]],
  ['service:pay and not level:error', [2]],
  ['service:pay or host:seoul-1', [1, 2, 4]],
  ['-service:pay', [3, 4, 5, 6]],
  ['not payment', [3, 4, 6]],
  ['stream:stderr', [1]],
  ['trace:abcdef0123456789', [5]],
  ['container.name:web-1', [3]],
  ['image:"shop/web:1.2"', [3]],
  ['user_id:7', [1]],
  ['attributes.user_id:12', [2]],
  ['user_id:abc', [3]],
  ['user_id>=7', [1, 2]],
  ['user_id:*', [1, 2, 3]],
  ['not user_id:*', [4, 5, 6]],
  ['region:eu*', [1]],
  ['retry:true', [1]],
  ['http.response.status_code>=400', [1, 3]],
  ['http.response.status_code:200', [2]],
  ['labels.team:shop', [4]],
  ['path:"/api/v1/users/42"', [3]],
  ['nosuchfield:1', []],
];

export const ODD_ATTRIBUTES = {
  'a b': 1,
  'user-id': 'x',
  한글: '값',
  "it's": true,
  'semi;colon': 1.5,
  '--': 'dash',
  'a.b.c': ['x', 'y'],
  select: 'from',
};

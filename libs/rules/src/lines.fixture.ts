/** Lines of all kinds, hostile ones among them, and queries about them. */
import fc from 'fast-check';
import type { Fields } from '#libs/record';
import type { Line } from './detector.fixture.js';

const WORDS = [
  'timeout',
  'Timeout',
  'connection',
  'refused',
  'connection refused',
  'out of memory',
  'foo.bar',
  "can't",
  'x_1',
  '_',
  'é',
  'naïve',
  'NAÏVE',
  '서버에서',
  'İstanbul',
  '\u212aelvin',
  '東京',
  '"quoted"',
  'back\\slash',
  'tab\there',
  '\u0001timeout\u0001',
  '\u001b[31mred\u001b[0m',
  '},"service":{"name":"evil"',
  '"response":{"status_code":500',
  '},"@timestamp":"2026-11-21T04:04:23.785232175Z","message":"',
  'a'.repeat(250) + 'timeout',
  '가'.repeat(252) + 'timeout',
  'level=error',
  'ERROR',
  '[WARN]',
  '10.0.3.17:5432',
];

const text = fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 5 }).map((words) => words.join(' '));
const service = fc.constantFrom('api', 'web', 'wéb', 'a"b', '');
const json = fc
  .record(
    {
      level: fc.constantFrom<unknown>('info', 'error', 50, 30, 60, 'debug', 'odd'),
      msg: text,
      service,
      hostname: fc.constantFrom('h1', 'h2'),
      statusCode: fc.constantFrom<unknown>(200, 500, 503, '500', 'x'),
      method: fc.constantFrom('GET', 'POST'),
      user_id: fc.constantFrom<unknown>(1, 2, 'u3', ['a', 'b', 'a']),
      node: fc.constantFrom('n1', 'n2'),
      stream: fc.constantFrom('stdout', 'x'),
      container: fc.constantFrom<unknown>('c', { name: 'inner' }),
      response: fc.constant({ status_code: 404 }),
      trace_id: fc.constant('4bf92f3577b34da6a3ce929d0e0e4736'),
      tags: fc.constant(['timeout', 'b']),
      labels: fc.constant({ team: 'pay', service: 'x' }),
      version: fc.constantFrom('1', '2'),
      duration: fc.constantFrom('15ms', '2s'),
    },
    { requiredKeys: [] },
  )
  .map((fields) => JSON.stringify(fields));

const CONTAINERS: readonly Fields[] = [
  Object.freeze({ container_id: 'd'.repeat(64), container_name: '/web-1', source: 'stdout' }),
  Object.freeze({ container_name: '/wéb', container_id: 'e'.repeat(64), source: 'stderr', 'com.acme.name': 'timeout', team: 'a' }),
  Object.freeze({
    container_id: 'f'.repeat(64),
    container_image: 'shop/api:1',
    container_name: '/api',
    'com.docker.compose.service': 'api',
  }),
];

const corrected = fc.constantFrom<NonNullable<Line['corrected']>>(
  (record) => record,
  (record) => ({ ...record, log: { level: 'error' } }),
  (record) => ({ message: 'timeout', ...record, service: { name: 'api', version: '1' }, attributes: { a: { service: { name: 'x' } } } }),
  (record) => ({ ...record, message: undefined }),
);

export const line: fc.Arbitrary<Line> = fc.record(
  {
    text: fc.oneof(text, json, fc.string({ unit: 'binary', maxLength: 40 })),
    fields: fc.constantFrom(...CONTAINERS),
    arrived: fc.integer({ min: 0, max: 40 }),
    sent: fc.integer({ min: -200, max: 400 }),
    corrected,
  },
  { requiredKeys: ['text'] },
);

export const WHERE = [
  'timeout',
  'TIMEOUT or refused',
  '"connection refused"',
  'not timeout',
  'foo.bar',
  'x_1 timeout',
  '*imeou*',
  'conn* and not *fus*',
  'kelvin',
  'i̇stanbul or istanbul',
  'naïve',
  '서버에서',
  '東京',
  '/time.*/',
  'message:*',
  'level >= error',
  'level: error and service: api',
  'service: api or service: wéb',
  'not service: api and timeout',
  'service: web*',
  'service: null',
  'level: null',
  'host: h1',
  'host: host-1 and level < warn',
  'http.response.status_code >= 500',
  'http.response.status_code: 200 or timeout',
  'service: api and http.response.status_code: 503',
  'user_id: 1',
  'user_id > 1 and service: api',
  '*: timeout',
  'container: web-1',
  'container: null or level: fatal',
  'stream: stdout',
  'logweir.node: web1.3f9a2c and level: info',
  'event.severity >= 17',
  'log.pattern: 73a147db5574',
  'not log.pattern: 73a147db5574 and level: error',
  'labels.team: pay',
  'tags: timeout',
  'level: error and not (timeout and service: api)',
];

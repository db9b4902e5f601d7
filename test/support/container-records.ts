import { Normaliser, RECORD_HEAD } from '#libs/record';

function nginxTime(ms: number): string {
  const [day, month, year, time] = new Date(ms).toUTCString().slice(5, 25).split(' ');
  return `${day}/${month}/${year}:${time} +0000`;
}

/** Lines as applications print them, each from a container. */
const lines = (nowMs: number): readonly (readonly [container: string, line: string])[] => [
  [
    'checkout-1',
    JSON.stringify({
      level: 50,
      time: nowMs - 60_000,
      name: 'checkout',
      msg: 'Payment FAILED for order 4711',
      user_id: 7,
      err: { type: 'TypeError', message: 'no card', stack: 'TypeError: no card\n    at pay (a.js:1:1)' },
    }),
  ],
  [
    'checkout-1',
    JSON.stringify({ level: 30, time: nowMs - 61_000, name: 'checkout', msg: 'payment accepted', user_id: 12, region: 'eu-west' }),
  ],
  [
    'checkout-2',
    JSON.stringify({
      level: 'warn',
      time: new Date(nowMs - 62_000).toISOString(),
      service: 'checkout',
      msg: 'connection refused by foo.bar (user-id 9)',
      user_id: 'abc',
    }),
  ],
  ['checkout-2', JSON.stringify({ level: 'fatal', time: new Date(nowMs - 62_000).toISOString(), msg: 'out of memory', duration: '2.5s' })],
  ['web-1', `10.0.0.9 - - [${nginxTime(nowMs - 63_000)}] "GET /api/v1/users/42?x=1 HTTP/1.1" 200 512 "-" "curl/8"`],
  ['web-1', `10.1.2.3 - - [${nginxTime(nowMs - 64_000)}] "POST /api/v1/orders HTTP/1.1" 500 91 "-" "curl/8"`],
  ['web-1', `fe80::1 - - [${nginxTime(nowMs - 64_000)}] "GET / HTTP/1.1" 404 0 "-" "Mozilla/5.0"`],
  ['api-1', `${new Date(nowMs - 65_000).toISOString()} ERROR [main] com.acme.Db - connection refused`],
  ['api-1', `${new Date(nowMs - 66_000).toISOString()} DEBUG [worker-8] com.acme.Db - took 15ms`],
  ['api-1', '서버에서 연결 거부됨'],
  ['worker-1', 'plain line without a level'],
  ['worker-1', JSON.stringify({ level: 'info', msg: 'slow', 'event.duration': 3_000_000_000, 'labels.team': 'red', tags: ['a', 'b'] })],
];

/** What ingest makes of them when they arrive at `nowMs`, as the journal hands it to a store. */
export function containerRecords(nowMs: number): readonly Record<string, unknown>[] {
  const normaliser = new Normaliser({
    node: 'node-a1',
    host: 'host-1',
    zone: 'UTC',
    retentionMs: 14 * 86_400_000,
    maxMessage: 65_536,
    count: () => undefined,
  });
  const arrival = { createdNs: BigInt(nowMs) * 1_000_000n, source: 'forward' as const };
  return lines(nowMs).map(([name, text], index) => {
    const fields = { container_id: `c0ffee${name}`, container_name: `/${name}`, source: index % 2 === 0 ? 'stdout' : 'stderr' };
    const event = { tag: `docker.${name}`, seconds: Math.floor(nowMs / 1_000) - 67, nanos: index, text, fields };
    return JSON.parse(`${RECORD_HEAD}${index + 1}${normaliser.normalise(event, arrival)}`) as Record<string, unknown>;
  });
}

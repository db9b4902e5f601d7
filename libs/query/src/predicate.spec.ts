import { parseQuery, toPredicate } from '#libs/query';

const NOW_NS = 1_795_262_400_000_000_000n; // 2026-11-21T12:00:00Z

const RECORD = {
  '@timestamp': '2026-11-21T10:00:00.123456789Z',
  message: 'Connection REFUSED (foo.bar) at Foo.java:12 서버에서',
  log: { level: 'warn' },
  service: { name: 'Pay' },
  event: { duration: 1_600_000_000 },
  client: { ip: '2001:db8::1' },
  tags: ['blue', 'green'],
  labels: { 'com.docker.compose.project': 'shop' },
  attributes: { user_id: '12', 'cart.name': 'ann', took_ms: 1500, ok: true, size: 20_480, path: '/a/b' },
};

it.each([
  'refused',
  '"connection refused"',
  '*fuse*',
  'foo.*',
  'connection*\\(foo*',
  '서버*',
  'message:/ref.sed/',
  '---',
  'level:WARNING',
  'level > info',
  'service:Pay',
  'service:P*',
  'service >= Pa',
  'tags:green',
  'com.docker.x:null',
  'labels.com.docker.compose.project:shop',
  'user_id:12',
  'user_id:12.0',
  'user_id > 11.5',
  'cart:*',
  'cart.name:/a.n/',
  'took_ms > 1.4s',
  'size <= 20kib',
  'ok:true',
  'ca*:ann',
  'duration > 1.5s',
  'client.ip:2001:db8::/32',
  'client.ip:2001:0DB8::0001',
  'client.ip > 10.0.0.1',
  '@timestamp:2026-11-21',
  '@timestamp:"2026-11-21 19:00+09:00"',
  '@timestamp > now-3h',
  '@timestamp >= now/d and @timestamp < now',
  '@timestamp <= 2026-11-21T10:00:00.123',
])('finds the record by %j', (text) => {
  expect(toPredicate(parseQuery(text), { nowNs: NOW_NS })(RECORD)).toBe(true);
});

it.each([
  'refuse',
  '"refused connection"',
  'foo',
  'level:error',
  'service:pay',
  'tags:*:x',
  'tags:red',
  'user_id:13',
  'user_id:null',
  'ok:12',
  'client.ip:10.0.0.0/8',
  '@timestamp > 2026-11-21',
  '@timestamp < 2026-11-21T10:00:00.123456789Z',
  'path:/a/',
  'not ---',
])('does not find the record by %j', (text) => {
  expect(toPredicate(parseQuery(text), { nowNs: NOW_NS })(RECORD)).toBe(false);
});

it('bears records of any shape', () => {
  const matches = toPredicate(parseQuery('error or level:x or a.b > 1 or user*:1 or __proto__:1'), { nowNs: NOW_NS });
  for (const record of [{}, { message: 5, log: 'x', attributes: null }, { log: { level: { x: 1 } }, attributes: [1] }]) {
    expect(matches(record)).toBe(false);
  }
});

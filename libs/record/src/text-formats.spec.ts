import { fieldsOf } from './normaliser.fixture.js';

type Row = [string, string, Record<string, unknown>];

const TIME = '2026-11-21T04:04:20.500000000Z';

describe('text lines keep the whole line as message and give', () => {
  it.each<Row>([
    [
      'logback',
      '2026-11-21 04:04:20.500 INFO  [worker-8] c.a.Gateway - done id=1',
      { 'log.level': 'info', 'event.severity': 9, 'process.thread.name': 'worker-8', 'log.logger': 'c.a.Gateway' },
    ],
    [
      'logback, thread first',
      '2026-11-21 04:04:20.500 [main] WARN  c.a.Db - slow',
      { 'log.level': 'warn', 'event.severity': 13, 'process.thread.name': 'main', 'log.logger': 'c.a.Db' },
    ],
    [
      'log4j',
      '2026-11-21 04:04:20,500 ERROR [main] com.acme.Db - connection refused',
      { 'log.level': 'error', 'event.severity': 17, 'process.thread.name': 'main', 'log.logger': 'com.acme.Db' },
    ],
    [
      'Spring Boot',
      '2026-11-21T04:04:20.500Z  INFO 1 --- [shop] [           main] c.a.App                : Started',
      { 'log.level': 'info', 'event.severity': 9, 'process.pid': 1, 'process.thread.name': 'main', 'log.logger': 'c.a.App' },
    ],
    ['Python', '2026-11-21 04:04:20,500 - acme.db - ERROR - gone', { 'log.level': 'error', 'event.severity': 17, 'log.logger': 'acme.db' }],
    [
      'Kafka',
      '[2026-11-21 04:04:20,500] WARN [Controller 1] resigned (kafka.Controller)',
      { 'log.level': 'warn', 'event.severity': 13, 'process.thread.name': 'Controller 1' },
    ],
    ['a time in another zone', '2026-11-21 13:04:20.500 +0900 FATAL out of memory', { 'log.level': 'fatal', 'event.severity': 21 }],
    [
      'a word in brackets',
      '2026-11-21 04:04:20.500 0 [Warning] [MY-010068] CA certificate is self signed',
      { 'log.level': 'warn', 'event.severity': 13 },
    ],
  ])('%s', (_name, line, fields) => {
    expect(fieldsOf(line)).toEqual({ '@timestamp': TIME, message: line, ...fields });
  });

  it.each<Row>([
    ['a bracketed level', '[ERROR] disk full', { 'log.level': 'error' }],
    ['a leading word', 'warning: deprecated', { 'log.level': 'warn' }],
    ['a capital word', 'worker 3 FATAL stopped', { 'log.level': 'fatal' }],
    [
      'glog',
      'E1121 04:04:20.500000       7 server.go:42] boom',
      { 'log.level': 'error', 'process.pid': 7, 'log.origin.file.name': 'server.go', 'log.origin.file.line': 42 },
    ],
    ['Python without a format', 'CRITICAL:acme.db:gone', { 'log.level': 'fatal', 'log.logger': 'acme.db' }],
    [
      "nginx's error log",
      '2026/11/21 04:04:20 [crit] 7#7: *1 open() failed, client: 10.0.0.9, server: x, request: "GET /a?b HTTP/1.1", host: "x"',
      {
        'log.level': 'fatal',
        'process.pid': 7,
        'client.ip': '10.0.0.9',
        'http.request.method': 'GET',
        'url.path': '/a',
        'url.query': 'b',
      },
    ],
  ])('%s', (_name, line, fields) => {
    expect(fieldsOf(line)).toMatchObject({ message: line, ...fields });
  });

  it.each(['plain line one', 'errors were found', '\tat com.acme.A.b(A.java:1)', 'the information desk', ''])('no level for %p', (line) => {
    expect(fieldsOf(line)).toEqual({ '@timestamp': '2026-11-21T04:04:23.000000123Z', message: line });
  });

  it('no level because a line came by stderr', () => {
    expect(fieldsOf('listening on 80')).not.toHaveProperty('log.level');
  });
});

describe('logfmt', () => {
  it('gives message, level, time, duration and attributes', () => {
    expect(fieldsOf('level=warn ts=2026-11-21T04:04:20.5Z msg="slow \\"big\\" query" duration=1.2s rows=7 ok=true user=kim')).toEqual({
      '@timestamp': TIME,
      message: 'slow "big" query',
      'log.level': 'warn',
      'event.severity': 13,
      'event.duration': 1_200_000_000,
      'attributes.rows': 7,
      'attributes.ok': true,
      'attributes.user': 'kim',
    });
  });

  it.each(['a=1', 'x=1 and text', 'rows=1 cols=2'])('takes %p for text', (line) => {
    expect(fieldsOf(line)['message']).toBe(line);
  });
});

describe('access logs', () => {
  const AT = '[21/Nov/2026:04:04:20 +0000]';

  it('reads the combined format', () => {
    const line = `10.0.0.9 - frank ${AT} "GET /a?b=1 HTTP/1.1" 503 41698 "https://example.org/" "curl/8.5.0"`;
    expect(fieldsOf(line)).toEqual({
      '@timestamp': '2026-11-21T04:04:20.000000000Z',
      message: line,
      'log.level': 'error',
      'event.severity': 17,
      'client.ip': '10.0.0.9',
      'user.id': 'frank',
      'http.request.method': 'GET',
      'http.request.referrer': 'https://example.org/',
      'http.response.status_code': 503,
      'http.response.body.bytes': 41698,
      'http.version': '1.1',
      'url.original': '/a?b=1',
      'url.path': '/a',
      'url.query': 'b=1',
      'user_agent.original': 'curl/8.5.0',
    });
  });

  it.each<Row>([
    ['the common format', `::1 - - ${AT} "POST /x HTTP/2.0" 404 -`, { 'client.ip': '::1', 'log.level': 'warn', 'http.version': '2.0' }],
    ['a request that is none', `10.0.0.9 - - ${AT} "\\x16\\x03" 400 0 "-" "-"`, { 'log.level': 'warn', 'http.response.status_code': 400 }],
    [
      'a quote inside the request',
      `10.0.0.7 - frank ${AT} "GET /"?b=c HTTP/1.1" 200 2326 "-" "curl/8.5.0"`,
      { 'url.original': '/"?b=c', 'url.path': '/"', 'url.query': 'b=c', 'user_agent.original': 'curl/8.5.0' },
    ],
    [
      'a version without a minor number',
      `10.0.0.9 - - ${AT} "GET / HTTP/2" 200 1 "-" "-"`,
      { 'log.level': 'info', 'url.path': '/', 'http.version': '2' },
    ],
  ])('reads %s', (_name, line, fields) => {
    expect(fieldsOf(line)).toMatchObject({ message: line, ...fields });
  });
});

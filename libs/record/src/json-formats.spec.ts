import { Writable } from 'node:stream';
import bunyan from 'bunyan';
import pino from 'pino';
import winston from 'winston';
import { fieldsOf } from './normaliser.fixture.js';

/** Runs a logger against memory; gives its first line. */
function capture(write: (stream: Writable) => void): string {
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString());
      done();
    },
  });
  write(stream);
  return (lines[0] ?? '').trimEnd();
}

describe('lines that the libraries write themselves', () => {
  it('reads pino: number level, epoch milliseconds, pid, hostname, error', () => {
    const line = capture((stream) => pino({ name: 'shop' }, stream).error({ err: new TypeError('no card'), orderId: 7 }, 'payment failed'));
    const fields = fieldsOf(line, { retentionMs: 1e13 });
    expect(fields).toMatchObject({
      message: 'payment failed',
      'log.level': 'error',
      'event.severity': 17,
      'log.logger': 'shop',
      'process.pid': process.pid,
      'error.type': 'TypeError',
      'error.message': 'no card',
      'attributes.orderId': 7,
    });
    expect(fields['error.stack_trace']).toMatch(/^TypeError: no card\n {4}at /);
    expect(Object.keys(fields)).not.toContain('attributes.name');
  });

  it('reads bunyan: name as logger, ISO time, nested error', () => {
    const line = capture((stream) =>
      bunyan
        .createLogger({ name: 'mail', stream, serializers: bunyan.stdSerializers })
        .warn({ err: new RangeError('too many') }, 'slow %s', 'queue'),
    );
    expect(fieldsOf(line, { retentionMs: 1e13 })).toMatchObject({
      message: 'slow queue',
      'log.level': 'warn',
      'log.logger': 'mail',
      'error.type': 'RangeError',
      'error.message': 'too many',
      'attributes.v': 0,
    });
  });

  it('reads winston: word level, own fields', () => {
    const line = capture((stream) => {
      const format = winston.format.combine(winston.format.timestamp(), winston.format.json());
      winston
        .createLogger({ format, transports: [new winston.transports.Stream({ stream })] })
        .info('started', { port: 80, context: 'Boot' });
    });
    expect(fieldsOf(line, { retentionMs: 1e13 })).toMatchObject({
      message: 'started',
      'log.level': 'info',
      'log.logger': 'Boot',
      'attributes.port': 80,
    });
  });
});

const TIME = '2026-11-21T04:04:20.500000000Z';

describe('JSON of other libraries', () => {
  it.each<[string, string, Record<string, unknown>]>([
    [
      'logrus',
      '{"level":"warning","msg":"slow","time":"2026-11-21T04:04:20.5Z","rows":7}',
      { '@timestamp': TIME, message: 'slow', 'log.level': 'warn', 'event.severity': 13, 'attributes.rows': 7 },
    ],
    [
      'zap',
      '{"level":"info","ts":1795233860.5,"logger":"http","caller":"server/main.go:42","msg":"up"}',
      {
        '@timestamp': TIME,
        message: 'up',
        'log.level': 'info',
        'event.severity': 9,
        'log.logger': 'http',
        'log.origin.file.name': 'server/main.go',
        'log.origin.file.line': 42,
      },
    ],
    [
      'zerolog',
      '{"level":"panic","time":1795233860,"error":"boom","message":"dead"}',
      {
        '@timestamp': '2026-11-21T04:04:20.000000000Z',
        message: 'dead',
        'log.level': 'fatal',
        'event.severity': 21,
        'error.message': 'boom',
      },
    ],
    [
      'logback with ECS names, dotted',
      '{"@timestamp":"2026-11-21T04:04:20.500Z","log.level":"ERROR","message":"m","service.name":"pay","log.logger":"a.B","process.thread.name":"main","error.type":"E","error.stack_trace":"E: x\\n\\tat a.B"}',
      {
        '@timestamp': TIME,
        message: 'm',
        'log.level': 'error',
        'event.severity': 17,
        'service.name': 'pay',
        'log.logger': 'a.B',
        'process.thread.name': 'main',
        'error.type': 'E',
        'error.stack_trace': 'E: x\n\tat a.B',
      },
    ],
    [
      'ECS, nested',
      '{"@timestamp":"2026-11-21T13:04:20.500+09:00","log":{"level":"info","logger":"a"},"message":"m","trace":{"id":"t1"},"span":{"id":"s1"},"http":{"response":{"status_code":503}},"user":{"id":12}}',
      {
        '@timestamp': TIME,
        message: 'm',
        'log.level': 'info',
        'event.severity': 9,
        'log.logger': 'a',
        'trace.id': 't1',
        'span.id': 's1',
        'http.response.status_code': 503,
        'user.id': '12',
      },
    ],
    [
      'python-json-logger',
      '{"asctime":"2026-11-21 04:04:20,500","levelname":"CRITICAL","name":"app.db","message":"gone"}',
      {
        '@timestamp': TIME,
        message: 'gone',
        'log.level': 'fatal',
        'event.severity': 21,
        'log.logger': 'app.db',
      },
    ],
    [
      'Serilog CLEF',
      '{"@t":"2026-11-21T04:04:20.5000000Z","@mt":"Hello {Name}","@l":"Warning","@x":"System.E: x\\n   at Y","Name":"Kim"}',
      {
        '@timestamp': TIME,
        message: 'Hello {Name}',
        'log.level': 'warn',
        'event.severity': 13,
        'error.stack_trace': 'System.E: x\n   at Y',
        'attributes.Name': 'Kim',
      },
    ],
    [
      'Serilog CLEF without @l',
      '{"@t":"2026-11-21T04:04:20.5Z","@m":"Hello"}',
      { '@timestamp': TIME, message: 'Hello', 'log.level': 'info', 'event.severity': 9 },
    ],
    [
      'pino-http',
      '{"level":30,"time":1795233860500,"req":{"method":"GET","url":"/a?b=1"},"res":{"statusCode":404},"responseTime":12.5,"msg":"request completed"}',
      {
        '@timestamp': TIME,
        message: 'request completed',
        'log.level': 'info',
        'event.severity': 9,
        'event.duration': 12_500_000,
        'http.request.method': 'GET',
        'http.response.status_code': 404,
        'url.original': '/a?b=1',
        'url.path': '/a',
        'url.query': 'b=1',
      },
    ],
  ])('reads %s', (_name, line, fields) => {
    expect(fieldsOf(line)).toEqual({ '@timestamp': expect.anything() as unknown, ...fields });
  });
});

describe('fields that do not fit', () => {
  it.each<[string, string, Record<string, unknown>]>([
    ['a level nobody knows', '{"msg":"m","level":"purple"}', { 'attributes.level': 'purple' }],
    ['a status that is a word', '{"msg":"m","status":"pending"}', { 'attributes.status': 'pending' }],
    ['a message that is an object', '{"message":{"a":1}}', { 'attributes.message.a': 1 }],
    ['the same key twice', '{"msg":"m","a":1,"a":2}', { 'attributes.a': 1, 'attributes.a_2': 2 }],
    ['one path by two ways', '{"msg":"m","a":{"b":1},"a.b":2}', { 'attributes.a.b': 1, 'attributes.a.b_2': 2 }],
    ['unsafe keys', '{"msg":"m","":1,"a..b":2,"c\\u0000d":3}', { 'attributes._': 1, 'attributes.a._.b': 2, 'attributes.c_d': 3 }],
    ['integers over 2^53', '{"msg":"m","id":12345678901234567890}', { 'attributes.id': '12345678901234567890' }],
    ['numbers out of range', '{"msg":"m","n":1e999}', { 'attributes.n': '1e999' }],
    ['arrays of objects', '{"msg":"m","a":[{"b":1}]}', { 'attributes.a': '[{"b":1}]' }],
    ['arrays of scalars', '{"msg":"m","a":[1,"x",true]}', { 'attributes.a': [1, 'x', true] }],
    ['labels that are no text', '{"msg":"m","labels":{"n":1,"deep":[1]}}', { 'labels.n': '1', 'attributes.labels.deep': [1] }],
    [
      'names of our own',
      '{"msg":"m","logweir":{"node":"x"},"event":{"sequence":5}}',
      { 'attributes.logweir.node': 'x', 'attributes.event.sequence': 5 },
    ],
    ['an empty service', '{"msg":"m","service":""}', { 'attributes.service': '' }],
    ['a host name as client address', '{"msg":"m","client_ip":"proxy"}', { 'attributes.client_ip': 'proxy' }],
  ])('keeps %s', (_name, line, fields) => {
    expect(fieldsOf(line)).toMatchObject(fields);
  });

  it.each(['{"a":01}', '{"a":1,}', '{"a":"\\x"}', '{"a" 1}', "{'a':1}", '{"a":1}}', '{"a":[1,]}', '{"a":"x'])(
    'takes %s for text',
    (line) => {
      expect(fieldsOf(line)['message']).toBe(line);
    },
  );

  it('keeps more than 256 attributes as one JSON text', () => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`k${index}`, index]));
    const fields = fieldsOf(JSON.stringify({ msg: 'm', ...many }));
    expect(fields['attributes.k255']).toBe(255);
    expect(JSON.parse(String(fields['attributes.more']))).toMatchObject({ k256: 256, k299: 299 });
  });
});

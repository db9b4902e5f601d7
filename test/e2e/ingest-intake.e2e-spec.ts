import http from 'node:http';
import net from 'node:net';
import { gzipSync } from 'node:zlib';
import { eventually } from '../support/eventually.js';
import { openFixture } from '../support/ingest-fixture.js';
import type { IngestFixture } from '../support/ingest-fixture.js';

interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly body: unknown;
}

type Headers = Readonly<Record<string, string>>;

/** Not fetch: it would neither set Host nor send a body of its own encoding. */
function post(port: number, body: string | Buffer, headers: Headers = {}, path = '/ingest'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const all = { 'content-type': 'application/x-ndjson', 'content-length': String(Buffer.byteLength(body)), ...headers };
    const request = http.request({ port, host: '127.0.0.1', path, method: 'POST', headers: all, agent: false }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('end', () => {
        const text = Buffer.concat(pieces).toString();
        resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'], body: JSON.parse(text) as unknown });
      });
    });
    request.once('error', reject);
    request.end(body);
  });
}

describe('the HTTP intake', () => {
  let fixture: IngestFixture;
  const send = (body: string | Buffer, headers?: Headers, path?: string): Promise<Answer> =>
    post(fixture.port('intake'), body, headers, path);

  beforeAll(async () => (fixture = await openFixture({ LOGWEIR_INTAKE_MAX_BODY: '64KiB' })));
  afterAll(() => fixture.close());

  const stored = (...messages: string[]): Promise<void> =>
    eventually(() => expect(fixture.store.messages).toEqual(expect.arrayContaining(messages)));

  it.each([
    ['lines', '{"message":"l1"}\n{"message":"l2"}\n', {}, ['l1', 'l2']],
    ['an array', '[{"message":"a1"},{"message":"a2"}]', { 'content-type': 'application/json' }, ['a1', 'a2']],
    ['one object', '{"message":"o1"}', { 'content-type': 'application/json; charset=utf-8' }, ['o1']],
    ['gzip', gzipSync('{"message":"g1"}\n'), { 'content-encoding': 'gzip' }, ['g1']],
  ])('takes %s', async (_what, body, headers: Headers, messages) => {
    expect(await send(body, headers)).toMatchObject({ status: 200, body: { accepted: messages.length, rejected: 0, errors: [] } });
    await stored(...messages);
  });

  it('says which lines it did not take, and stores the others', async () => {
    const answer = await send('{"message":"good one"}\n{"broken":\n{"message":"good two"}\n');
    expect(answer).toMatchObject({ status: 200, body: { accepted: 2, rejected: 1, errors: [{ line: 2 }] } });
    await stored('good one', 'good two');
    expect(await fixture.metric('logweir_records_dropped_total{reason="invalid_json"}')).toBe(1);
  });

  it('stores a request with the same Idempotency-Key and body once, another body as another', async () => {
    const key = { 'idempotency-key': 'order-7' };
    for (const message of ['keyed', 'keyed', 'keyed otherwise']) {
      expect(await send(`{"message":"${message}"}\n`, key)).toMatchObject({ status: 200, body: { accepted: 1 } });
    }
    await stored('keyed', 'keyed otherwise');
    expect(fixture.store.messages.filter((message) => message === 'keyed')).toHaveLength(1);
  });

  it.each([
    ['a body over the limit', 'x'.repeat(65 * 1024), {}, 413, 'body_too_large'],
    ['a gzip bomb', gzipSync(Buffer.alloc(40 * 1024 * 1024)), { 'content-encoding': 'gzip' }, 413, 'body_too_large'],
    ['gzip that ends in the middle', gzipSync('{"message":"x"}').subarray(0, 20), { 'content-encoding': 'gzip' }, 400, 'broken_gzip'],
    ['another encoding', '{}', { 'content-encoding': 'br' }, 415, 'unsupported_encoding'],
    ['another type', '{}', { 'content-type': 'text/plain' }, 415, 'unsupported_type'],
    ['a form', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'unsupported_type'],
    ['a page of another origin', '{}', { origin: 'http://evil.example' }, 403, 'foreign_page'],
    ['a page that rebound a name', '{}', { host: 'evil.example', origin: 'http://evil.example' }, 403, 'foreign_page'],
    ['an empty Idempotency-Key', '{}', { 'idempotency-key': '' }, 400, 'bad_idempotency_key'],
  ])('refuses %s', async (_what, body, headers: Headers, status, code) => {
    const before = await fixture.metric('logweir_source_refused_total');
    expect(await send(body, headers)).toMatchObject({ status, body: { error: { code } } });
    expect(await fixture.metric('logweir_source_refused_total')).toBe(before + 1);
  });

  it('refuses a chunked body over the limit while it is still coming', async () => {
    const socket = net.connect(fixture.port('intake'), '127.0.0.1');
    let answer = '';
    socket.on('data', (bytes: Buffer) => (answer += bytes.toString())).on('error', () => undefined);
    socket.write('POST /ingest HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n');
    for (let piece = 0; piece < 9; piece++) socket.write(`2000\r\n${'x'.repeat(8_192)}\r\n`);
    await eventually(() => expect(answer).toMatch(/^HTTP\/1\.1 413 /));
    socket.destroy();
  });

  it('asks to come back later while 16 bodies are being read', async () => {
    const head = 'POST /ingest HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{';
    const sockets = Array.from({ length: 16 }, () => net.connect(fixture.port('intake'), '127.0.0.1').on('error', () => undefined));
    for (const socket of sockets) socket.write(head);
    await eventually(async () =>
      expect(await send('{}\n')).toMatchObject({ status: 429, retryAfter: '1', body: { error: { code: 'busy' } } }),
    );
    for (const socket of sockets) socket.destroy();
    await eventually(async () => expect((await send('{"message":"room again"}\n')).status).toBe(200));
  });
});

describe('the HTTP intake with a full disk', () => {
  it('answers 429 with Retry-After and stores nothing', async () => {
    const fixture = await openFixture({ LOGWEIR_JOURNAL_FREE_FLOOR: '4000TiB' });
    const answer = await post(fixture.port('intake'), '{"message":"no room"}\n');
    expect(answer).toMatchObject({ status: 429, retryAfter: '5', body: { error: { code: 'journal_full' } } });
    await fixture.close();
    expect(fixture.store.sent).toEqual([]);
  });
});

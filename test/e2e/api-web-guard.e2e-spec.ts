import { connect } from 'node:net';
import { once } from 'node:events';
import type { ErrorAnswer } from '#apps/api/src/errors';
import { call, startFixture, type ApiFixture } from '../support/api-fixture.js';

const PATH = '/api/v1/logs';
const JSON_TYPE = { 'content-type': 'application/json' };
let fixture: ApiFixture;
const ask = (headers: Record<string, string>, path = PATH) => call<ErrorAnswer>(fixture.api, path, { headers });

describe('a server bound to 127.0.0.1', () => {
  beforeAll(async () => {
    fixture = await startFixture({ settings: { host: '127.0.0.1', port: 0, allowedHosts: ['logs.example.com', 'hub:8080'] } });
  });
  afterAll(() => fixture.api.close());

  it.each([
    '127.0.0.1:PORT',
    'localhost:PORT',
    'LOCALHOST:PORT',
    '[::1]:PORT',
    '127.0.0.2:PORT',
    'logs.example.com',
    'logs.example.com:443',
    'hub:8080',
  ])('answers when it is called %s', async (host) => {
    expect((await ask({ host: host.replace('PORT', String(fixture.api.port)) })).status).toBe(200);
  });

  it.each([
    'evil.example',
    'evil.example:PORT',
    '127.0.0.1',
    '127.0.0.1:1',
    'localhost.evil.example:PORT',
    '10.0.0.1:PORT',
    'hub:8081',
    'a b:PORT',
    '[::1',
  ])('refuses the name %s, as a rebound name would be', async (host) => {
    const { status, body } = await ask({ host: host.replace('PORT', String(fixture.api.port)) });
    expect([status, body.error.code]).toEqual([403, 'host_refused']);
  });

  it.each(['/docs', '/docs-json', '/metrics', '/healthz', '/readyz', '/nowhere'])('guards %s as well', async (path) => {
    expect((await ask({ host: 'evil.example' }, path)).status).toBe(403);
  });

  it('answers pages of its own origin only', async () => {
    const own = `http://localhost:${fixture.api.port}`;
    const host = `localhost:${fixture.api.port}`;
    expect((await ask({ host, origin: own })).status).toBe(200);
    for (const origin of [
      'null',
      'http://evil.example',
      `${own}.evil.example`,
      'http://localhost:1',
      `http://127.0.0.1:${fixture.api.port}`,
    ]) {
      expect((await ask({ host, origin })).body.error?.code).toBe('origin_refused');
    }
  });

  it('lets a link from elsewhere in, but nothing that a page elsewhere loads', async () => {
    const host = `localhost:${fixture.api.port}`;
    expect((await ask({ host, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' })).status).toBe(200);
    expect((await ask({ host, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' })).status).toBe(403);
    expect((await ask({ host, 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' })).status).toBe(403);
    expect((await ask({ host, 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' })).status).toBe(200);
  });

  it.each([undefined, 'text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/jsonx'])(
    'takes a change only as JSON, not as %s',
    async (type) => {
      const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type };
      const { status, body } = await call<ErrorAnswer>(fixture.api, PATH, { method: 'POST', headers, body: '{}' });
      expect([status, body.error.code]).toEqual([415, 'content_type_required']);
    },
  );

  it('takes JSON with a charset, and a DELETE without a body', async () => {
    const posted = await call(fixture.api, PATH, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: '{}',
    });
    expect(posted.status).toBe(200);
    expect((await call(fixture.api, '/api/v1/dead-letters/x', { method: 'DELETE' })).status).toBe(404);
  });

  it('sends headers that keep answers from being cached, guessed or framed', async () => {
    const { headers } = await ask({});
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
    });
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['x-powered-by']).toBeUndefined();
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });
});

describe('a server bound to every address', () => {
  beforeAll(async () => {
    fixture = await startFixture({ settings: { host: '0.0.0.0', allowedHosts: ['api'] }, env: { LOGWEIR_ACCESS_OPEN: 'true' } });
  });
  afterAll(() => fixture.api.close());

  it.each(['10.1.2.3', '192.168.0.7:9000', '[fd00::7]:80', 'localhost:9000', 'api:4280'])(
    'answers when it is called %s, as ports can be published',
    async (host) => {
      expect((await ask({ host })).status).toBe(200);
    },
  );

  it('refuses names that nobody listed', async () => {
    expect((await ask({ host: 'evil.example' })).status).toBe(403);
  });
});

describe('requests that cannot be read', () => {
  beforeAll(async () => {
    fixture = await startFixture();
  });
  afterAll(() => fixture.api.close());

  it.each([
    ['{"q":', 400, 'body_invalid'],
    ['"text"', 400, 'body_invalid'],
    ['[]', 400, 'parameter_unknown'],
    ['{"q":1}', 400, 'parameter_invalid'],
    ['{"from":1795233863785232175}', 400, 'parameter_invalid'],
    [`{"q":"${'x'.repeat(2 * 1024 * 1024)}"}`, 413, 'body_too_large'],
  ])('a body like %.20s gets the one error shape', async (body, status, code) => {
    const answer = await call<ErrorAnswer>(fixture.api, PATH, { method: 'POST', headers: JSON_TYPE, body });
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
  });

  it.each([
    ['GET', '/nowhere', 404, 'route_not_found'],
    ['PUT', PATH, 404, 'route_not_found'],
    ['GET', `${PATH}/%zz`, 400, 'request_invalid'],
    ['GET', `${PATH}/abc`, 400, 'id_invalid'],
    ['GET', `${PATH}/%00`, 400, 'id_invalid'],
    ['GET', '/docs/..%2fpackage.json', 404, 'route_not_found'],
  ])('%s %s gets it too', async (method, path, status, code) => {
    const headers: Record<string, string> = method === 'GET' ? {} : JSON_TYPE;
    const answer = await call<ErrorAnswer>(fixture.api, path, { method, headers });
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
  });

  it.each([
    ['GARBAGE\r\n\r\n', '400 Bad Request'],
    [`GET / HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`, '431 Request Header Fields Too Large'],
  ])('bytes that are no request get it too: %.20s', async (bytes, status) => {
    const socket = connect(fixture.api.port, '127.0.0.1');
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.write(bytes);
    await once(socket, 'close');
    const answer = Buffer.concat(chunks).toString();
    expect(answer).toContain(`HTTP/1.1 ${status}`);
    expect(JSON.parse(answer.slice(answer.indexOf('{')))).toMatchObject({ error: { code: 'request_invalid' } });
  });
});

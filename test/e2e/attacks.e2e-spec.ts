/** The attacker's list of docs/security.md: what he tries, against the built hub with keys, and what he gets. */
import { readdirSync, readFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { loadSettings } from '#libs/config';
import { openKeyDesk } from '#libs/service';
import { JsonLogger } from '#libs/telemetry';
import { ask, type Asked, CHANGES, JSON_TYPE, keyCommand, RULE, send } from '../support/attack.js';
import { eventually } from '../support/eventually.js';
import { type Hub, hostPort, startHub, temporaryFolder } from '../support/hub.js';

const KIB = 1024;
const keys: Record<string, string> = {};
let hub: Hub;
let api: number;
let intake: number;

const bearer = (who: string): Record<string, string> => (who === 'nobody' ? {} : { authorization: `Bearer ${keys[who] ?? who}` });
const as = (who: string, asked: Asked) => ask(api, { ...asked, headers: { ...bearer(who), ...asked.headers } });
const ship = (who: string, asked: Partial<Asked> = {}) =>
  ask(intake, {
    method: 'POST',
    path: '/ingest',
    body: '{"message":"hi"}',
    ...asked,
    headers: { ...JSON_TYPE, ...bearer(who), ...asked.headers },
  });

beforeAll(async () => {
  const dataDir = temporaryFolder();
  const env = { LOGWEIR_DATA_DIR: dataDir };
  for (const role of ['ingest', 'read', 'manage']) {
    keys[role] = (await keyCommand(env, 'create', '--name', `a ${role} key`, '--role', role, '--expires', '90d')).out;
  }
  keys['revoked'] = (await keyCommand(env, 'create', '--name', 'lost', '--role', 'manage')).out;
  await keyCommand(env, 'revoke', 'lost');
  const log = new JsonLogger({ level: 'error', write: () => undefined, now: Date.now });
  const past = (): number => Date.now() - 7_200_000;
  const { desk, close } = await openKeyDesk({
    settings: loadSettings({ env, readFile: () => undefined }),
    log,
    now: past,
    actor: 'command',
  });
  keys['expired'] = (await desk.create('old', 'manage', 3_600_000)).text;
  await close();
  hub = await startHub({
    dataDir,
    env: {
      LOGWEIR_API_REQUEST_TIMEOUT: '1s',
      LOGWEIR_INTAKE_REQUEST_TIMEOUT: '1s',
      LOGWEIR_INTAKE_MAX_BODY: '64KiB',
      LOGWEIR_API_CORS_ORIGINS: 'https://dash.example',
      LOGWEIR_LIMITS_WRONG_KEYS: '200',
    },
  });
  api = hostPort(hub.addresses['api']).port;
  intake = hostPort(hub.addresses['intake']).port;
}, 60_000);
afterAll(() => hub.stop());

describe('who has no right key', () => {
  const QUESTIONS: readonly Asked[] = [
    { path: '/api/v1/logs' },
    { path: '/api/v1/logs?api_key=KEY&access_token=KEY&token=KEY' },
    { method: 'HEAD', path: '/api/v1/rules' },
    { path: '/api/v2/silences' },
    { path: '/api/v1/audit' },
    { path: '/metrics' },
    { method: 'POST', path: '/api/v1/rules', headers: JSON_TYPE, body: RULE },
    { method: 'DELETE', path: '/api/v1/rules/r' },
    { method: 'OPTIONS', path: '/api/v1/rules' },
    { method: 'POST', path: '/nowhere', headers: JSON_TYPE, body: '{}' },
  ];

  it.each(['nobody', 'revoked', 'expired', 'logweir_aaaaaaaaaaaa_guess', 'x'.repeat(5_000)])(
    'as %.30s gets 401 everywhere',
    async (who) => {
      for (const asked of QUESTIONS) {
        const { status, headers } = await as(who, { ...asked, path: asked.path.replaceAll('KEY', keys['manage'] ?? '') });
        expect([asked.path, status, headers['www-authenticate']]).toEqual([asked.path, 401, 'Bearer realm="logweir"']);
      }
      expect((await ship(who)).status).toBe(401);
    },
  );

  it.each([
    ['revoked', 'key_revoked'],
    ['expired', 'key_expired'],
    ['logweir_aaaaaaaaaaaa_guess', 'key_wrong'],
    ['nobody', 'key_required'],
  ])('as %s is told %s at the API and at the HTTP door', async (who, code) => {
    expect([(await as(who, { path: '/api/v1/logs' })).code, (await ship(who)).code]).toEqual([code, code]);
  });

  it('who guesses is slowed down with 429 at his address, while a right key there goes on', async () => {
    const from = '127.0.0.66';
    const guess = (): Asked => ({
      path: '/api/v1/logs',
      from,
      headers: { authorization: `Bearer logweir_aaaaaaaaaaaa_${'g'.repeat(43)}` },
    });
    const seen = new Set<number>();
    for (let at = 0; at < 230; at++) seen.add((await ask(api, guess())).status);
    expect([...seen]).toEqual([401, 429]);
    expect((await ask(api, guess())).headers['retry-after']).toBe('60');
    expect((await as('read', { path: '/api/v1/logs', from })).status).toBe(200);
    expect((await ask(api, { ...guess(), from: '127.0.0.67' })).status).toBe(401);
  });

  it('health stays open to probes, and says nothing secret', async () => {
    for (const who of ['nobody', 'revoked']) {
      for (const probe of ['/healthz', '/readyz']) expect((await as(who, { path: probe })).status).toBe(200);
    }
  });
});

describe('who has a key of another role', () => {
  it('reads but does not write: 403 for every change', async () => {
    expect((await as('read', { path: '/api/v1/logs' })).status).toBe(200);
    for (const asked of CHANGES) expect([asked.path, (await as('read', asked)).status]).toEqual([asked.path, 403]);
    expect(await ship('read')).toMatchObject({ status: 403, code: 'role_missing' });
  });

  it('ships but does not read: 403 for every question and change', async () => {
    expect((await ship('ingest')).status).toBe(200);
    const questions = ['/api/v1/logs', '/api/v1/rules', '/api/v2/alerts', '/api/v1/dead-letters', '/metrics'];
    for (const asked of [...CHANGES, ...questions.map((to) => ({ path: to }))]) {
      expect([asked.path, (await as('ingest', asked)).status]).toEqual([asked.path, 403]);
    }
  });

  it('a manager may do all of it, and each change is on record with his name', async () => {
    const manage = (asked: Asked) => as('manage', asked);
    expect((await manage({ path: '/metrics' })).status).toBe(200);
    expect((await ship('manage')).status).toBe(200);
    const silence = {
      matchers: [{ name: 'a', value: 'b', isRegex: false, isEqual: true }],
      startsAt: '2026-01-01T00:00:00Z',
      endsAt: '2036-01-01T00:00:00Z',
      createdBy: 'ann',
      comment: 'c',
    };
    expect((await manage({ method: 'POST', path: '/api/v1/silences', headers: JSON_TYPE, body: JSON.stringify(silence) })).status).toBe(
      201,
    );
    expect((await manage({ method: 'DELETE', path: '/api/v1/rules/none' })).status).toBe(404);
    const { items } = JSON.parse((await manage({ path: '/api/v1/audit' })).text) as { items: Record<string, unknown>[] };
    expect(items.slice(0, 2)).toMatchObject([
      { actor: 'key a manage key', action: 'rule.remove', target: 'none', outcome: 'refused' },
      { actor: 'key a manage key', action: 'silence.create', outcome: 'done', target: expect.stringMatching(/./) as string },
    ]);
    expect(items.filter(({ action }) => action === 'key.create')).toHaveLength(5);
  });

  it('is shut out within a second of its revocation, while the hub runs', async () => {
    const env = { LOGWEIR_DATA_DIR: hub.dataDir };
    const { out } = await keyCommand(env, 'create', '--name', 'short', '--role', 'read');
    const status = async () => (await as(out, { path: '/api/v1/logs' })).status;
    await eventually(async () => expect(await status()).toBe(200), 1_500, 50);
    expect((await keyCommand(env, 'revoke', 'short')).code).toBe(0);
    await eventually(async () => expect(await status()).toBe(401), 1_500, 50);
  });
});

describe('bodies and heads that are too much', () => {
  const big = 'x'.repeat(3 * 1024 * KIB);
  const chunked = { 'transfer-encoding': 'chunked' };

  it('a plain, a chunked and an inflating body over the limit get 413', async () => {
    const asked = { method: 'POST', path: '/api/v1/logs', headers: JSON_TYPE };
    expect(await as('read', { ...asked, body: JSON.stringify({ q: big }) })).toMatchObject({ status: 413, code: 'body_too_large' });
    expect(await as('read', { ...asked, headers: { ...JSON_TYPE, ...chunked }, body: JSON.stringify({ q: big }) })).toMatchObject({
      status: 413,
    });
    expect(await ship('ingest', { body: JSON.stringify({ message: 'x'.repeat(70 * KIB) }) })).toMatchObject({
      status: 413,
      code: 'body_too_large',
    });
    expect(await ship('ingest', { body: 'x'.repeat(70 * KIB), headers: chunked })).toMatchObject({ status: 413 });
    const bomb = gzipSync(Buffer.alloc(32 * 1024 * KIB, ' '));
    expect(bomb.length).toBeLessThan(64 * KIB);
    expect(await ship('ingest', { body: bomb, headers: { 'content-encoding': 'gzip' } })).toMatchObject({
      status: 413,
      code: 'body_too_large',
    });
    expect(await as('read', { ...asked, headers: { ...JSON_TYPE, 'content-encoding': 'gzip' }, body: bomb })).toMatchObject({
      status: 413,
    });
  });

  it('a body of a stranger is not read at all', async () => {
    const before = Date.now();
    const answer = await send(api, [
      `POST /api/v1/rules HTTP/1.1\r\nhost: 127.0.0.1:${api}\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n`,
    ]);
    expect([answer.status, Date.now() - before < 1_000]).toEqual([401, true]);
    const shipped = await send(intake, [
      `POST /ingest HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n`,
    ]);
    expect(shipped.status).toBe(401);
  });

  it.each(['api', 'intake'])('a slow body and a slow head at %s get 408', async (door) => {
    const port = door === 'api' ? api : intake;
    const to = door === 'api' ? '/api/v1/logs' : '/ingest';
    const key = keys[door === 'api' ? 'read' : 'ingest'] ?? '';
    const head = `POST ${to} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n`;
    const drops = Array.from({ length: 100 }, () => ' ');
    const [body, slowHead] = await Promise.all([send(port, [head, ...drops], 100), send(port, [...head].slice(0, 100), 100)]);
    expect([body.status, slowHead.status]).toEqual([408, 408]);
  });

  it.each([
    ['one long header', [`x: ${'y'.repeat(20 * KIB)}`]],
    ['a flood of headers', Array.from({ length: 3_000 }, (_, at) => `x${at}: y`)],
    ['a long authorization', [`authorization: Bearer ${'y'.repeat(20 * KIB)}`]],
  ])('%s gets 431', async (_what, headers) => {
    for (const port of [api, intake]) {
      expect((await send(port, [`GET /api/v1/logs HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n${headers.join('\r\n')}\r\n\r\n`])).status).toBe(
        431,
      );
    }
  });

  it('a long target gets 431, and a header beyond the usual nothing that it asks for', async () => {
    expect((await as('read', { path: `/api/v1/logs?q=${'x'.repeat(20 * KIB)}` })).status).toBe(431);
    const forged = {
      'x-forwarded-for': '127.0.0.1',
      'x-real-ip': '127.0.0.1',
      'x-original-url': '/healthz',
      'x-rewrite-url': '/healthz',
      'x-forwarded-user': 'admin',
    };
    expect((await as('nobody', { path: '/api/v1/logs', headers: forged })).status).toBe(401);
  });
});

describe('paths and methods', () => {
  it.each([
    '//api/v1/logs',
    '/api//v1/logs',
    '/API/V1/LOGS',
    '/api/v1/logs/',
    '/api/v1/logs.',
    '/api/v1/./logs',
    '/healthz/../api/v1/logs',
    '/healthz/..%2fapi/v1/logs',
    '/healthz/%2e%2e/api/v1/logs',
    '/docs/..%2f..%2fpackage.json',
    '/docs/%2e%2e/%2e%2e/package.json',
    '/docs/....//package.json',
    '/api/v1/logs;a=b',
    '/api/v1/logs%00',
    '/%61pi/v1/logs',
    '/api/v1/logs?/healthz',
    '/api/v1/logs#/healthz',
    'http://127.0.0.1/api/v1/logs',
  ])('%s opens nothing without a key', async (to) => {
    const { status, text } = await send(api, [`GET ${to} HTTP/1.1\r\nhost: 127.0.0.1:${api}\r\nconnection: close\r\n\r\n`]);
    expect([400, 401, 404]).toContain(status);
    expect(text).not.toMatch(/"items"|"name": "logweir"/);
  });

  it.each(['/api/v1/logs\0', '/api/v1/\x01logs', 'api/v1/logs'])('a target like %j is no request', async (to) => {
    expect((await send(api, [`GET ${to} HTTP/1.1\r\nhost: 127.0.0.1:${api}\r\n\r\n`])).status).toBe(400);
  });

  it('a read key writes under no other name of a method', async () => {
    const override = { 'x-http-method-override': 'DELETE', 'x-method-override': 'DELETE', ...JSON_TYPE };
    expect((await as('read', { path: '/api/v1/rules/none?_method=DELETE', headers: override })).code).toBe('rule_not_found');
    for (const method of ['PATCH', 'TRACE', 'PROPFIND', 'LOCK', 'DELETE']) {
      expect([403, 404]).toContain((await as('read', { method, path: '/api/v1/rules/none', headers: JSON_TYPE })).status);
    }
    for (const method of ['delete', 'GET2', 'CONNECT', 'GE T']) {
      const { status } = await send(api, [`${method} /api/v1/rules/none HTTP/1.1\r\nhost: 127.0.0.1:${api}\r\nconnection: close\r\n\r\n`]);
      expect([0, 400, 401]).toContain(status);
    }
  });
});

describe('pages of others, and requests inside of requests', () => {
  it.each([
    [{ host: 'evil.example' }, 'host_refused'],
    [{ origin: 'https://evil.example' }, 'origin_refused'],
    [{ origin: 'null' }, 'origin_refused'],
    [{ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }, 'origin_refused'],
  ])('%j gets 403 also with a right key, and no permission to read the answer', async (headers: Record<string, string>, code) => {
    const answer = await as('manage', { path: '/api/v1/logs', headers });
    expect([answer.status, answer.code, answer.headers['access-control-allow-origin']]).toEqual([403, code, undefined]);
  });

  it('a listed page may ask and read, and no other is told of it', async () => {
    const origin = 'https://dash.example';
    const asks = { origin, 'access-control-request-method': 'PUT', 'access-control-request-headers': 'authorization' };
    const preflight = await as('nobody', { method: 'OPTIONS', path: '/api/v1/rules/x', headers: asks });
    expect([preflight.status, preflight.headers['access-control-allow-origin'], preflight.headers['vary']]).toEqual([
      204,
      origin,
      'origin',
    ]);
    expect(preflight.headers['access-control-allow-credentials']).toBeUndefined();
    expect((await as('nobody', { path: '/api/v1/logs', headers: { origin } })).status).toBe(401);
    const answer = await as('read', {
      path: '/api/v1/logs',
      headers: { origin, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' },
    });
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([200, origin]);
    const evil = await as('nobody', {
      method: 'OPTIONS',
      path: '/api/v1/rules/x',
      headers: { ...asks, origin: 'https://dash.example.evil' },
    });
    expect([evil.status, evil.headers['access-control-allow-origin']]).toEqual([403, undefined]);
  });

  it('a page elsewhere sends nothing to the HTTP door', async () => {
    expect(await ship('ingest', { headers: { origin: 'https://evil.example' } })).toMatchObject({ status: 403, code: 'foreign_page' });
    expect(await ship('ingest', { headers: { host: 'evil.example' } })).toMatchObject({ status: 403, code: 'foreign_page' });
  });

  it.each([
    ['two lengths', 'content-length: 4\r\ncontent-length: 60'],
    ['a length and chunks', 'content-length: 4\r\ntransfer-encoding: chunked'],
    ['an odd coding', 'transfer-encoding: chunked, identity'],
    ['a coding behind a blank', 'transfer-encoding : chunked'],
    ['a length that is none', 'content-length: +4'],
    ['a negative length', 'content-length: -1'],
    ['a folded header', 'transfer-encoding:\r\n chunked'],
    ['a bare line feed', 'x: y\ntransfer-encoding: chunked'],
  ])('a request with %s is refused with 400, and what is behind it is not a request', async (_what, headers) => {
    for (const port of [api, intake]) {
      const inner = `GET /healthz HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`;
      const type = 'content-type: application/json';
      const { status, text } = await send(port, [
        `POST /ingest HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n${type}\r\n${headers}\r\n\r\n0\r\n\r\n${inner}`,
      ]);
      expect([status, text.match(/HTTP\/1\.1 /g)?.length]).toEqual([400, 1]);
    }
  });
});

describe('receivers as a way into the network', () => {
  let inside: http.Server;
  let asked: string[];
  beforeAll(async () => {
    asked = [];
    inside = http.createServer((request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(302, { location: `http://127.0.0.1:${api}/api/v1/rules` }).end();
    });
    await new Promise<void>((resolve) => inside.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => inside.close());

  const reach = async (url: string) => {
    const made = await as('manage', {
      method: 'PUT',
      path: '/api/v1/receivers/probe',
      headers: JSON_TYPE,
      body: JSON.stringify({ webhook: { url } }),
    });
    if (made.status >= 400) return made;
    return as('manage', { method: 'POST', path: '/api/v1/receivers/probe/test', headers: JSON_TYPE });
  };

  it.each([
    'http://127.0.0.1:API/api/v1/rules',
    'http://localhost:API/',
    'http://2130706433:API/',
    'http://0x7f.1:API/',
    'http://[::ffff:127.0.0.1]:API/',
    'http://127.0.0.1:INTAKE/ingest',
    'http://0.0.0.0/',
    'http://169.254.169.254/latest/meta-data/',
    'http://[::ffff:169.254.169.254]/',
    'http://0xa9fea9fe/',
    'http://[fe80::1]/',
    'http://[fd00:ec2::254]/',
    'http://100.100.100.200/',
    'file:///etc/passwd',
    'gopher://127.0.0.1/',
    'http://user:pass@169.254.169.254/',
  ])('%s is refused, and the answer says nothing of what is there', async (url) => {
    const { status, text } = await reach(url.replace('API', String(api)).replace('INTAKE', String(intake)));
    expect([400, 502]).toContain(status);
    expect(text).toMatch(/receiver_failed|receiver_invalid/);
    expect(text).not.toMatch(/root:|"items"/);
  });

  it('a redirect into the network is not followed', async () => {
    const { status, code } = await reach(`http://127.0.0.1:${(inside.address() as AddressInfo).port}/hook`);
    expect([status, code, asked]).toEqual([502, 'receiver_failed', ['/hook']]);
  });
});

describe('what is told and kept', () => {
  it('no key is in an answer, a log, a record of changes or a file', async () => {
    const secrets = Object.values(keys).map((key) => key.slice(-43));
    const answers = await Promise.all(
      ['/docs', '/docs-json', '/metrics', '/readyz', '/api/v1/audit', '/api/v1/receivers', '/api/v1/logs?q=logweir'].map((to) =>
        as('manage', { path: to }),
      ),
    );
    const access = path.join(hub.dataDir, 'access');
    const files = readdirSync(access, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const kept = files.map((entry) => readFileSync(path.join(entry.parentPath, entry.name), 'utf8'));
    expect(kept.length).toBeGreaterThan(5);
    const told = [hub.output(), ...answers.map(({ text }) => text), ...kept].join('\n');
    for (const secret of secrets) expect(told).not.toContain(secret);
  });

  it('every answer has the headers that keep it from being cached, guessed, framed or traced', async () => {
    for (const answer of [await as('read', { path: '/api/v1/logs' }), await as('nobody', { path: '/api/v1/logs' }), await ship('ingest')]) {
      expect(answer.headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      });
      expect([answer.headers['strict-transport-security'], answer.headers['x-powered-by'], answer.headers['server']]).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
    }
    expect((await as('nobody', { path: '/docs' })).headers['content-security-policy']).toMatch(/default-src 'none'; script-src 'self'/);
  });
});

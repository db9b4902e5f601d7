/** Which listeners start, what they speak, and how much of it they take from one sender. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import https from 'node:https';
import path from 'node:path';
import tls from 'node:tls';
import { encodeMessagePack } from '#libs/protocols/forward';
import { ask, keyCommand } from '../support/attack.js';
import { Certificates } from '../support/certificates.js';
import { eventually } from '../support/eventually.js';
import { type Hub, hostPort, startHub, temporaryFolder } from '../support/hub.js';
import { type IngestFixture, Line, openFixture } from '../support/ingest-fixture.js';

const MAIN = path.join(import.meta.dirname, '../../dist/apps/hub/src/main.js');
const SHUT = { LOGWEIR_FORWARD_PORT: 'off', LOGWEIR_JSON_PORT: 'off', LOGWEIR_INTAKE_PORTS: '' };
const JSON_TYPE = { 'content-type': 'application/json' };

describe('a listener that other machines reach', () => {
  /** A hub that is meant not to start. */
  const refused = async (env: Record<string, string>): Promise<{ code: number; said: string }> => {
    const all = { PATH: process.env['PATH'] ?? '', LOGWEIR_DATA_DIR: temporaryFolder(), LOGWEIR_API_PORT: '0', ...SHUT, ...env };
    const child = spawn(process.execPath, [MAIN], { env: all, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()));
    const [code] = (await once(child, 'close')) as [number];
    return { code, said };
  };

  it.each([
    [{ LOGWEIR_API_HOST: '::' }, ['LOGWEIR_API_HOST=::', 'npm run key -- create']],
    [
      { LOGWEIR_FORWARD_PORT: '0', LOGWEIR_FORWARD_HOST: '0.0.0.0', LOGWEIR_JSON_PORT: '0', LOGWEIR_JSON_HOST: '0.0.0.0' },
      ['LOGWEIR_FORWARD_HOST=0.0.0.0', 'LOGWEIR_FORWARD_SECURE_PORT', 'LOGWEIR_JSON_HOST=0.0.0.0', 'LOGWEIR_JSON_TLS_CA'],
    ],
  ])('does not start unguarded: %j', async (env: Record<string, string>, names) => {
    const { code, said } = await refused(env);
    expect(code).toBe(1);
    for (const name of [...names, 'LOGWEIR_ACCESS_OPEN=true']) expect(said).toContain(name);
    expect(said.trim().split('\n')).toHaveLength(1);
  });

  it('starts with one warning when it is told so, and for HTTP when there is a key', async () => {
    const wide = { LOGWEIR_API_HOST: '0.0.0.0', LOGWEIR_FORWARD_HOST: '0.0.0.0' };
    const open = await startHub({ env: { ...wide, LOGWEIR_ACCESS_OPEN: 'true' } });
    const warnings = open
      .output()
      .split('\n')
      .filter((line) => line.includes('LOGWEIR_ACCESS_OPEN'));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('LOGWEIR_FORWARD_HOST=0.0.0.0 LOGWEIR_API_HOST=0.0.0.0');
    expect((await ask(hostPort(open.addresses['api']).port, { path: '/api/v1/logs' })).status).toBe(200);
    await open.stop();

    const dataDir = temporaryFolder();
    const { out } = await keyCommand({ LOGWEIR_DATA_DIR: dataDir }, 'create', '--name', 'ops', '--role', 'read');
    const guarded = await startHub({ dataDir, env: { ...SHUT, LOGWEIR_API_HOST: '0.0.0.0' } });
    const { port } = hostPort(guarded.addresses['api']);
    expect((await ask(port, { path: '/api/v1/logs' })).status).toBe(401);
    expect((await ask(port, { path: '/api/v1/logs', headers: { authorization: `Bearer ${out}` } })).status).toBe(200);
    expect(guarded.output()).not.toContain('LOGWEIR_ACCESS_OPEN');
    await guarded.stop();
  }, 40_000);
});

describe('the key command', () => {
  const env = { LOGWEIR_DATA_DIR: temporaryFolder() };

  it('prints the key alone to stdout, once, and lists what it was', async () => {
    const { out, err } = await keyCommand(env, 'create', '--name', 'shipper', '--role', 'ingest', '--expires', '90d');
    expect(out).toMatch(/^logweir_[a-z0-9]{12}_[\w-]{43}$/);
    expect(err).not.toContain(out.slice(-43));
    const list = await keyCommand(env, 'list');
    expect(list.out).toMatch(new RegExp(`${out.slice(8, 20)} +ingest +in use +\\d{4}-\\d\\d-\\d\\d +\\d{4}-\\d\\d-\\d\\d +shipper`));
    expect(list.out).not.toContain(out.slice(-43));
  });

  it.each([
    [[], 2, 'usage'],
    [['make'], 2, 'usage'],
    [['create', '--name', 'a', '--role', 'root'], 2, '--role is one of ingest, read, manage'],
    [['create', '--name', 'a', '--role', 'read', '--expires', 'soon'], 2, '--expires'],
    [['create', '--role', 'read'], 1, 'a name is'],
    [['create', '--name', 'a', '--role', 'read', '--secret', 'x'], 2, '--secret'],
    [['revoke', 'nobody'], 1, 'no key in use'],
  ])('%j ends with %i and says %s', async (args, code, said) => {
    const ended = await keyCommand(env, ...args);
    expect([ended.code, ended.out]).toEqual([code, '']);
    expect(ended.err).toContain(said);
  });
});

describe('TLS', () => {
  let certificates: Certificates;
  let hub: Hub;

  beforeAll(async () => {
    certificates = new Certificates().sign('server').sign('client');
    const of = (section: string) => ({
      [`LOGWEIR_${section}_TLS_CERT`]: certificates.path('server.pem'),
      [`LOGWEIR_${section}_TLS_KEY`]: certificates.path('server.key'),
    });
    const ca = { LOGWEIR_JSON_TLS_CA: certificates.path('ca.pem') };
    hub = await startHub({ env: { ...of('API'), ...of('INTAKE'), ...of('JSON'), ...ca, LOGWEIR_FORWARD_PORT: 'off' } });
  }, 40_000);
  afterAll(async () => {
    await hub.stop();
    certificates.remove();
  });

  const over = (door: string, to: string, method = 'GET', body = ''): Promise<{ status: number; strict: unknown; text: string }> =>
    new Promise((resolve, reject) => {
      const { port } = new URL(hub.addresses[door] ?? '');
      const options = { host: 'localhost', port, path: to, method, ca: certificates.read('ca.pem'), headers: JSON_TYPE, agent: false };
      const request = https.request(options, (response) => {
        let text = '';
        response.on('data', (bytes: Buffer) => (text += bytes.toString()));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, strict: response.headers['strict-transport-security'], text }),
        );
      });
      request.once('error', reject);
      request.end(body);
    });
  const lines = (certificate: boolean): tls.TLSSocket => {
    const own = certificate ? { cert: certificates.read('client.pem'), key: certificates.read('client.key') } : {};
    const port = Number(/:(\d+)$/.exec(hub.addresses['json'] ?? '')?.[1]);
    return tls.connect({ host: 'localhost', port, ca: certificates.read('ca.pem'), ...own });
  };

  it('is spoken by API, HTTP intake and JSON lines, and said in the start line', async () => {
    const schemes = Object.entries(hub.addresses).map(([door, address]) => [door, address.split(':')[0]]);
    expect(Object.fromEntries(schemes)).toEqual({ json: 'tls', intake: 'https', api: 'https' });
    expect(await over('api', '/api/v1/logs')).toMatchObject({ status: 200, strict: 'max-age=15552000' });
    expect((await over('intake', '/ingest', 'POST', '{"message":"by https"}')).status).toBe(200);
    lines(true).end('{"message":"by tls"}\n');
    await eventually(async () => {
      const { text } = await over('api', '/api/v1/logs');
      for (const message of ['by https', 'by tls']) expect(text).toContain(message);
    });
  });

  it('turns away who has no client certificate where one is asked for, and plain text everywhere', async () => {
    const stranger = lines(false);
    const closed = new Promise<void>((resolve) => stranger.on('error', () => undefined).once('close', () => resolve()));
    stranger.end('{"message":"a stranger"}\n');
    await closed;
    const { port } = new URL(hub.addresses['api'] ?? '');
    await expect(ask(Number(port), { path: '/healthz' })).rejects.toThrow();
    expect((await over('api', '/api/v1/logs')).text).not.toContain('a stranger');
  });
});

describe('limits of one sender', () => {
  let fixture: IngestFixture;
  afterEach(() => fixture.close());
  const seconds = Math.floor(Date.now() / 1_000);
  const ship = (body: string, from = '127.0.0.1') =>
    ask(fixture.port('intake'), { method: 'POST', path: '/ingest', headers: { 'content-type': 'application/x-ndjson' }, body, from });
  const many = (count: number): string => Array.from({ length: count }, (_, at) => `{"message":"${at}"}\n`).join('');

  it('in records: HTTP answers 429 with Retry-After, and another address goes on', async () => {
    fixture = await openFixture({ LOGWEIR_LIMITS_ADDRESS_RECORDS: '100' });
    expect((await ship(many(1_000))).status).toBe(200);
    const second = await ship(many(1));
    expect([second.status, second.code, Number(second.headers['retry-after'])]).toEqual([429, 'rate_limited', expect.any(Number)]);
    expect(Number(second.headers['retry-after'])).toBeGreaterThan(5);
    expect((await ship(many(1), '127.0.0.2')).status).toBe(200);
    expect(await fixture.metric('logweir_limits_paused_total{source="http"}')).toBe(1);
  });

  it('in bytes and records: forward and JSON lines wait, and no line is lost', async () => {
    fixture = await openFixture({ LOGWEIR_LIMITS_ADDRESS_RECORDS: '1000', LOGWEIR_LIMITS_ADDRESS_BYTES: '1MiB' });
    const began = performance.now();
    const forward = await Line.to(fixture.port('forward'));
    const json = await Line.to(fixture.port('json'));
    for (let at = 0; at < 20; at++) {
      const entries = Array.from({ length: 100 }, (_, of) => [seconds, { log: `f${at}-${of}` }]);
      forward.socket.write(encodeMessagePack(['t', entries, { chunk: `c${at}` }]));
    }
    for (let at = 0; at < 20; at++) json.socket.write(many(100));
    await eventually(async () => expect(await fixture.metric('logweir_records_in_total')).toBe(4_000), 15_000);
    await eventually(() => expect(fixture.store.records).toHaveLength(4_000), 15_000);
    // All but a burst of a thousand and the last read, which JSON lines may fill with two thousand.
    expect(performance.now() - began).toBeGreaterThan(900);
    expect(await fixture.metric('logweir_limits_paused_total')).toBeGreaterThan(0);
    await eventually(() => expect(forward.received.toString('latin1').match(/ack/g)).toHaveLength(20));
    for (const { socket } of [forward, json]) socket.destroy();
  });

  it('lets go at the end: what waits in a held socket is stored before it closes', async () => {
    fixture = await openFixture({ LOGWEIR_LIMITS_ADDRESS_RECORDS: '10' });
    const json = await Line.to(fixture.port('json'));
    json.socket.write(many(500));
    await eventually(async () => expect(await fixture.metric('logweir_limits_paused_total{source="json"}')).toBe(1));
    json.socket.write(many(300));
    await fixture.restart();
    await eventually(() => expect(fixture.store.records).toHaveLength(800));
  });

  it('in connections: HTTP answers 429, forward holds them back', async () => {
    fixture = await openFixture({ LOGWEIR_LIMITS_ADDRESS_CONNECTIONS: '1' });
    const first = await Line.to(fixture.port('intake'));
    await eventually(async () => expect(await ship(many(1))).toMatchObject({ status: 429, code: 'too_many_connections' }));
    expect((await ship(many(1), '127.0.0.2')).status).toBe(200);
    first.socket.destroy();
    await eventually(async () => expect((await ship(many(1))).status).toBe(200));

    const [one, two] = [await Line.to(fixture.port('forward')), await Line.to(fixture.port('forward'))];
    two.socket.write(encodeMessagePack(['t', seconds, { log: 'second' }]));
    await eventually(async () => expect(await fixture.metric('logweir_source_held_total')).toBe(1));
    expect(fixture.store.messages).not.toContain('second');
    one.socket.end();
    await eventually(() => expect(fixture.store.messages).toContain('second'));
    two.socket.destroy();
  });
});

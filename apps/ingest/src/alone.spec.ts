import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSettings } from '#libs/config';
import { encodeMessagePack } from '#libs/protocols/forward';
import type { RunningService } from '#libs/service';
import { eventually } from '../../../test/support/eventually.js';
import { startAlone } from './alone.js';

const PORTS = { LOGWEIR_FORWARD_PORT: '0', LOGWEIR_JSON_PORT: '0', LOGWEIR_INTAKE_PORTS: '0', LOGWEIR_API_PORT: '0' };

describe('ingest alone', () => {
  let folder: string;
  let service: RunningService;

  const start = async (env: Readonly<Record<string, string>> = {}): Promise<RunningService> => {
    const settings = loadSettings({ env: { ...PORTS, LOGWEIR_DATA_DIR: join(folder, 'data'), ...env }, readFile: () => undefined });
    return startAlone({ settings, write: () => undefined, env: {}, now: Date.now });
  };
  const ask = (path: string, init: RequestInit = {}): Promise<Response> => fetch(`${service.addresses['operations'] ?? ''}${path}`, init);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'logweir-alone-'));
    service = await start();
  });

  afterAll(async () => {
    await service.close();
    rmSync(folder, { recursive: true });
  });

  it('names every open door for the start line', () => {
    expect(Object.keys(service.addresses)).toEqual(['forward', 'json', 'intake', 'operations']);
  });

  it('is alive and ready, and counts what it stores in its own files', async () => {
    expect((await ask('/healthz')).status).toBe(200);
    const ready = await ask('/readyz');
    expect([ready.status, await ready.json()]).toMatchObject([200, { ready: true, parts: { store: { ok: true }, journal: { ok: true } } }]);
    const { port } = new URL((service.addresses['forward'] ?? '').replace('tcp:', 'http:'));
    net.connect(Number(port), '127.0.0.1').end(encodeMessagePack(['app', 1_763_700_000, { log: 'one' }]));
    await eventually(async () => expect(await (await ask('/metrics')).text()).toMatch(/^logweir_records_stored_total 1$/m));
  });

  it.each([
    ['a page of its letters', 'GET', '/api/v1/dead-letters?limit=5', 200, { items: [] }],
    ['an odd limit', 'GET', '/api/v1/dead-letters?limit=0', 400, { error: { code: 'parameter_invalid' } }],
    ['a parameter given twice', 'GET', '/api/v1/dead-letters?type=a&type=b', 400, { error: { code: 'parameter_invalid' } }],
    ['a letter that is not there', 'GET', '/api/v1/dead-letters/none', 404, { error: { code: 'dead_letter_not_found' } }],
    ['the removal of one', 'DELETE', '/api/v1/dead-letters/none', 404, { error: { code: 'dead_letter_not_found' } }],
    ['the replay of one', 'POST', '/api/v1/dead-letters/none/replay', 404, { error: { code: 'dead_letter_not_found' } }],
    ['another path', 'GET', '/api/v1/logs', 404, { error: { code: 'route_not_found' } }],
  ])('answers %s', async (_what, method, path, status, body) => {
    const response = await ask(path, { method });
    expect([response.status, await response.json()]).toMatchObject([status, body]);
  });

  it('refuses pages of other origins', async () => {
    expect((await ask('/metrics', { headers: { origin: 'http://example.com' } })).status).toBe(403);
  });

  it('names the setting of a port that is taken, and closes what it had opened', async () => {
    const { port } = new URL(service.addresses['operations'] ?? '');
    const again = start({ LOGWEIR_DATA_DIR: join(folder, 'second'), LOGWEIR_API_PORT: port });
    await expect(again).rejects.toThrow(`LOGWEIR_API_PORT: cannot listen on 127.0.0.1:${port}: another program listens there already`);
  });
});

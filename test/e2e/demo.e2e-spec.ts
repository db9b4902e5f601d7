import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { eventually } from '../support/eventually.js';
import { type Hub, startHub, temporaryFolder } from '../support/hub.js';

interface Counted {
  readonly total: { readonly value: number };
  readonly items: readonly Record<string, unknown>[];
}

describe('npm start -- --demo', () => {
  const dataDir = temporaryFolder();
  let hub: Hub;
  const search = async (q: string, from = 'now-2h'): Promise<Counted> => {
    const query = new URLSearchParams({ q, from, to: 'now+1m', limit: '1' });
    return (await (await fetch(`${hub.addresses['api']}/api/v1/logs?${query.toString()}`)).json()) as Counted;
  };
  const count = async (q: string, from?: string): Promise<number> => (await search(q, from)).total.value;

  beforeAll(async () => {
    hub = await startHub({ dataDir, arguments: ['--demo'] });
  }, 60_000);
  afterAll(async () => {
    await hub.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('shows an hour of a shop at once, in structured records', async () => {
    await eventually(async () => expect(await count('*', 'now-1m')).toBeGreaterThan(20), 60_000);
    expect(await count('@timestamp < now-50m')).toBeGreaterThan(500);
    for (const service of ['nginx', 'web', 'cart', 'payment', 'worker']) expect(await count(`service:${service}`)).toBeGreaterThan(100);
    expect(await count('level:error')).toBeGreaterThan(50);
    expect((await search('error.type:shop.payment.ProviderException')).items[0]).toMatchObject({
      container: { name: 'shop-payment-1', id: expect.stringMatching(/^[0-9a-f]{64}$/) },
      error: { type: 'shop.payment.ProviderException', stack_trace: expect.stringContaining('Caused by: java.net') },
    });
    expect((await search('service:web duration > 0s')).items[0]).toMatchObject({ http: { response: { status_code: expect.any(Number) } } });
    expect((await search('service:worker')).items[0]).toMatchObject({ event: { original: expect.stringContaining('\u001b[') } });
  }, 90_000);

  it('goes on by itself, also after a restart, without telling anything twice', async () => {
    const before = await count('*');
    await eventually(async () => expect(await count('*')).toBeGreaterThan(before + 5), 20_000);
    await hub.stop();
    hub = await startHub({ dataDir, arguments: ['--demo'] });
    await eventually(async () => expect(await count('*', 'now-3s')).toBeGreaterThan(0), 20_000);
    const response = await fetch(`${hub.addresses['api']}/api/v1/containers/shop-nginx-1/logs?timestamps=1`);
    const lines = (await response.text()).split('\n');
    expect(lines.length).toBeGreaterThan(1_000);
    expect(new Set(lines).size).toBe(lines.length);
  }, 90_000);
});

it('is refused without the forward door, and any other word is told', async () => {
  const run = promisify(execFile);
  const env = {
    PATH: process.env['PATH'],
    LOGWEIR_FORWARD_PORT: 'off',
    LOGWEIR_JSON_PORT: '0',
    LOGWEIR_INTAKE_PORTS: '0',
    LOGWEIR_API_PORT: '0',
  };
  const dataDir = temporaryFolder();
  const start = (word: string) =>
    run(process.execPath, ['dist/apps/hub/src/main.js', word], { env: { ...env, LOGWEIR_DATA_DIR: dataDir } });
  await expect(start('--demo')).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('LOGWEIR_FORWARD_PORT=off shuts it') });
  await expect(start('--dmeo')).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining("'--dmeo'") });
  await rm(dataDir, { recursive: true, force: true });
}, 60_000);

import { loadSettings } from '#libs/config';
import type { RunningService } from '#libs/service';
import type { ReadinessReport } from '#libs/telemetry';
import { eventually } from '../../../test/support/eventually.js';
import { describeWithRedis, type RedisServer, startRedis } from '../../../test/support/redis.js';
import { startAlone } from './alone.js';

let alerter: RunningService | undefined;
const address = () => alerter?.addresses['alerter'] ?? '';
afterEach(stop);

async function stop(): Promise<void> {
  await alerter?.close();
  alerter = undefined;
}

function start(env: Readonly<Record<string, string>>): Promise<RunningService> {
  const settings = loadSettings({ env: { LOGWEIR_API_PORT: '0', LOGWEIR_ALERTS_RULES: 'none', ...env }, readFile: () => undefined });
  return startAlone({ settings, write: () => undefined, now: Date.now, env });
}

async function readiness(): Promise<{ status: number; report: ReadinessReport }> {
  const response = await fetch(`${address()}/readyz`);
  return { status: response.status, report: (await response.json()) as ReadinessReport };
}

describe('the alerter on its own', () => {
  it('does not start without a Redis, and says what to do', async () => {
    await expect(start({})).rejects.toThrow('set LOGWEIR_REDIS_URL, or run npm start');
  });

  it('is alive but not ready while its Redis is away, and says where it looked without the password', async () => {
    alerter = await start({ LOGWEIR_REDIS_URL: 'redis://:secret@127.0.0.1:1' });
    expect((await fetch(`${address()}/healthz`)).status).toBe(200);
    const { status, report } = await readiness();
    expect(status).toBe(503);
    expect(report.parts['documents']?.reason).toContain('127.0.0.1:1');
    expect(JSON.stringify(report)).not.toContain('secret');
  });

  it('names the setting of a port that is taken', async () => {
    alerter = await start({ LOGWEIR_REDIS_URL: 'redis://127.0.0.1:1' });
    const port = new URL(address()).port;
    await expect(start({ LOGWEIR_REDIS_URL: 'redis://127.0.0.1:1', LOGWEIR_API_PORT: port })).rejects.toThrow(
      `LOGWEIR_API_PORT: cannot listen on 127.0.0.1:${port}`,
    );
  });
});

describeWithRedis('the alerter with a Redis', () => {
  let redis: RedisServer;
  beforeEach(async () => (redis = await startRedis({ appendfsync: 'always' })));
  // The alerter first, else it waits for what is gone.
  afterEach(async () => {
    await stop();
    await redis.close();
  });

  it('is ready, and looks after the rules', async () => {
    alerter = await start({ LOGWEIR_REDIS_URL: redis.url });
    await eventually(async () => expect((await readiness()).status).toBe(200));
    await eventually(async () => expect(await (await fetch(`${address()}/metrics`)).text()).toMatch(/^logweir_alert_owner 1$/m));
  });
});

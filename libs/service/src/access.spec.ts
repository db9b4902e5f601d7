import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadSettings, type Settings } from '#libs/config';
import { JsonLogger } from '#libs/telemetry';
import { eventually } from '../../../test/support/eventually.js';
import { describeWithRedis, type RedisServer, startRedis } from '../../../test/support/redis.js';
import type { Access } from './access.js';
import { openKeyDesk } from './key-desk.js';
import { startParts } from './parts.js';
import type { RunningService } from './run-service.js';

const log = new JsonLogger({ level: 'error', write: () => undefined, now: Date.now });
let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'logweir-access-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const settingsOf = (env: Readonly<Record<string, string>> = {}): Settings =>
  loadSettings({ env: { LOGWEIR_DATA_DIR: folder, ...env }, readFile: () => undefined });

/** The keys of one process. */
async function node(settings: Settings): Promise<{ access: Access; service: RunningService }> {
  let access: Access | undefined;
  const service = await startParts({ settings, write: () => undefined, now: Date.now, env: {} }, async (parts) => {
    access = await parts.openAccess(settings.redis.url === '' ? undefined : await parts.openAlerting());
    return {};
  });
  if (access === undefined) throw new Error('it did not start');
  return { access, service };
}

/** What the command does: two nodes know a new key, and then that it is revoked, each within a second. */
async function followed(settings: Settings): Promise<void> {
  const nodes = [await node(settings), await node(settings)];
  const { desk, close } = await openKeyDesk({ settings, log, now: Date.now, actor: 'command' });
  const { id, text } = await desk.create('shipper', 'ingest');
  const kinds = (): string[] => nodes.map(({ access }) => access.keys.prove(`Bearer ${text}`, Date.now()).kind);
  await eventually(() => expect(kinds()).toEqual(['key', 'key']), 1_500);
  await desk.revoke(id);
  await eventually(() => expect(kinds()).toEqual(['wrong', 'wrong']), 1_500);
  await close();
  for (const { access } of nodes) {
    expect((await access.audit.list(10)).map(({ action, target }) => [action, target])).toEqual([
      ['key.revoke', id],
      ['key.create', id],
    ]);
  }
  for (const { service } of nodes) await service.close();
}

describe('keys in files', () => {
  it('that the command changes are followed by every process of the folder', () => followed(settingsOf()));

  it('that nobody made leave no folder behind', async () => {
    const { access, service } = await node(settingsOf());
    expect([access.keys.isLoaded, access.keys.isEmpty, access.guardsHttp]).toEqual([true, true, false]);
    await service.close();
  });
});

describeWithRedis('keys in Redis', () => {
  let redis: RedisServer;
  beforeAll(async () => (redis = await startRedis({ appendfsync: 'always' })));
  afterAll(() => redis.close());

  it('that the command changes are followed by every process', () => followed(settingsOf({ LOGWEIR_REDIS_URL: redis.url })));

  it('that cannot be read yet shut HTTP, and open it when they are there', async () => {
    await redis.stop();
    const { access, service } = await node(settingsOf({ LOGWEIR_REDIS_URL: redis.url, LOGWEIR_REDIS_PREFIX: '{late}' }));
    const door = access.doorkeeper('127.0.0.1');
    expect([access.guardsHttp, door.identify(undefined, '127.0.0.1')]).toMatchObject([true, { status: 503, code: 'keys_unavailable' }]);
    await redis.restart();
    await eventually(() => expect(door.identify(undefined, '127.0.0.1')).toMatchObject({ role: 'manage' }), 15_000);
    await service.close();
  }, 40_000);
});

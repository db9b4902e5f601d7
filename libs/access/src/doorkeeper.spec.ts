import { randomBytes } from 'node:crypto';
import type { Document } from '#libs/documents';
import { JsonLogger } from '#libs/telemetry';
import { Doorkeeper, isRefusal } from './doorkeeper.js';
import { mintKey, type StoredKey } from './keys/key.js';
import { KeyRing } from './keys/key-ring.js';
import { Limits } from './limits/limits.js';
import { checkListeners, isLoopback } from './listeners.js';

const log = new JsonLogger({ level: 'error', write: () => undefined, now: () => 0 });
const none = { records: 0, bytes: 0 };
const key = mintKey(randomBytes);
const stored: StoredKey = { name: 'ann', role: 'read', hash: key.hash, created: '' };
const DOCUMENT: Document = { id: key.id, version: 1, value: stored };

async function doorkeeper(documents: readonly Document[], openWithoutKeys: boolean): Promise<Doorkeeper> {
  const keys = new KeyRing(async () => documents, log);
  await keys.load();
  const limits = new Limits({
    perKey: none,
    perAddress: none,
    connectionsPerAddress: 0,
    wrongKeysPerMinute: 2,
    now: () => 0,
    onTableFull: () => undefined,
  });
  return new Doorkeeper({ keys, limits, openWithoutKeys, now: () => 0 });
}

describe('a doorkeeper', () => {
  it('lets everybody do everything where it is open and there is no key', async () => {
    const open = await doorkeeper([], true);
    expect(open.identify('Bearer anything', '127.0.0.1')).toEqual({ actor: 'address 127.0.0.1', role: 'manage' });
  });

  it('lets nobody in where it is not open, also when there is no key', async () => {
    const shut = await doorkeeper([], false);
    const caller = shut.identify(undefined, '10.0.0.1');
    expect(isRefusal(caller) || shut.refuse(caller, 'read')).toMatchObject({ status: 401, code: 'key_required' });
  });

  it('wants a key from the first one on, also where it was open', async () => {
    const door = await doorkeeper([DOCUMENT], true);
    const caller = door.identify(undefined, '127.0.0.1');
    expect(isRefusal(caller) || door.refuse(caller, 'ingest')).toMatchObject({ status: 401 });
    const ann = door.identify(`Bearer ${key.text}`, '127.0.0.1');
    if (isRefusal(ann)) throw new Error(ann.message);
    expect(ann).toMatchObject({ actor: 'key ann', keyId: key.id });
    expect([door.refuse(ann, 'read'), door.refuse(ann, 'manage')?.code, door.refuse(ann, 'ingest')?.status]).toEqual([
      undefined,
      'role_missing',
      403,
    ]);
  });

  it('slows down who tries wrong keys, and never a right key at the same address', async () => {
    const door = await doorkeeper([DOCUMENT], false);
    const tries = [1, 2, 3].map(() => door.identify('Bearer guess', '10.0.0.1'));
    expect(tries).toMatchObject([{ status: 401 }, { status: 401 }, { status: 429, headers: { 'retry-after': '60' } }]);
    expect(door.identify(`Bearer ${key.text}`, '10.0.0.1')).toMatchObject({ role: 'read' });
  });

  it('is shut while nobody could read the keys', () => {
    const keys = new KeyRing(async () => [], log);
    const limits = new Limits({
      perKey: none,
      perAddress: none,
      connectionsPerAddress: 0,
      wrongKeysPerMinute: 2,
      now: () => 0,
      onTableFull: () => undefined,
    });
    expect(new Doorkeeper({ keys, limits, openWithoutKeys: true, now: () => 0 }).identify(undefined, '::1')).toMatchObject({ status: 503 });
  });
});

describe('listeners', () => {
  const at = (host: string, guarded = false) => ({ setting: 'LOGWEIR_API_HOST', host, guarded, remedy: 'make a key' });

  it.each(['127.0.0.1', '127.1.2.3', 'localhost', '::1', '[::1]'])('at %s are for this machine', (host) => {
    expect([isLoopback(host), checkListeners([at(host)], false)]).toEqual([true, []]);
  });

  it.each(['0.0.0.0', '::', '10.0.0.1', 'logs.example', 'localhost.example', '127.example'])(
    'at %s are for others, and need a guard',
    (host) => {
      expect(() => checkListeners([at(host)], false)).toThrow(/LOGWEIR_API_HOST=.*make a key.*LOGWEIR_ACCESS_OPEN=true/);
      expect(checkListeners([at(host, true)], false)).toEqual([]);
      expect(checkListeners([at(host)], true)).toHaveLength(1);
    },
  );
});

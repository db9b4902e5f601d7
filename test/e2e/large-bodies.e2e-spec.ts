/**
 * Bodies that are refused before they are over. A server that answers and closes resets the connection under a client that is
 * still writing, and the client then loses the answer in about every second case.
 */
import net from 'node:net';
import { pipeline } from 'node:stream/promises';
import { ask, type Asked, JSON_TYPE, keyCommand } from '../support/attack.js';
import { type Hub, hostPort, startHub, temporaryFolder } from '../support/hub.js';

const MIB = 1024 * 1024;
const PIECE = Buffer.alloc(MIB, ' ');
const PIECES = Array.from({ length: 20 }, () => PIECE);
const keys: Record<string, string> = {};
let hub: Hub;

beforeAll(async () => {
  const dataDir = temporaryFolder();
  for (const role of ['ingest', 'read'])
    keys[role] = (await keyCommand({ LOGWEIR_DATA_DIR: dataDir }, 'create', '--name', role, '--role', role)).out;
  hub = await startHub({ dataDir, env: { LOGWEIR_INTAKE_MAX_BODY: '64KiB' } });
});

afterAll(() => hub.stop());

const port = (door: string): number => hostPort(hub.addresses[door]).port;
const bearer = (who: string): Record<string, string> => (who === 'nobody' ? {} : { authorization: `Bearer ${keys[who] ?? ''}` });

describe('a large body', () => {
  it.each([
    ['nobody', 'intake', '/ingest', 401, 'key_required'],
    ['read', 'intake', '/ingest', 403, 'role_missing'],
    ['ingest', 'intake', '/ingest', 413, 'body_too_large'],
    ['nobody', 'api', '/api/v1/logs', 401, 'key_required'],
    ['read', 'api', '/api/v1/logs', 413, 'body_too_large'],
  ])('of %s at %s %s gets %i, %s, whenever the client looks', async (who, door, path, status, code) => {
    const send = (body: Asked['body'], headers = {}) =>
      ask(port(door), { method: 'POST', path, headers: { ...JSON_TYPE, ...bearer(who), ...headers }, body });
    for (let round = 0; round < 60; round += 1) {
      expect(await send(Buffer.concat(PIECES))).toMatchObject({ status, code });
      expect(await send(PIECES, { 'transfer-encoding': 'chunked' })).toMatchObject({ status, code });
    }
  });

  it('is cut when it does not end', async () => {
    const socket = net.connect(port('intake'), '127.0.0.1');
    const endless = function* () {
      yield `POST /ingest HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 1000000000\r\n\r\n`;
      for (let sent = 0; sent < 1_000; sent += 1) yield PIECE;
    };
    await expect(pipeline(endless, socket)).rejects.toThrow();
    expect(socket.bytesWritten / MIB).toBeLessThan(64);
  });
});

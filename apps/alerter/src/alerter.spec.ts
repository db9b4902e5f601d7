import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { RunningService } from '#libs/service';
import type { ReadinessReport } from '#libs/telemetry';
import { eventually } from '../../../test/support/eventually.js';
import { startAlerter } from './alerter.js';

const HOST = '127.0.0.1';
let alerter: RunningService;
const address = () => alerter.addresses['alerter'] ?? '';
afterEach(() => alerter.close());

async function readiness(): Promise<{ status: number; report: ReadinessReport }> {
  const response = await fetch(`${address()}/readyz`);
  return { status: response.status, report: (await response.json()) as ReadinessReport };
}

describe('the alerter', () => {
  it('is alive and ready without Redis', async () => {
    alerter = await startAlerter({ host: HOST, port: 0 });
    expect((await fetch(`${address()}/healthz`)).status).toBe(200);
    expect(await readiness()).toEqual({ status: 200, report: { ready: true, parts: {} } });
  });

  it('is not ready while its Redis is away, and says where it looked without the password', async () => {
    alerter = await startAlerter({ host: HOST, port: 0, redisUrl: 'redis://:secret@127.0.0.1:1' });
    const { status, report } = await readiness();
    expect(status).toBe(503);
    expect(report.parts['redis']?.reason).toMatch(
      /^Redis at redis:\/\/127\.0\.0\.1:1 does not answer \(.+\): start it, or change LOGWEIR_REDIS_URL$/,
    );
  });

  it('is ready when its Redis answers', async () => {
    const redis = await startRedis();
    alerter = await startAlerter({ host: HOST, port: 0, redisUrl: `redis://${HOST}:${redis.port}` });
    await eventually(async () => expect((await readiness()).status).toBe(200));
    redis.close();
  });

  it('names the setting of a port that is taken', async () => {
    alerter = await startAlerter({ host: HOST, port: 0 });
    const port = Number(new URL(address()).port);
    await expect(startAlerter({ host: HOST, port })).rejects.toThrow(`LOGWEIR_API_PORT: cannot listen on ${HOST}:${port}`);
  });
});

/** As much of Redis as a client needs to become ready: INFO, and whatever else is answered as PING is. */
async function startRedis(): Promise<{ port: number; close: () => void }> {
  const sockets: Socket[] = [];
  const server: Server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      for (const [, command = ''] of bytes.toString().matchAll(/\*\d+\r\n\$\d+\r\n(\w+)\r\n/g)) {
        socket.write(command.toLowerCase() === 'info' ? '$9\r\nloading:0\r\n' : '+PONG\r\n');
      }
    });
  });
  server.listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    close: () => {
      sockets.forEach((socket) => socket.destroy());
      server.close();
    },
  };
}

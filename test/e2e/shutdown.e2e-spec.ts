import { type EventEmitter, once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import fluent from 'fluent-logger';
import { startAlone } from '#apps/ingest/src/alone';
import { loadSettings } from '#libs/config';
import { encodeMessagePack } from '#libs/protocols/forward';
import type { ReadinessReport } from '#libs/telemetry';
import { freePort } from '../../bench/rig.js';
import { eventually } from '../support/eventually.js';
import { ALL_DOORS, type IngestFixture, Line, openFixture } from '../support/ingest-fixture.js';

const SECONDS = Math.floor(Date.now() / 1_000);
const packed = (...logs: string[]): Buffer => Buffer.concat(logs.map((log) => encodeMessagePack([SECONDS, { log }])));
const chunkOf = (id: string, ...logs: string[]): Buffer => encodeMessagePack(['t', packed(...logs), { chunk: id }]);
const ack = (id: string): Buffer => encodeMessagePack({ ack: id });

describe('doors that close', () => {
  let fixture: IngestFixture;

  beforeEach(async () => (fixture = await openFixture({ LOGWEIR_JSON_MAX_CONNECTIONS: '2' })));
  afterEach(() => fixture.close());

  const stored = (messages: readonly string[]): Promise<void> =>
    eventually(() => expect(fixture.store.messages.toSorted()).toEqual(messages.toSorted()));

  it('acknowledge every chunk that came before the half-close, in order', async () => {
    const sender = await Line.to(fixture.port('forward'));
    const ids = Array.from({ length: 100 }, (_, at) => `chunk-${String(at).padStart(3, '0')}`);
    sender.socket.write(Buffer.concat(ids.map((id) => chunkOf(id, `in ${id}`))));
    await fixture.restart();
    await eventually(() => expect(sender.received).toEqual(Buffer.concat(ids.map(ack))));
    expect(sender.ended).toBe(true);
    await stored(ids.map((id) => `in ${id}`));
  });

  it('wait for the rest of a chunk that has begun, and acknowledge it', async () => {
    const sender = await Line.to(fixture.port('forward'));
    const frame = chunkOf('halves', 'in two halves');
    sender.socket.write(frame.subarray(0, 20));
    await eventually(async () => expect(await fixture.metric('logweir_source_bytes_total')).toBe(20));
    const closed = fixture.restart();
    await pause(300);
    sender.socket.write(frame.subarray(20));
    await eventually(() => expect(sender.received).toEqual(ack('halves')));
    await eventually(() => expect(sender.ended).toBe(true));
    await closed;
    await stored(['in two halves']);
  });

  it.each([
    ['forward', (log: string) => encodeMessagePack(['t', SECONDS, { log }])],
    ['json', (log: string) => Buffer.from(`${JSON.stringify({ message: log })}\n`)],
  ])('at %s store every line of senders that go on until they hear of the half-close, each once', async (door, encode) => {
    const senders = await Promise.all([0, 1].map(() => Line.to(fixture.port(door))));
    const sent: string[] = [];
    const sending = senders.map(async ({ socket }, sender) => {
      const heard = once(socket, 'end');
      let isOver = false;
      void heard.then(() => (isOver = true));
      for (let n = 0; !isOver; n++) {
        sent.push(`${sender}/${n}`);
        if (!socket.write(encode(`${sender}/${n}`))) await Promise.race([once(socket, 'drain'), heard]);
        await pause(1);
      }
      socket.end();
    });
    await eventually(() => expect(fixture.store.records.length).toBeGreaterThan(20));
    await fixture.restart();
    await Promise.all(sending);
    await stored(sent);
  });

  it('do not make two lines of one that the half-close cuts', async () => {
    const sender = await Line.to(fixture.port('json'));
    sender.socket.write('{"message":"before ');
    await eventually(async () => expect(await fixture.metric('logweir_source_bytes_total')).toBe(19));
    const closed = fixture.restart();
    await eventually(() => expect(sender.ended).toBe(true));
    sender.socket.end('and after"}');
    await closed;
    await stored(['before and after']);
  });

  it('read connections that had to wait for a place', async () => {
    const lines = [];
    for (const n of [1, 2, 3, 4])
      lines.push(await Line.to(fixture.port('json')).then((line) => (line.socket.write(`{"message":"m${n}"}\n`), line)));
    await stored(['m1', 'm2']);
    await fixture.restart();
    await stored(['m1', 'm2', 'm3', 'm4']);
    for (const { socket } of lines) socket.destroy();
  });

  it('answer an HTTP request that is under way, and keep no connection', async () => {
    const agent = new http.Agent({ keepAlive: true });
    const options = {
      port: fixture.port('intake'),
      path: '/ingest',
      method: 'POST',
      agent,
      headers: { 'content-type': 'application/x-ndjson' },
    };
    const outgoing = http.request({ ...options, host: '127.0.0.1' });
    outgoing.write('{"message":"slow ');
    await eventually(async () => expect(await fixture.metric('logweir_source_connections{source="http"}')).toBe(1));
    const closed = fixture.restart();
    await pause(300);
    outgoing.end('body"}\n');
    const [response] = (await once(outgoing, 'response')) as [http.IncomingMessage];
    expect(response.statusCode).toBe(200);
    response.resume();
    const began = performance.now();
    await closed;
    expect(performance.now() - began).toBeLessThan(3_000);
    await stored(['slow body']);
    agent.destroy();
  });
});

describe('ingest that restarts', () => {
  it('loses nothing of a fluent-logger with acks, and stores nothing twice', async () => {
    const port = await freePort();
    const fixture = await openFixture({ LOGWEIR_FORWARD_PORT: String(port) });
    const sender = fluent.createFluentSender('node', {
      host: '127.0.0.1',
      port,
      requireAckResponse: true,
      ackResponseTimeout: 5_000,
      reconnectInterval: 50,
      internalLogger: { info: () => undefined, error: () => undefined },
    });
    // It reports each cut as an error, and then tries again.
    (sender as unknown as EventEmitter).on('error', () => undefined);
    const sent: string[] = [];
    let over = false;
    const sending = (async () => {
      for (let n = 0; !over; n++) {
        sent.push(`line ${n}`);
        sender.emit('label', { log: `line ${n}` });
        await pause(2);
      }
    })();
    for (const times of [1, 2, 3]) {
      await eventually(() => expect(fixture.store.records.length).toBeGreaterThan(times * 50));
      await fixture.restart();
    }
    over = true;
    await sending;
    const messages = (): string[] => fixture.store.sent.map(({ message }) => message).toSorted();
    await eventually(() => expect(messages()).toEqual(sent.toSorted()), 20_000);
    await new Promise<void>((resolve) => sender.end('label', { log: 'the last one' }, () => resolve()));
    // Its `end` half-closes, and what it then waits for would keep the process from ending.
    (sender as unknown as { readonly _socket: Socket | null })._socket?.destroy();
    await fixture.close();
  }, 60_000);
});

describe('a process that drains', () => {
  it('says so to balancers while its doors are open, and goes on saying so until they are closed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'logweir-drain-'));
    const env = { ...ALL_DOORS, LOGWEIR_API_PORT: '0', LOGWEIR_DATA_DIR: folder, LOGWEIR_LOG_LEVEL: 'error' };
    const settings = loadSettings({ env, readFile: () => undefined });
    const service = await startAlone({ settings, write: () => undefined, env: {}, now: Date.now });
    const ready = async (): Promise<readonly [number, ReadinessReport['status']]> => {
      const response = await fetch(`${service.addresses['operations']}/readyz`);
      return [response.status, ((await response.json()) as ReadinessReport).status];
    };
    const door = Number(new URL((service.addresses['json'] ?? '').replace('tcp:', 'http:')).port);
    expect(await ready()).toEqual([200, 'ready']);
    service.drain();
    expect(await ready()).toEqual([503, 'draining']);
    const sender = await Line.to(door);
    sender.socket.write('{"message":"still ');
    await pause(50);
    const closed = service.close();
    await eventually(() => expect(sender.ended).toBe(true));
    expect(await ready()).toEqual([503, 'draining']);
    await expect(Line.to(door)).rejects.toThrow('ECONNREFUSED');
    sender.socket.end('taken"}\n');
    await closed;
    await expect(ready()).rejects.toThrow('fetch failed');
    rmSync(folder, { recursive: true });
  }, 30_000);
});

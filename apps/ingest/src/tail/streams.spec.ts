import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseQuery } from '#libs/query';
import { EventDecoder, type TailCall, type TailMessage } from '#libs/tail';
import { Streams } from './streams.js';
import { messagesOf, quiet, TailStage } from './tail.fixture.js';

describe('streams to other processes', () => {
  let stage: TailStage;
  let server: Server;
  let streams: Streams;
  let call: (message: TailMessage) => void;
  const got: string[] = [];
  let requests = 0;

  beforeEach(async () => {
    got.length = requests = 0;
    stage = await TailStage.begin(1 << 20);
    server = createServer((request, response) => {
      requests++;
      const decoder = new EventDecoder();
      request.on('data', (bytes: Buffer) => {
        for (const event of decoder.push(bytes)) if (event.kind === 'records') got.push(...messagesOf(event).map(([, message]) => message));
      });
      request.on('end', () => response.end());
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const subscribe = async (_: string, heard: (message: unknown) => void) => {
      call = heard;
      return { close: async () => undefined };
    };
    streams = new Streams({ coordination: { subscribe }, tail: stage.tail(), log: quiet, now: () => performance.now() });
  });
  afterEach(async () => {
    await streams.close();
    server.closeAllConnections();
    server.close();
    await stage.close();
  });

  const tail = (): TailCall => ({
    kind: 'call',
    id: 'a',
    secret: 's',
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    query: parseQuery(''),
    nowNs: '0',
    sinceNs: '0',
    places: {},
    turnMs: 10_000,
  });

  it('sends what is on disk before the process ends', async () => {
    const sent = Array.from({ length: 200 }, (_, n) => `line ${n}`);
    for (const message of sent) await stage.plain(message);
    call(tail());
    await streams.close();
    expect(got).toEqual(sent);
    expect(requests).toBe(1);
  });

  it('does not wait long for one who takes nothing', async () => {
    server.removeAllListeners('request');
    await stage.plain('x'.repeat(1 << 20));
    call(tail());
    const began = performance.now();
    await streams.close();
    expect(performance.now() - began).toBeLessThan(3_000);
    expect(got).toEqual([]);
  });
});

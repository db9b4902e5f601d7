import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseQuery } from '#libs/query';
import { encodeEvent, type TailCall, type TailEvent, type TailFeed, type TailMessage } from '#libs/tail';
import { ClusterTails } from './cluster-tails.js';

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const recordAt = (position: number) => ({ position, from: position, source: Buffer.from(`{"event":{"sequence":${position}}}`) });
const recordsAt = (...positions: number[]): TailEvent => {
  const behind = (positions.at(-1) ?? 0) + 1;
  return { kind: 'records', node: 'n', place: { position: behind, from: behind }, records: positions.map(recordAt) };
};

describe('ClusterTails', () => {
  let server: Server;
  let tails: ClusterTails;
  let feed: TailFeed;
  const published: TailMessage[] = [];

  beforeEach(async () => {
    published.length = 0;
    server = createServer((request, response) => {
      if (!tails.receive(request, response)) response.writeHead(204).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const publish = (_: string, message: unknown): Promise<void> => Promise.resolve(void published.push(message as TailMessage));
    tails = new ClusterTails({
      coordination: { publish },
      url: () => url,
      requestTimeoutMs: 30_000,
      log: quiet,
      now: () => performance.now(),
    });
    feed = tails.open({ query: parseQuery('level:error'), nowNs: 7n, places: { n: { position: 5, from: 4 } } });
  });
  afterEach(async () => {
    feed.close();
    server.close();
    await once(server, 'close');
  });

  const call = (): TailCall => published.find((message): message is TailCall => message.kind === 'call') as TailCall;
  const post = async (events: readonly TailEvent[], secret = call().secret): Promise<number> => {
    const headers = { 'content-type': 'application/x-ndjson', 'x-logweir-tail': secret, 'x-logweir-node': 'n' };
    return (await fetch(`${call().url}${call().id}`, { method: 'POST', headers, body: Buffer.concat(events.map(encodeEvent)) })).status;
  };

  it('calls for a tail with all that a node needs, and says when it has ended', () => {
    expect(call()).toMatchObject({ query: parseQuery('level:error'), nowNs: '7', places: { n: { position: 5, from: 4 } }, turnMs: 10_000 });
    feed.close();
    expect(published.at(-1)).toEqual({ kind: 'end', id: call().id });
  });

  it('takes what a node sends with the secret of the tail, and nothing with another', async () => {
    for (const secret of ['', 'guess', `${call().secret}x`, call().secret.slice(1)]) expect(await post([recordsAt(6)], secret)).toBe(404);
    expect(await post([recordsAt(7)])).toBe(200);
    expect(await feed.next()).toEqual(recordsAt(7));
  });

  it('leaves other requests to others, and refuses who comes for a tail that has ended', async () => {
    const { url, id } = call();
    expect((await fetch(`${url}${id}`)).status).toBe(204);
    feed.close();
    expect(await post([recordsAt(7)])).toBe(404);
  });

  it('tells records that a node sends twice once', async () => {
    await post([recordsAt(6, 7)]);
    await post([recordsAt(7, 9)]);
    await post([recordsAt(6)]);
    await post([recordsAt(10)]);
    const told: number[] = [];
    for (let n = 0; n < 3; n++) {
      const event = await feed.next();
      if (event?.kind === 'records') told.push(...event.records.map(({ position }) => position));
    }
    expect(told).toEqual([6, 7, 9, 10]);
  });

  it('lets a node wait while nobody takes what it sent', async () => {
    const large: TailEvent = { ...recordsAt(8), records: [{ ...recordAt(8), source: Buffer.alloc(600 * 1024, 120) }] } as TailEvent;
    let isAnswered = false;
    const answered = post([large]).then((status) => ((isAnswered = true), status));
    const more = await Promise.race([answered, new Promise((resolve) => setTimeout(resolve, 300, 'waits'))]);
    expect([more, isAnswered]).toEqual(['waits', false]);
    await feed.next();
    expect(await answered).toBe(200);
  });
});

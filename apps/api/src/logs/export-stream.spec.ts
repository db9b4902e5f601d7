import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseQuery } from '#libs/query';
import type { ExportChunk, ExportRequest } from '#libs/store';
import { type ExportCut, ExportStream } from './export-stream.js';

const request: ExportRequest = { query: parseQuery(''), fromNs: 0n, toNs: 1n, format: 'ndjson', order: 'asc' };
/** Longer than a busy machine keeps a client from reading. */
const STALLED_MS = 1_000;
const BLOCK = 256 * 1024;
const BLOCKS = 128;

describe('an export to a client that does not read', () => {
  let server: Server;
  let response: IncomingMessage;
  let sending: Promise<ExportCut | undefined>;
  let isReaderFree: boolean;
  let sent: number;

  /** Far more than sockets hold. */
  async function* blocks(): AsyncGenerator<ExportChunk> {
    try {
      for (let n = 0; n < BLOCKS; n++) yield { bytes: Buffer.alloc(BLOCK, 'x'), records: 1 };
    } finally {
      isReaderFree = true;
    }
  }

  beforeEach(async () => {
    isReaderFree = false;
    sent = 0;
    const answer = new Promise<ExportCut | undefined>((resolve) => {
      server = createServer((_, to) => {
        const stream = new ExportStream({ request, response: to, stalledMs: STALLED_MS, onSent: ({ bytes }) => (sent += bytes.length) });
        resolve(stream.send(blocks()));
      });
    });
    sending = answer;
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const asking = get({ port: (server.address() as AddressInfo).port, agent: false });
    [response] = (await once(asking, 'response')) as [IncomingMessage];
    response.on('error', () => undefined);
  });
  afterEach(() => {
    response.destroy();
    server.close();
  });

  it('is cut when nothing was taken for so long: the connection breaks off, and the store is read no more', async () => {
    const began = performance.now();
    const cut = await sending;
    expect(performance.now() - began).toBeGreaterThanOrEqual(STALLED_MS - 50);
    expect(cut).toEqual({ by: 'stalled', records: sent / BLOCK, reason: 'the client took nothing for 1 s' });
    expect(isReaderFree).toBe(true);
    const closed = new Promise((resolve) => response.once('close', resolve));
    response.resume();
    await closed;
    expect(response.complete).toBe(false);
  });

  it('goes on for one that reads slowly', async () => {
    let read = 0;
    const closed = new Promise((resolve) => response.once('close', resolve));
    response.on('data', (part: Buffer) => {
      read += part.length;
      response.pause();
      setTimeout(() => response.resume(), 5);
    });
    const began = performance.now();
    expect(await sending).toBeUndefined();
    await closed;
    expect(performance.now() - began).toBeGreaterThan(2 * STALLED_MS);
    expect(read).toBe(BLOCKS * BLOCK + `{"logweir":{"complete":true,"records":${BLOCKS}}}\n`.length);
    expect(response.complete).toBe(true);
  });
});

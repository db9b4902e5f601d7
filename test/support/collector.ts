import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';

export interface Collected {
  readonly atMs: number;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Receives webhooks and remembers them; can be told to answer otherwise, and be away for a while on the same port. */
export class Collector {
  readonly requests: Collected[] = [];
  /** What it answers: a status, or nothing at all. */
  answer: (request: Collected) => number | 'hang' = () => 200;
  private server: Server | undefined;
  private port = 0;

  get url(): string {
    return `http://127.0.0.1:${this.port}/hook`;
  }

  /** JSON bodies in the order of arrival, those that were answered with success. */
  readonly accepted: Collected[] = [];

  async open(): Promise<this> {
    const server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const collected: Collected = {
          atMs: Date.now(),
          path: request.url ?? '',
          headers: request.headers,
          body: Buffer.concat(parts).toString(),
        };
        this.requests.push(collected);
        const answer = this.answer(collected);
        if (answer === 'hang') return;
        if (answer < 300) this.accepted.push(collected);
        response.writeHead(answer).end();
      });
    });
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
    return this;
  }

  async close(): Promise<void> {
    this.server?.closeAllConnections();
    this.server?.close();
    if (this.server !== undefined) await once(this.server, 'close');
    this.server = undefined;
  }
}

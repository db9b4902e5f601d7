import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What a server does with a request: answers, keeps silent, hangs up, or writes what is no HTTP. */
export type Behaviour = Answer | 'silent' | 'hang up' | 'garbage';

/** A real server on loopback that writes down what it is sent. */
export class TestServer {
  readonly received: Received[] = [];
  behaviour: Behaviour = {};
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        this.received.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString('utf8') });
        const { behaviour } = this;
        if (behaviour === 'silent') return;
        if (typeof behaviour === 'string') return misbehave(request.socket, behaviour);
        response.writeHead(behaviour.status ?? 200, behaviour.headers ?? {});
        response.end(behaviour.body ?? '');
      });
    });
  }

  async start(): Promise<void> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

function misbehave(socket: Socket, how: 'hang up' | 'garbage'): void {
  if (how === 'garbage') socket.end('\u0000\u0001 this is not HTTP\r\n\r\n');
  else socket.destroy();
}

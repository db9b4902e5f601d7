import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  readonly method: string;
  /** With the query string. */
  readonly path: string;
  readonly authorization: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Said {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface HttpDouble {
  readonly url: string;
  /** Every request, in order. */
  readonly asked: Asked[];
  close(): Promise<void>;
}

/** A real HTTP server on a free port that answers as `answer` says and remembers what it was asked. */
export async function startHttpDouble(answer: (asked: Asked) => Said): Promise<HttpDouble> {
  const asked: Asked[] = [];
  const server = createServer((incoming, outgoing) => {
    void read(incoming).then((request) => {
      asked.push(request);
      const { status, body, headers = {} } = answer(request);
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      outgoing.writeHead(status, { 'content-type': 'application/json', ...headers }).end(request.method === 'HEAD' ? undefined : text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function read(incoming: IncomingMessage): Promise<Asked> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const { method = '', url = '', headers } = incoming;
  return { method, path: url, authorization: headers.authorization ?? '', headers, body: Buffer.concat(chunks).toString('utf8') };
}

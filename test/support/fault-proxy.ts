import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Fault =
  | 'none'
  /** The connection ends before the server sees anything. */
  | 'cut before'
  /** The server does it all, and its answer gets lost. */
  | 'cut after'
  /** No answer ever comes, and the server sees nothing. */
  | 'hang'
  /** The server does it all, and its answer comes late. */
  | { readonly delayMs: number }
  /** The server does it all; of its answer only so many bytes come, then the connection ends. */
  | { readonly cutAt: number }
  /** The server does it all, and something on the way changes what it says. */
  | { readonly rewrite: (answer: Buffer) => Buffer | string }
  /** Something on the way answers instead of the server. */
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string };

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export interface FaultProxy {
  readonly url: string;
  /** Base URL of the server behind. */
  target: string;
  /** What happens to the next requests whose path has `/_bulk`; a function is asked about every request. */
  fault: Fault | ((asked: Asked) => Fault);
  /** Bodies of bulk requests that met a fault or went through, in bytes. */
  readonly seen: number[];
  /** Requests that met a fault. */
  met: number;
  /** Requests that the server behind has, and has not answered. */
  underWay: number;
  close(): Promise<void>;
}

/** An HTTP proxy that breaks in a chosen way; on a free port, where none is named. */
export async function startFaultProxy(target: string, port = 0): Promise<FaultProxy> {
  const seen: number[] = [];
  const server = createServer((incoming, outgoing) => void answer(proxy, incoming, outgoing));
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const proxy: FaultProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    target,
    fault: 'none',
    seen,
    met: 0,
    underWay: 0,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return proxy;
}

async function answer(proxy: FaultProxy, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const asked = await readRequest(incoming).catch(() => undefined);
  if (asked === undefined) return void outgoing.destroy();
  const isBulk = asked.path.includes('/_bulk');
  if (isBulk) proxy.seen.push(asked.body.length);
  const fault = faultFor(proxy, asked, isBulk);
  if (fault !== 'none') proxy.met += 1;
  if (fault === 'hang') return;
  if (fault === 'cut before') return void outgoing.destroy();
  if (typeof fault === 'object' && 'status' in fault) return void outgoing.writeHead(fault.status, fault.headers).end(fault.body);
  proxy.underWay += 1;
  forward(proxy.target, asked, (upstream, body) => reply(fault, upstream, body, outgoing))
    .on('error', () => outgoing.destroy())
    .on('close', () => (proxy.underWay -= 1));
}

function faultFor({ fault }: FaultProxy, asked: Asked, isBulk: boolean): Fault {
  if (typeof fault === 'function') return fault(asked);
  return isBulk ? fault : 'none';
}

async function readRequest(incoming: IncomingMessage): Promise<Asked> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const { method = 'GET', url: path = '/', headers } = incoming;
  return { method, path, headers, body: Buffer.concat(chunks) };
}

function reply(fault: Fault, upstream: IncomingMessage, body: Buffer, outgoing: ServerResponse): void {
  if (fault === 'cut after') return void outgoing.destroy();
  const { statusCode = 500 } = upstream;
  const { 'transfer-encoding': _, ...headers } = upstream.headers;
  if (typeof fault === 'object' && 'cutAt' in fault) {
    outgoing.writeHead(statusCode, { ...headers, 'content-length': body.length });
    return void outgoing.write(body.subarray(0, fault.cutAt), () => outgoing.destroy());
  }
  const text = typeof fault === 'object' && 'rewrite' in fault ? Buffer.from(fault.rewrite(body)) : body;
  const send = (): void => void outgoing.writeHead(statusCode, { ...headers, 'content-length': text.length }).end(text);
  if (typeof fault === 'object' && 'delayMs' in fault) setTimeout(send, fault.delayMs);
  else send();
}

function forward(target: string, { method, path, headers, body }: Asked, done: (upstream: IncomingMessage, text: Buffer) => void) {
  const options = { method, headers: { ...headers, 'content-length': body.length } };
  const upstream = request(new URL(path, target), options, (response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('end', () => done(response, Buffer.concat(chunks)));
  });
  upstream.end(body);
  return upstream;
}

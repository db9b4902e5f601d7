import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What happens to the next requests whose path has `/_bulk`; everything else goes through. */
export type Fault =
  | 'none'
  /** The connection ends before the server sees anything. */
  | 'cut before'
  /** The server does it all, and its answer gets lost. */
  | 'cut after'
  /** The server does it all, and its answer comes late. */
  | { readonly delayMs: number }
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string };

export interface FaultProxy {
  readonly url: string;
  /** Base URL of the server behind. */
  target: string;
  fault: Fault;
  /** Bodies of requests that met a fault or went through, in bytes. */
  readonly seen: number[];
  close(): Promise<void>;
}

/** An HTTP proxy on a free port that breaks in a chosen way. */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const seen: number[] = [];
  const server = createServer((incoming, outgoing) => void answer(proxy, incoming, outgoing));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: FaultProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    target,
    fault: 'none',
    seen,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return proxy;
}

async function answer(proxy: FaultProxy, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const isBulk = (incoming.url ?? '').includes('/_bulk');
  if (isBulk) proxy.seen.push(body.length);
  const fault = isBulk ? proxy.fault : 'none';
  if (fault === 'cut before') return void outgoing.destroy();
  if (typeof fault === 'object' && 'status' in fault) return void outgoing.writeHead(fault.status, fault.headers).end(fault.body);
  forward(proxy.target, incoming, body, (upstream, text) => {
    if (fault === 'cut after') return void outgoing.destroy();
    const reply = () => outgoing.writeHead(upstream.statusCode ?? 500, upstream.headers).end(text);
    setTimeout(reply, typeof fault === 'object' ? fault.delayMs : 0);
  }).on('error', () => outgoing.destroy());
}

function forward(target: string, incoming: IncomingMessage, body: Buffer, done: (upstream: IncomingMessage, text: Buffer) => void) {
  const { method, headers, url = '/' } = incoming;
  const options = { headers: { ...headers, 'content-length': body.length }, ...(method !== undefined && { method }) };
  const upstream = request(new URL(url, target), options, (response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('end', () => done(response, Buffer.concat(chunks)));
  });
  upstream.end(body);
  return upstream;
}

import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { ConnectionCount } from '#libs/access';
import { errorBody } from './answers.js';
import type { TlsFiles } from './tls-files.js';

export interface ServerLimits {
  readonly maxConnections: number;
  /** For a whole request with its body. */
  readonly requestTimeoutMs: number;
  readonly keepAliveMs: number;
  /** Of one address; 0 means: as many as the server takes. */
  readonly connectionsPerAddress: number;
}

export interface LimitedServer {
  readonly server: Server;
  /** Whether this request came on a connection beyond those that its address may have. */
  readonly isOneTooMany: (socket: Duplex) => boolean;
}

/** A head that takes longer is a stuck or hostile client. */
const HEADERS_TIMEOUT_MS = 10_000;
/** Node looks for late requests only so often; its own 30 s would add to every limit. */
const LOOK_MS = 500;
/** Names, hosts, a key and a trace context fit; a long query is sent by POST. */
const MAX_HEAD_BYTES = 16 * 1024;

/** An HTTP server, over TLS where there are certificates, that gives a slow, oversized or malformed request the one error shape. */
export function createLimitedServer(limits: ServerLimits, tls: TlsFiles | undefined, listener: RequestListener): LimitedServer {
  const { requestTimeoutMs, keepAliveMs, maxConnections, connectionsPerAddress } = limits;
  const options = {
    requestTimeout: requestTimeoutMs,
    headersTimeout: Math.min(HEADERS_TIMEOUT_MS, requestTimeoutMs),
    keepAliveTimeout: keepAliveMs,
    connectionsCheckingInterval: LOOK_MS,
    maxHeaderSize: MAX_HEAD_BYTES,
  };
  const server: Server = tls === undefined ? createServer(options, listener) : createSecureServer({ ...options, ...tls.options }, listener);
  tls?.follow(server);
  server.maxConnections = maxConnections;
  server.on('clientError', refuse);
  const count = new ConnectionCount(connectionsPerAddress);
  const tooMany = new WeakSet<Duplex>();
  server.on(tls === undefined ? 'connection' : 'secureConnection', (socket) => {
    const { remoteAddress } = socket;
    if (count.enter(remoteAddress)) socket.once('close', () => count.leave(remoteAddress));
    else tooMany.add(socket);
  });
  return { server, isOneTooMany: (socket) => tooMany.has(socket) };
}

/** What Node's parser refuses never reaches a route. */
function refuse(error: NodeJS.ErrnoException, socket: Duplex & { readonly bytesWritten?: number }): void {
  if (!socket.writable || (socket.bytesWritten ?? 0) > 0) {
    socket.destroy();
    return;
  }
  const [status, message] = reasons[error.code ?? ''] ?? ['400 Bad Request', 'this is not an HTTP request'];
  const body = JSON.stringify(errorBody({ code: 'request_invalid', message }));
  const head = ['connection: close', 'content-type: application/json', `content-length: ${Buffer.byteLength(body)}`];
  socket.end(`HTTP/1.1 ${status}\r\n${head.join('\r\n')}\r\n\r\n${body}`);
}

const reasons: Readonly<Record<string, readonly [string, string]>> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'the head of the request is over 16 KiB; send long queries by POST'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['413 Payload Too Large', 'the extensions of the chunks are over 16 KiB'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'the request did not arrive in time'],
};

import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { errorAnswer } from '../errors.js';

/** Browsers, a dashboard and scrapers at once, with room; each connection costs a few tens of KiB. */
const MAX_CONNECTIONS = 512;
/** A head that takes longer is a stuck or hostile client. */
const HEADERS_TIMEOUT_MS = 10_000;
/** For a whole request with its body, which is small. */
const REQUEST_TIMEOUT_MS = 30_000;
/** Longer than the usual 60 s of proxies would race with them; shorter costs a handshake now and then. */
const KEEP_ALIVE_MS = 65_000;

export function limitConnections(server: Server): void {
  server.maxConnections = MAX_CONNECTIONS;
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.on('clientError', refuse);
}

/** What Node's parser refuses never reaches Express; it gets the same error shape. */
function refuse(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || socket.bytesWritten > 0) {
    socket.destroy();
    return;
  }
  const [status, message] = reasons[error.code ?? ''] ?? ['400 Bad Request', 'this is not an HTTP request'];
  const body = JSON.stringify(errorAnswer({ code: 'request_invalid', message }));
  socket.end(
    `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

const reasons: Readonly<Record<string, readonly [string, string]>> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'the head of the request is over 16 KiB; send long queries by POST'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'the request did not arrive in time'],
};

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Refusal } from '#libs/access';

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };

/** Sends it once; what comes after an answer is dropped. */
export function sendJson(response: ServerResponse, status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): void {
  sendText(response, status, `${JSON.stringify(body)}\n`, { ...JSON_TYPE, ...headers });
}

export function sendText(response: ServerResponse, status: number, text: string, headers: Readonly<Record<string, string>>): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { 'content-length': String(Buffer.byteLength(text)), ...headers });
  response.end(text);
}

/** Every answer that is not a success is `{error: {code, message, hint?}}`. */
export function errorBody({ code, message, hint }: Pick<Refusal, 'code' | 'message' | 'hint'>): { readonly error: object } {
  return { error: hint === undefined ? { code, message } : { code, message, hint } };
}

/**
 * The connection ends with it. A client that is still writing would meet a reset and lose the answer with it, so what it
 * sends is read and thrown away for a moment first (RFC 9112, section 9.6; `lingering_close` of nginx).
 */
export function sendRefusal(response: ServerResponse, refusal: Refusal): void {
  if (response.headersSent || response.destroyed) return;
  const text = `${JSON.stringify(errorBody(refusal))}\n`;
  const length = String(Buffer.byteLength(text));
  response.writeHead(refusal.status, { ...JSON_TYPE, 'content-length': length, connection: 'close', ...refusal.headers });
  if (!hasMore(response.req)) {
    response.end(text);
    return;
  }
  response.write(text);
  discardRest(response.req, () => response.end());
}

/** The largest batches that shippers send by default; a body that is larger still has the connection cut. */
const MOST_DISCARDED_BYTES = 32 * 1024 * 1024;
/** Nobody is writing any more; one who writes a byte now and then meets the time limit of the request. */
const QUIET_MS = 500;

const hasMore = ({ headers, complete, destroyed }: IncomingMessage): boolean =>
  !complete && !destroyed && (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0);

function discardRest(request: IncomingMessage, done: () => void): void {
  let bytes = 0;
  // A process that was held up finds the timer due before it has read what came meanwhile.
  const look = (before: number): void => void setImmediate(() => bytes === before && done());
  const timer = setTimeout(() => look(bytes), QUIET_MS);
  request.on('data', (piece: Buffer) => {
    bytes += piece.length;
    timer.refresh();
    if (bytes > MOST_DISCARDED_BYTES) done();
  });
  request.once('close', () => {
    clearTimeout(timer);
    done();
  });
  request.resume();
}

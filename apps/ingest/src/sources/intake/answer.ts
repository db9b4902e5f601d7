import type { ServerResponse } from 'node:http';

/** An error of the HTTP door, in the shape of every error of the API. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export function sendJson(response: ServerResponse, status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): void {
  if (response.headersSent || response.destroyed) return;
  const text = `${JSON.stringify(body)}\n`;
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(text)),
    'x-content-type-options': 'nosniff',
    ...headers,
  });
  response.end(text);
}

export function refuse(response: ServerResponse, refusal: Refusal): void {
  sendJson(
    response,
    refusal.status,
    { error: { code: refusal.code, message: refusal.message } },
    { connection: 'close', ...refusal.headers },
  );
}

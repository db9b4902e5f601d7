import type { ServerResponse } from 'node:http';
import type { Refusal } from '#libs/access';

/** Sends it once; what comes after an answer is dropped. */
export function sendJson(response: ServerResponse, status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): void {
  sendText(response, status, `${JSON.stringify(body)}\n`, { 'content-type': 'application/json; charset=utf-8', ...headers });
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

/** The connection ends with it: what is left of the request is not read. */
export function sendRefusal(response: ServerResponse, refusal: Refusal): void {
  sendJson(response, refusal.status, errorBody(refusal), { connection: 'close', ...refusal.headers });
}

import { execFile } from 'node:child_process';
import http, { type IncomingHttpHeaders } from 'node:http';
import net from 'node:net';
import path from 'node:path';

const ROOT = path.join(import.meta.dirname, '../..');

export interface Asked {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Pieces are written one by one. */
  readonly body?: string | Buffer | readonly Buffer[] | undefined;
  /** Another loopback address, so that it is another client. */
  readonly from?: string;
}

export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Of the error; empty in any other answer. */
  readonly code: string;
}

export const JSON_TYPE = { 'content-type': 'application/json' };
export const RULE = JSON.stringify({ name: 'r', kind: 'match', query: 'x' });

/** What only a manager may ask. */
export const CHANGES: readonly Asked[] = [
  { method: 'POST', path: '/api/v1/rules', headers: JSON_TYPE, body: RULE },
  { method: 'PUT', path: '/api/v1/rules/r', headers: JSON_TYPE, body: RULE },
  { method: 'DELETE', path: '/api/v1/rules/r' },
  { method: 'POST', path: '/api/v1/silences', headers: JSON_TYPE, body: '{}' },
  { method: 'POST', path: '/api/v2/silences', headers: JSON_TYPE, body: '{}' },
  { method: 'DELETE', path: '/api/v2/silence/x' },
  { method: 'PUT', path: '/api/v1/receivers/x', headers: JSON_TYPE, body: '{}' },
  { method: 'POST', path: '/api/v1/receivers/x/test', headers: JSON_TYPE, body: '{}' },
  { method: 'POST', path: '/api/v1/alerts/x/acknowledge', headers: JSON_TYPE, body: '{"by":"me"}' },
  { method: 'POST', path: '/api/v1/dead-letters/replay', headers: JSON_TYPE, body: '{}' },
  { method: 'DELETE', path: '/api/v1/dead-letters/x' },
  { method: 'POST', path: '/api/v1/logs/delete', headers: JSON_TYPE, body: '{"q":"*"}' },
  { path: '/api/v1/audit' },
];

/** One request with exactly these headers, on a connection of its own. */
export function ask(port: number, { method = 'GET', path: to, headers = {}, body, from = '127.0.0.1' }: Asked): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path: to, method, headers, agent: false, localAddress: from } as const;
    const request = http.request(options, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('error', () => undefined);
      response.on('close', () => {
        const text = Buffer.concat(pieces).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, code: codeOf(text) });
      });
    });
    request.once('error', reject);
    if (!Array.isArray(body)) request.end(body);
    else {
      for (const piece of body) request.write(piece);
      request.end();
    }
  });
}

/** Bytes as they are, piece by piece with a pause between them, until the server closes. */
export function send(port: number, pieces: readonly (string | Buffer)[], everyMs = 0): Promise<Pick<Answered, 'status' | 'text' | 'code'>> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    const received: Buffer[] = [];
    const left = [...pieces];
    const next = (): void => {
      const piece = left.shift();
      if (piece === undefined || socket.destroyed) return;
      socket.write(piece);
      setTimeout(next, everyMs);
    };
    socket.on('connect', next);
    socket.on('data', (bytes) => received.push(bytes));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      left.length = 0;
      const text = Buffer.concat(received).toString('latin1');
      resolve({ status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0), text, code: codeOf(text.slice(text.indexOf('\r\n\r\n'))) });
    });
  });
}

function codeOf(text: string): string {
  return /"error":\{"code":"(\w+)"/.exec(text)?.[1] ?? '';
}

/** The key command as people run it, on the keys of a data folder. */
export function keyCommand(env: Readonly<Record<string, string>>, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    const all = { PATH: process.env['PATH'] ?? '', ...env };
    execFile(process.execPath, [path.join(ROOT, 'dist/apps/api/src/keys.js'), ...args], { cwd: ROOT, env: all }, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out: out.trim(), err });
    });
  });
}

import { request, type IncomingHttpHeaders } from 'node:http';
import type { ApiParts, ApiSettings } from '#apps/api/src/api-parts';
import { startApi, type RunningApi } from '#apps/api/src/api-server';
import { loadSettings } from '#libs/config';
import { formatTime } from '#libs/query';
import { Access } from '#libs/service';
import { JsonLogger, Metrics, Readiness } from '#libs/telemetry';
import { MemoryStore } from './memory-store.js';

export const NOW_MS = Date.UTC(2026, 10, 21, 12);
export const NOW_NS = BigInt(NOW_MS) * 1_000_000n;
export const SECOND_NS = 1_000_000_000n;
export const MINUTE_NS = 60n * SECOND_NS;

export interface Answer<Body = Record<string, never>> {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Body;
}

export interface ApiFixture {
  readonly api: RunningApi;
  readonly store: MemoryStore;
  readonly readiness: Readiness;
  /** What was logged. */
  readonly errors: string[];
}

export interface FixtureOptions extends Partial<Omit<ApiParts, 'settings'>> {
  readonly settings?: Partial<ApiSettings>;
  /** Settings besides those of the API; keys are in its data folder, if there is one. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The API as it runs, over a store in memory and a clock that stands at `NOW_MS`. */
export async function startFixture(options: FixtureOptions = {}): Promise<ApiFixture> {
  const { settings = {}, env = {}, ...parts } = options;
  const store = new MemoryStore(() => NOW_NS);
  const readiness = new Readiness(200);
  const metrics = new Metrics();
  const errors: string[] = [];
  const write = (line: string): void => void errors.push((JSON.parse(line) as { message: string }).message);
  const logger = new JsonLogger({ level: 'debug', write, now: () => NOW_MS });
  const all = loadSettings({ env: { LOGWEIR_API_PORT: '0', LOGWEIR_DATA_DIR: '/nonexistent/logweir', ...env }, readFile: () => undefined });
  const access = await Access.open({ settings: all, log: logger, metrics, now: () => NOW_MS });
  const api = await startApi({
    settings: { ...all.api, ...settings },
    access,
    audit: access.audit,
    node: 'n-1',
    reader: store,
    deleter: store,
    readiness,
    metrics,
    logger,
    now: () => NOW_MS,
    ...parts,
  });
  return { api, store, readiness, errors };
}

/** One record at `ns`, with the fields that the stores' own records have. */
export function addRecord(store: MemoryStore, ns: bigint, sequence: number, fields: Readonly<Record<string, unknown>> = {}): void {
  const text = formatTime(ns);
  store.add({ timestampNs: ns.toString(), sequence, node: 'n-1' }, { '@timestamp': text, message: `line ${sequence}`, ...fields });
}

/** Like `fetch`, but sends exactly the headers that are given, so that `Host` can be tried out. */
export function call<Body>(
  api: { readonly port: number },
  path: string,
  options: { readonly method?: string; readonly headers?: Record<string, string>; readonly body?: string } = {},
): Promise<Answer<Body>> {
  const { method = 'GET', headers = {}, body } = options;
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port: api.port, path, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      // Broken off behind its head.
      response.on('error', reject);
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: bodyOf(text, response.headers['content-type']) as Body,
        });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

export function post<Body>(api: { readonly port: number }, path: string, body?: unknown): Promise<Answer<Body>> {
  return call(api, path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

function bodyOf(text: string, type = ''): unknown {
  return type.startsWith('application/json') ? JSON.parse(text) : text;
}

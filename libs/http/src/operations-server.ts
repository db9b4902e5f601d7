/** Health, metrics and whatever else a process without the API has to answer for, at the address where the API would be. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Audit, type Caller, type Doorkeeper, isRefusal, type Refusal } from '#libs/access';
import type { Logger, Metrics, Readiness } from '#libs/telemetry';
import { setAnswerHeaders } from './answer-headers.js';
import { sendJson, sendRefusal, sendText } from './answers.js';
import { listen, urlHost } from './listen.js';
import { fromForeignPage } from './page-guard.js';
import { type Answer, paramsOf, RequestError, type Route } from './route.js';
import { createLimitedServer, type LimitedServer } from './server-limits.js';
import { TlsFiles, type TlsSettings } from './tls-files.js';

/** A corrected dead letter is the largest body: one record. */
const MAX_BODY_BYTES = 2 * 1024 * 1024;
const CLOSE_GRACE_MS = 2_000;
/** Probes and scrapers. */
const MAX_CONNECTIONS = 256;
const KEEP_ALIVE_MS = 65_000;

export interface OperationsOptions {
  /** Those of the API. */
  readonly settings: TlsSettings & {
    readonly host: string;
    readonly port: number;
    readonly allowedHosts: readonly string[];
    readonly requestTimeout: number;
  };
  readonly doorkeeper: Doorkeeper;
  readonly audit: Audit;
  readonly readiness: Readiness;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Wall clock, milliseconds since the epoch. */
  readonly now: () => number;
  /** Besides /healthz, /readyz and /metrics. */
  readonly routes?: readonly Route[];
}

export interface RunningOperations {
  readonly address: string;
  close(): Promise<void>;
}

/** Listens when it resolves; rejects with an error that names the setting. */
export async function startOperations(options: OperationsOptions): Promise<RunningOperations> {
  const { settings, doorkeeper, log } = options;
  const tls = TlsFiles.open(settings, { prefix: 'LOGWEIR_API', log });
  const operations = new Operations(options, tls !== undefined);
  const limits = {
    maxConnections: MAX_CONNECTIONS,
    requestTimeoutMs: settings.requestTimeout,
    keepAliveMs: KEEP_ALIVE_MS,
    connectionsPerAddress: doorkeeper.limits.connectionsPerAddress,
  };
  const limited: LimitedServer = createLimitedServer(limits, tls, (request, response) => {
    void operations.serve(request, response, limited.isOneTooMany(request.socket));
  });
  const { server } = limited;
  const port = await listen(server, settings, 'LOGWEIR_API_PORT').catch((error: unknown) => {
    server.close();
    server.emit('close');
    throw error;
  });
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    const deadline = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
    await closed;
    clearTimeout(deadline);
  };
  return { address: `${tls ? 'https' : 'http'}://${urlHost(settings.host)}:${port}`, close };
}

class Operations {
  private readonly routes: readonly Route[];

  constructor(
    private readonly options: OperationsOptions,
    private readonly overTls: boolean,
  ) {
    this.routes = [...healthRoutes(options), ...(options.routes ?? [])];
  }

  async serve(request: IncomingMessage, response: ServerResponse, isOneTooMany: boolean): Promise<void> {
    setAnswerHeaders(response, this.overTls);
    try {
      if (isOneTooMany) throw new RequestError(429, 'too_many_connections', 'this address has too many connections open');
      const answer = await this.answer(request);
      if (isRefused(answer)) this.refuse(response, answer);
      else send(response, answer);
    } catch (thrown) {
      this.refuse(response, this.refusalOf(thrown, request));
    }
  }

  private async answer(request: IncomingMessage): Promise<Answer | Refusal> {
    const { settings, doorkeeper } = this.options;
    const { headers } = request;
    const ours = settings.allowedHosts.includes(headers.host ?? '') && headers.origin === undefined;
    if (!ours && fromForeignPage(headers, settings.host)) {
      return { status: 403, code: 'foreign_page', message: 'a web page of another origin may not call this' };
    }
    const url = new URL(request.url ?? '/', 'http://here');
    const [route, params] = this.find(request.method ?? '', url.pathname);
    const caller = doorkeeper.identify(headers.authorization, request.socket.remoteAddress);
    if (route.role === 'anyone') return route.answer({ params, query: url.searchParams, body: undefined });
    if (isRefusal(caller)) return caller;
    const refusal = doorkeeper.refuse(caller, route.role);
    if (refusal) return refusal;
    const asked = { params, query: url.searchParams, body: route.method === 'GET' ? undefined : await readJson(request) };
    return route.action === undefined ? route.answer(asked) : this.change({ route, caller }, asked);
  }

  private find(method: string, path: string): [Route, Record<string, string>] {
    for (const route of this.routes) {
      const params = method === route.method || (method === 'HEAD' && route.method === 'GET') ? paramsOf(route, path) : undefined;
      if (params !== undefined) return [route, params];
    }
    throw new RequestError(404, 'route_not_found', `nothing is at ${method} ${path.slice(0, 200)}`);
  }

  private async change({ route, caller }: { route: Route; caller: Caller }, asked: Parameters<Route['answer']>[0]): Promise<Answer> {
    const { audit, now } = this.options;
    const target = Object.values(asked.params).join('/');
    const entry = { at: new Date(now()).toISOString(), actor: caller.actor, action: route.action ?? '', target };
    try {
      const answer = await route.answer(asked);
      await audit.append({ ...entry, outcome: 'done' });
      return answer;
    } catch (error) {
      await audit.append({ ...entry, outcome: 'refused', detail: { reason: (error as Error).message } });
      throw error;
    }
  }

  private refuse(response: ServerResponse, refusal: Refusal): void {
    this.options.metrics.accessRefused.inc({ code: refusal.code });
    sendRefusal(response, refusal);
  }

  private refusalOf(thrown: unknown, request: IncomingMessage): Refusal {
    if (thrown instanceof RequestError) return thrown;
    this.options.log.error('request failed', {
      method: request.method ?? '',
      path: (request.url ?? '').split('?', 1)[0] ?? '',
      error: thrown,
    });
    return { status: 500, code: 'internal', message: 'something went wrong here; the log of the process says what' };
  }
}

function isRefused(answer: Answer | Refusal): answer is Refusal {
  return 'code' in answer;
}

function send(response: ServerResponse, { status, body, type }: Answer): void {
  if (type !== undefined && typeof body === 'string') sendText(response, status, body, { 'content-type': type });
  else if (body === undefined) response.writeHead(status).end();
  else sendJson(response, status, body);
}

function healthRoutes({ readiness, metrics }: OperationsOptions): Route[] {
  const { registry } = metrics;
  const ready = async (): Promise<Answer> => {
    const report = await readiness.report();
    return { status: report.ready ? 200 : 503, body: report };
  };
  return [
    { method: 'GET', path: '/healthz', role: 'anyone', answer: () => ({ status: 200, body: { status: 'ok' } }) },
    { method: 'GET', path: '/readyz', role: 'anyone', answer: ready },
    {
      method: 'GET',
      path: '/metrics',
      role: 'read',
      answer: async () => ({ status: 200, type: registry.contentType, body: await registry.metrics() }),
    },
  ];
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > MAX_BODY_BYTES) throw new RequestError(413, 'body_too_large', `the body is over ${MAX_BODY_BYTES} bytes`);
    pieces.push(piece);
  }
  if (size === 0) return undefined;
  const [type = ''] = (request.headers['content-type'] ?? '').split(';', 1);
  if (type.trim().toLowerCase() !== 'application/json') {
    throw new RequestError(415, 'content_type_required', 'the body must be JSON and say so: content-type: application/json');
  }
  try {
    return JSON.parse(Buffer.concat(pieces).toString()) as unknown;
  } catch (error) {
    throw new RequestError(400, 'body_invalid', `the body is not JSON: ${(error as Error).message}`);
  }
}

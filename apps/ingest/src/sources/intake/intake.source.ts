/**
 * The HTTP door: `POST /ingest` with NDJSON, a JSON array or one JSON object, gzip or not. Answers
 * `{accepted, rejected, errors: [{line, reason}]}` after the accepted records are on disk. With `Idempotency-Key` the
 * same request may be sent again and is stored once (within the journal's window).
 */
import { createHash } from 'node:crypto';
import type http from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Doorkeeper, isRefusal, type Refusal } from '#libs/access';
import { createLimitedServer, fromForeignPage, sendJson, sendRefusal, setAnswerHeaders, type TlsFiles } from '#libs/http';
import { decodeJsonBody } from '#libs/protocols/ndjson';
import type { Pipeline } from '../../pipeline.js';
import { doorError, END_DEADLINE_MS } from '../source.js';
import type { Source } from '../source.js';
import { BodyRefused, readBody } from './body.js';
import { Sender } from './sender.js';

export interface IntakeOptions {
  readonly host: string;
  readonly ports: readonly number[];
  readonly maxBodyBytes: number;
  readonly requestTimeoutMs: number;
  readonly pipeline: Pipeline;
  /** The process is about to end. */
  readonly isDraining: () => boolean;
  readonly doorkeeper: Doorkeeper;
  /** The certificates of one port; undefined without TLS. */
  readonly tls: () => TlsFiles | undefined;
  readonly onPaused: () => void;
  readonly onRefused: (reason: string) => void;
  readonly onBytes: (bytes: number) => void;
  readonly onConnections: (open: number) => void;
}

const JSON_TYPES = new Set([
  'application/json',
  'application/x-ndjson',
  'application/ndjson',
  'application/jsonl',
  'application/jsonlines',
]);
/** Bodies in memory at once: with the largest body this bounds the door's memory. */
const MAX_REQUESTS = 16;
const MAX_CONNECTIONS = 2_048;
const KEEP_ALIVE_MS = 30_000;
const MAX_ERRORS_SHOWN = 100;
const MAX_KEY_LENGTH = 256;
/** How long a request waits for the journal before it is sent away with 429. */
const PATIENCE_MS = 2_000;

export class IntakeSource implements Source {
  addresses: Record<string, string> = {};
  private readonly servers: http.Server[] = [];
  private running = 0;
  private closing = false;

  constructor(private readonly options: IntakeOptions) {}

  async open(): Promise<void> {
    for (const [at, port] of this.options.ports.entries()) {
      const { requestTimeoutMs, doorkeeper } = this.options;
      const tls = this.options.tls();
      const limits = {
        maxConnections: MAX_CONNECTIONS,
        requestTimeoutMs,
        keepAliveMs: KEEP_ALIVE_MS,
        connectionsPerAddress: doorkeeper.limits.connectionsPerAddress,
      };
      const { server, isOneTooMany } = createLimitedServer(limits, tls, (request, response) => {
        this.answer(request, response, isOneTooMany(request.socket)).catch((error: unknown) => {
          sendRefusal(response, { status: 500, code: 'internal', message: error instanceof Error ? error.message : String(error) });
        });
      });
      server.on('connection', () => this.countConnections());
      this.servers.push(server);
      const bound = await this.bind(server, port);
      this.addresses[at === 0 ? 'intake' : `intake${at + 1}`] = `${tls ? 'https' : 'http'}://${this.options.host}:${bound}`;
    }
  }

  listen(callback: () => void): void {
    callback();
  }

  /** Requests under way get their answer; who only keeps a connection is let go. */
  async close(): Promise<void> {
    this.closing = true;
    await Promise.all(
      this.servers.map(async (server) => {
        const closed = new Promise<void>((resolve) => server.close(() => resolve()));
        const timer = setTimeout(() => server.closeAllConnections(), END_DEADLINE_MS);
        server.closeIdleConnections();
        await closed;
        clearTimeout(timer);
      }),
    );
  }

  private bind(server: http.Server, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      server.once('error', (error) => reject(doorError(error, 'LOGWEIR_INTAKE_PORTS', `${this.options.host}:${port}`)));
      server.listen(port, this.options.host, () => resolve((server.address() as AddressInfo).port));
    });
  }

  private countConnections(): void {
    for (const server of this.servers) server.getConnections((_error, open) => this.options.onConnections(open));
  }

  private async answer(request: http.IncomingMessage, response: http.ServerResponse, isOneTooMany: boolean): Promise<void> {
    // So that the client does not send its next request where nobody will read it.
    response.on('finish', () => this.closing && request.socket.end());
    if (this.options.isDraining()) response.setHeader('connection', 'close');
    setAnswerHeaders(response, 'encrypted' in request.socket);
    const sender = isOneTooMany ? TOO_MANY : this.senderOf(request);
    if ('status' in sender) {
      this.options.onRefused(sender.code);
      sendRefusal(response, sender);
      return;
    }
    this.running++;
    try {
      await this.ingest(request, response, sender);
    } catch (error) {
      if (!(error instanceof BodyRefused)) throw error;
      this.options.onRefused(error.refusal.code);
      sendRefusal(response, error.refusal);
    } finally {
      this.running--;
    }
  }

  /** What may be sent by whom; a refusal for a request that need not be read. */
  private senderOf(request: http.IncomingMessage): Sender | Refusal {
    const { doorkeeper, host, onPaused } = this.options;
    const misled = misdirected(request, host);
    if (misled) return misled;
    const { remoteAddress } = request.socket;
    const caller = doorkeeper.identify(request.headers.authorization, remoteAddress);
    if (isRefusal(caller)) return caller;
    const refusal = doorkeeper.refuse(caller, 'ingest') ?? this.unreadable(request);
    if (refusal) return refusal;
    const sender = new Sender(doorkeeper, caller, remoteAddress);
    const { waitMs } = sender;
    if (waitMs === 0) return sender;
    onPaused();
    const message = `${caller.actor} sends more than it may: LOGWEIR_LIMITS_*`;
    return { status: 429, code: 'rate_limited', message, headers: { 'retry-after': String(Math.ceil(waitMs / 1_000)) } };
  }

  private unreadable(request: http.IncomingMessage): Refusal | undefined {
    const type = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
    if (!JSON_TYPES.has(type)) {
      const message = `content-type ${type || '(none)'} is not read here: use application/x-ndjson or application/json`;
      return { status: 415, code: 'unsupported_type', message };
    }
    if (this.running >= MAX_REQUESTS) {
      return { status: 429, code: 'busy', message: `${MAX_REQUESTS} requests are being read already`, headers: { 'retry-after': '1' } };
    }
    return undefined;
  }

  private async ingest(request: http.IncomingMessage, response: http.ServerResponse, sender: Sender): Promise<void> {
    const { pipeline, maxBodyBytes } = this.options;
    if (!(await pipeline.gate.openWithin(PATIENCE_MS))) {
      const message = 'the journal takes nothing now: its disk is full or the store is far behind';
      throw new BodyRefused({ status: 429, code: 'journal_full', message, headers: { 'retry-after': '5' } });
    }
    const key = idempotencyKey(request);
    const body = await readBody(request, maxBodyBytes);
    this.options.onBytes(body.length);
    const { events, errors } = decodeJsonBody(body);
    sender.take(events.length, body.length);
    const arrival = pipeline.arrival('http');
    if (errors.length > 0) pipeline.ledger.dropped('http', 'invalid_json', errors.length);
    const chunk =
      key === undefined ? undefined : createHash('sha256').update(`key ${key.length} ${key}`).update(body).digest().subarray(0, 16);
    try {
      if (events.length > 0)
        await pipeline.append(events, arrival, chunk ? { chunk, bytes: body.length, wanted: true } : { bytes: body.length, wanted: true });
    } catch (error) {
      const message = `not stored: ${(error as Error).message}`;
      throw new BodyRefused({ status: 503, code: 'journal_failed', message, headers: { 'retry-after': '5' } });
    }
    sendJson(response, 200, { accepted: events.length, rejected: errors.length, errors: errors.slice(0, MAX_ERRORS_SHOWN) });
  }
}

const TOO_MANY: Refusal = {
  status: 429,
  code: 'too_many_connections',
  message: 'this address has too many connections open',
  headers: { 'retry-after': '1' },
};

/** What is not for this door, or comes from a page of somebody else. */
function misdirected(request: http.IncomingMessage, host: string): Refusal | undefined {
  const path = (request.url ?? '').split('?', 1)[0];
  if (path !== '/ingest') return { status: 404, code: 'not_found', message: `nothing is taken at ${path}: POST to /ingest` };
  if (request.method !== 'POST') {
    return { status: 405, code: 'method_not_allowed', message: 'POST to /ingest', headers: { allow: 'POST' } };
  }
  if (!fromForeignPage(request.headers, host)) return undefined;
  return { status: 403, code: 'foreign_page', message: 'a web page of another origin may not send here' };
}

function idempotencyKey(request: http.IncomingMessage): string | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key === 'string' && key.length > 0 && key.length <= MAX_KEY_LENGTH) return key;
  throw new BodyRefused({
    status: 400,
    code: 'bad_idempotency_key',
    message: `Idempotency-Key is 1 to ${MAX_KEY_LENGTH} characters, once`,
  });
}

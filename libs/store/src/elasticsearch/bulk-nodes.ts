/**
 * Requests whose body is bytes already in place: a plain undici pool per node costs a third of the client's transport per
 * record. Nodes take turns. A node that cannot be reached is passed over for a while, and as nothing was sent the next
 * one is asked at once; a connection that breaks later leaves an unknown outcome, which is the caller's to settle, unless the
 * node says when asked that such a body is too large for it.
 */
import { Pool } from 'undici';
import { refusesBody } from './body-limit.js';
import { authorisation, withoutCredentials, type ElasticsearchStoreOptions } from './options.js';

/** Per node: as many as `MAX_CONCURRENCY` writes at once, however many nodes there are. */
const CONNECTIONS = 4;
const CONNECT_TIMEOUT_MS = 5_000;
/** How long a node that failed is left alone before it is asked whether it is back. */
const DOWN_MS = 10_000;
/** A node that is well says who it is at once. */
const PROBE_TIMEOUT_MS = 2_000;
/** A full answer to 10 000 records that all failed is a tenth of it. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
/** The node, or the proxy before it, is not in a state to answer. */
const NODE_AWAY = new Set([502, 503, 504]);
const UNTRUSTED = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);
/** Errors from before the first byte was sent. */
const UNSENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'CERT_HAS_EXPIRED',
  ...UNTRUSTED,
]);

/** Errors of a connection that ended while the request was being written. */
const CUT = new Set(['EPIPE', 'ECONNRESET', 'UND_ERR_SOCKET']);

export interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** The `X-Elastic-Product` header. */
  readonly product: string | undefined;
  readonly body: Buffer;
}

/** What a node would have said that closed before it was heard. */
const TOO_LARGE: Answer = { status: 413, retryAfter: undefined, product: undefined, body: Buffer.alloc(0) };

/** No answer came; whether anything was done is unknown. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

interface BulkNode {
  readonly url: URL;
  readonly path: string;
  readonly pool: Pool;
  /** When a node that failed may be asked whether it is back; undefined for one that is well. */
  downUntil: number | undefined;
}

export interface BulkRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly type?: string;
  readonly body?: Buffer;
}

export class BulkNodes {
  readonly #nodes: readonly BulkNode[];
  readonly #authorisation: string | undefined;
  #turn = 0;

  constructor(private readonly options: ElasticsearchStoreOptions) {
    this.#authorisation = authorisation(options);
    this.#nodes = options.nodes.map((node) => {
      const url = withoutCredentials(node);
      const connect = { timeout: CONNECT_TIMEOUT_MS, ...(options.ca !== undefined && { ca: options.ca }) };
      const timeouts = { headersTimeout: options.requestTimeoutMs, bodyTimeout: options.requestTimeoutMs };
      const pool = new Pool(url.origin, { connections: CONNECTIONS, pipelining: 1, connect, ...timeouts });
      return { url, path: url.pathname.replace(/\/$/, ''), pool, downUntil: undefined };
    });
  }

  /** Throws `NoAnswer`, with a reason for a person, when no node can be reached or the answer does not come. */
  async request(request: BulkRequest): Promise<Answer> {
    const failures: string[] = [];
    for (const node of this.#inTurn()) {
      try {
        return await this.#ask(node, request);
      } catch (error) {
        if (CUT.has(textOf(error, 'code')) && (await this.#refuses(node, request))) return TOO_LARGE;
        this.#markDown(node);
        failures.push(`${node.url.host}: ${reasonOf(error)}`);
        if (!UNSENT.has(textOf(error, 'code'))) break;
      }
    }
    throw new NoAnswer(`no answer from Elasticsearch (${failures.join('; ')}); is it running, and is the address right?`);
  }

  async close(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.pool.destroy()));
  }

  /**
   * All nodes, the next one first, those that failed last. While another one is well, such a node gets work again only after
   * it answered a question of its own: one that accepts connections and never answers would cost a whole time-out each time.
   */
  #inTurn(): BulkNode[] {
    this.#turn = (this.#turn + 1) % this.#nodes.length;
    const rotated = [...this.#nodes.slice(this.#turn), ...this.#nodes.slice(0, this.#turn)];
    const well = rotated.filter((node) => node.downUntil === undefined);
    const down = rotated.filter((node) => node.downUntil !== undefined);
    const now = this.options.now();
    if (well.length > 0) for (const node of down) if ((node.downUntil ?? 0) <= now) void this.#probe(node);
    return [...well, ...down];
  }

  async #probe(node: BulkNode): Promise<void> {
    node.downUntil = this.options.now() + DOWN_MS;
    const timeouts = { headersTimeout: PROBE_TIMEOUT_MS, bodyTimeout: PROBE_TIMEOUT_MS };
    try {
      const response = await node.pool.request({ method: 'GET', path: `${node.path}/`, headers: this.#headers(), ...timeouts });
      await response.body.dump();
      if (!NODE_AWAY.has(response.statusCode)) node.downUntil = undefined;
    } catch {
      // Still away: it is asked again when its time is over.
    }
  }

  async #ask(node: BulkNode, request: BulkRequest): Promise<Answer> {
    const { method, body = null } = request;
    const headers = this.#headers(request.type);
    const response = await node.pool.request({ method, path: node.path + request.path, headers, body });
    if (NODE_AWAY.has(response.statusCode)) this.#markDown(node);
    else node.downUntil = undefined;
    const retryAfter = single(response.headers['retry-after']);
    const product = single(response.headers['x-elastic-product']);
    return { status: response.statusCode, retryAfter, product, body: await readBody(response.body) };
  }

  async #refuses(node: BulkNode, { path, type, body }: BulkRequest): Promise<boolean> {
    if (body === undefined) return false;
    const url = new URL(node.path + path, node.url);
    return refusesBody({ url, headers: this.#headers(type), bytes: body.length, ca: this.options.ca });
  }

  #headers(type?: string): Record<string, string> {
    return {
      ...(type !== undefined && { 'content-type': type }),
      ...(this.#authorisation !== undefined && { authorization: this.#authorisation }),
    };
  }

  #markDown(node: BulkNode): void {
    if (node.downUntil === undefined) this.options.count?.('node_down');
    node.downUntil = this.options.now() + DOWN_MS;
  }
}

async function readBody(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) throw new Error(`the answer is longer than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
}

const single = (header: string | string[] | undefined): string | undefined => (Array.isArray(header) ? header[0] : header);

/** By shape: an error of Node's own is no `instanceof Error` where a test runner gives each file its own globals. */
function textOf(error: unknown, property: 'code' | 'message'): string {
  const value: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, property) : undefined;
  return typeof value === 'string' ? value : '';
}

function reasonOf(error: unknown): string {
  const code = textOf(error, 'code');
  const message = textOf(error, 'message');
  const said = message === '' || message.includes(code) ? message || code : `${message} (${code})`;
  return UNTRUSTED.has(code) ? `${said}; LOGWEIR_ELASTICSEARCH_CA_FILE names whom to trust` : said;
}

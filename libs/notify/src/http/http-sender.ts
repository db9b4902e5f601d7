/**
 * One POST: no redirects, 10 seconds in all, a bounded answer, addresses by policy. Nothing is tried again here: who sends
 * decides that by what the error says.
 */
import { Agent, buildConnector, request, type Dispatcher } from 'undici';
import { DeliveryError } from '../errors.js';
import type { AddressPolicy } from '../network/address-policy.js';
import { networkError } from './network-error.js';
import { parseRetryAfter } from './retry-after.js';
import { withoutSecrets } from './without-secrets.js';

/** Standard Webhooks advises 15 to 30 s; an alert would rather be tried again. The queue's lock (15 s) is longer. */
export const HTTP_TIMEOUT_MS = 10_000;
/** A host that does not take the connection by then will not. */
const CONNECT_TIMEOUT_MS = 5_000;
/** What is read of an answer: services answer a word or a line of JSON. */
export const MAX_ANSWER_BYTES = 8_192;
/** Sockets per endpoint: lanes send side by side, a service is not flooded. */
const CONNECTIONS = 10;

export interface HttpSenderOptions {
  readonly policy: AddressPolicy;
  /** Wall clock, epoch milliseconds. */
  readonly now: () => number;
  readonly timeoutMs?: number;
  /** Never shown in a reason, also not when the answer repeats them. */
  readonly secrets?: readonly string[];
}

export interface HttpPost {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface HttpAnswer {
  readonly status: number;
  /** At most MAX_ANSWER_BYTES. */
  readonly body: string;
  readonly retryAfterMs?: number;
  readonly latencyMs: number;
  /** Scheme and host of who answered: the only part of a URL that may be shown. */
  readonly peer: string;
}

export class HttpSender {
  private readonly agent: Agent;
  private readonly timeoutMs: number;
  private readonly secrets: readonly string[];

  constructor(private readonly options: HttpSenderOptions) {
    this.timeoutMs = options.timeoutMs ?? HTTP_TIMEOUT_MS;
    this.secrets = options.secrets ?? [];
    this.agent = new Agent({ connect: connectorOf(options.policy), connections: CONNECTIONS, pipelining: 1 });
  }

  /**
   * Whatever the status is.
   * @throws DeliveryError when there was no answer
   */
  async post(post: HttpPost, signal: AbortSignal): Promise<HttpAnswer> {
    const peer = peerOf(post.url);
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), this.timeoutMs);
    try {
      return await this.ask(post, peer, AbortSignal.any([signal, deadline.signal]));
    } catch (error) {
      if (signal.aborted) throw new DeliveryError(`${peer}: stopped while it was being sent`, { retryable: true, uncertain: true });
      if (deadline.signal.aborted) {
        throw new DeliveryError(`${peer} did not answer within ${this.timeoutMs / 1_000} s`, { retryable: true, uncertain: true });
      }
      throw networkError(peer, error);
    } finally {
      clearTimeout(timer);
    }
  }

  private async ask(post: HttpPost, peer: string, signal: AbortSignal): Promise<HttpAnswer> {
    const startedAt = performance.now();
    const { statusCode, headers, body } = await request(post.url, {
      method: 'POST',
      headers: { 'user-agent': 'Logweir', ...post.headers },
      body: post.body,
      dispatcher: this.agent,
      signal,
    });
    const text = withoutSecrets(await readBounded(body), this.secrets);
    const after = headers['retry-after'];
    const retryAfterMs = parseRetryAfter(Array.isArray(after) ? after[0] : after, this.options.now());
    const latencyMs = performance.now() - startedAt;
    return { status: statusCode, body: text, latencyMs, peer, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  }

  async close(): Promise<void> {
    // What is being sent ends by itself, within its timeout: a receiver may be replaced under way.
    await this.agent.close();
  }
}

export function peerOf(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}

/** Checks literals before, and names in the look-up that the socket uses: undici connects nowhere else. */
function connectorOf(policy: AddressPolicy): buildConnector.connector {
  const connectors = new Map<number, buildConnector.connector>();
  return (options, callback) => {
    const port = Number(options.port) || (options.protocol === 'https:' ? 443 : 80);
    try {
      policy.check(options.hostname, port);
    } catch (error) {
      callback(error instanceof Error ? error : new Error(String(error)), null);
      return;
    }
    let connect = connectors.get(port);
    if (connect === undefined) {
      connect = buildConnector({ timeout: CONNECT_TIMEOUT_MS, lookup: policy.lookup(port) });
      connectors.set(port, connect);
    }
    connect(options, callback);
  };
}

async function readBounded(body: Dispatcher.ResponseData['body']): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    // Leaving the loop destroys the body and with it the connection.
    if (length >= MAX_ANSWER_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES).toString('utf8');
}

/** The official client for everything but bulk, and its errors as ours. */
import { Client, errors } from '@elastic/elasticsearch';
import { MAX_ANSWER_BYTES, tooLarge } from '../answer-size.js';
import { StoreError } from '../errors.js';
import { describeFailure } from './bulk-answer.js';
import { authorisation, withoutCredentials, type ElasticsearchStoreOptions } from './options.js';

const MAX_REASON = 1_000;
/** Credentials, rights, and too much at once: what a bulk request meets as well. */
const TOLD_ALIKE: ReadonlySet<number> = new Set([401, 403, 429]);

type ClientOptions = Pick<ElasticsearchStoreOptions, 'nodes' | 'requestTimeoutMs' | 'apiKey' | 'username' | 'password' | 'ca'>;

export function createClient(options: ClientOptions): Client {
  const header = authorisation(options);
  return new Client({
    nodes: options.nodes.map((node) => ({ url: withoutCredentials(node) })),
    // Each other node once, at once. More tries would wait between them, and waiting is the caller's to decide.
    maxRetries: options.nodes.length - 1,
    requestTimeout: options.requestTimeoutMs,
    maxResponseSize: MAX_ANSWER_BYTES,
    ...(header !== undefined && { headers: { authorization: header } }),
    ...(options.ca !== undefined && { tls: { ca: options.ca } }),
    // A record may have a key `__proto__`. JSON.parse makes it an ordinary key; the client's protection would refuse
    // every search that finds that record.
    disablePrototypePoisoningProtection: true,
  });
}

/** What the client threw as a StoreError; `what` says what was tried. */
export function toStoreError(error: unknown, what: string): StoreError {
  if (error instanceof StoreError) return error;
  const cause = { cause: error };
  if (error instanceof errors.RequestAbortedError && error.message.startsWith('The content length')) {
    return tooLarge(`the ${MAX_ANSWER_BYTES >> 20} MiB that are read of Elasticsearch at once`, error);
  }
  if (error instanceof errors.RequestAbortedError) return new StoreError('store_aborted', `${what}: aborted`, false, cause);
  if (error instanceof errors.TimeoutError)
    return new StoreError('store_timeout', `${what}: no answer from Elasticsearch in time`, true, cause);
  if (error instanceof errors.ResponseError) return fromResponse(error, what);
  if (error instanceof errors.ProductNotSupportedError) {
    return new StoreError('store_internal', `${what}: this is not Elasticsearch (OpenSearch is not supported)`, false, cause);
  }
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof errors.ElasticsearchClientError) {
    const reason = `${what}: no answer from Elasticsearch (${message.slice(0, MAX_REASON)}); is it running, and is the address right?`;
    return new StoreError('store_unavailable', reason, true, cause);
  }
  return new StoreError('store_internal', `${what}: ${message}`, false, cause);
}

function fromResponse(error: errors.ResponseError, what: string): StoreError {
  const status = error.statusCode ?? 0;
  const said = rootCause(error);
  // In the words of a bulk request that meets the same: readiness tells now the one, now the other.
  const told = TOLD_ALIKE.has(status) ? describeFailure(status, said).reason : `Elasticsearch answered ${status}: ${said.reason}`;
  const message = `${what}: ${told}`.slice(0, MAX_REASON);
  const cause = { cause: error };
  if (status === 408) return new StoreError('store_timeout', message, true, cause);
  if (TOLD_ALIKE.has(status) || status >= 500) return new StoreError('store_unavailable', message, true, cause);
  return new StoreError('store_query', message, false, cause);
}

interface ErrorBody {
  readonly error?:
    { readonly reason?: string; readonly type?: string; readonly root_cause?: readonly { readonly reason?: string }[] } | string;
}

/** The innermost reason that Elasticsearch gives, without its stack of wrappers, and the type of the whole. */
function rootCause(error: errors.ResponseError): { readonly type: string; readonly reason: string } {
  const body = error.body as ErrorBody | string | undefined;
  const said = typeof body === 'object' ? body.error : body;
  const reason = typeof said === 'object' ? (said.root_cause?.[0]?.reason ?? said.reason ?? said.type) : said;
  return { type: (typeof said === 'object' && said.type) || '', reason: reason || 'no reason was given' };
}

export function isStatus(error: unknown, status: number): boolean {
  return error instanceof errors.ResponseError && error.statusCode === status;
}

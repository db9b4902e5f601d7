/** The few calls that put our objects into a Kibana. */
import { Agent, request } from 'undici';

export interface KibanaOptions {
  /** May have a path: `/s/ops` is a space. */
  readonly url: string;
  /** `Authorization` header; none where Kibana asks nobody who he is. */
  readonly authorization?: string;
  /** PEM text of the authority that signed Kibana's certificate. */
  readonly ca?: string;
  readonly timeoutMs: number;
}

export class KibanaError extends Error {
  override readonly name = 'KibanaError';
  readonly code = 'kibana_failed';

  constructor(
    message: string,
    /** Whether it may go away by itself. */
    readonly retryable: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

const OLDEST_MAJOR = 9;
/** An import answers with one entry for each object. */
const MAX_ANSWER_BYTES = 1024 * 1024;
const MAX_REASON = 500;
/** Must stand nowhere in what is sent. */
const BOUNDARY = 'logweir-saved-objects-0b1c6e';

interface Answer {
  readonly status: number;
  readonly text: string;
}

interface Status {
  readonly version?: { readonly number?: string };
  readonly status?: { readonly overall?: { readonly level?: string } };
}

interface Imported {
  readonly successCount?: number;
  readonly errors?: readonly {
    readonly type: string;
    readonly id: string;
    readonly error?: { readonly type?: string; readonly message?: string };
  }[];
}

/** Throws `KibanaError`. */
export class KibanaClient {
  readonly #agent: Agent;
  readonly #base: string;

  constructor(private readonly options: KibanaOptions) {
    this.#base = options.url.replace(/\/+$/u, '');
    const { ca, timeoutMs } = options;
    const connect = { timeout: timeoutMs, ...(ca !== undefined && { ca }) };
    this.#agent = new Agent({ connect, headersTimeout: timeoutMs, bodyTimeout: timeoutMs });
  }

  /** Resolves when it can take objects; a retryable error says why not yet. */
  async checkReady(): Promise<void> {
    const answer = await this.#send('GET', '/api/status');
    const { version, status } = parse<Status>(answer);
    if (answer.status === 401 || answer.status === 403) throw refused(answer);
    const level = status?.overall?.level;
    if (answer.status !== 200 || (level !== 'available' && level !== 'degraded')) {
      throw new KibanaError(`Kibana is not ready: ${level ?? describe(answer)}`, true);
    }
    // Only told to those who are logged in.
    if (version?.number !== undefined && Number.parseInt(version.number, 10) < OLDEST_MAJOR) {
      throw new KibanaError(`this is Kibana ${version.number}; its objects are written for ${OLDEST_MAJOR}.0 and newer`, false);
    }
  }

  /** How many objects it took; those of the same type and id are replaced. */
  async importObjects(ndjson: string): Promise<number> {
    const head = `--${BOUNDARY}\r\ncontent-disposition: form-data; name="file"; filename="logweir.ndjson"\r\ncontent-type: application/ndjson\r\n\r\n`;
    const body = `${head}${ndjson}\r\n--${BOUNDARY}--\r\n`;
    const answer = await this.#send('POST', '/api/saved_objects/_import?overwrite=true', {
      type: `multipart/form-data; boundary=${BOUNDARY}`,
      body,
    });
    checkDone(answer, 'the import of saved objects');
    const { successCount = 0, errors = [] } = parse<Imported>(answer);
    if (errors.length > 0) {
      const reasons = errors.map(({ type, id, error }) => `${type} ${id}: ${error?.message ?? error?.type ?? 'no reason was given'}`);
      throw new KibanaError(`Kibana did not take all saved objects: ${reasons.join('; ').slice(0, MAX_REASON)}`, false);
    }
    return successCount;
  }

  /** Makes it the data view that Discover opens with, unless somebody chose one. */
  async suggestDefault(dataViewId: string): Promise<void> {
    const body = JSON.stringify({ data_view_id: dataViewId, force: false });
    checkDone(await this.#send('POST', '/api/data_views/default', { type: 'application/json', body }), 'choosing the default data view');
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }

  async #send(method: 'GET' | 'POST', path: string, content?: { readonly type: string; readonly body: string }): Promise<Answer> {
    const { authorization } = this.options;
    const headers = {
      // Kibana refuses writes without it, so that no page can make a browser send them.
      'kbn-xsrf': 'logweir',
      ...(authorization !== undefined && { authorization }),
      ...(content !== undefined && { 'content-type': content.type }),
    };
    try {
      const { statusCode, body } = await request(this.#base + path, {
        method,
        headers,
        body: content?.body ?? null,
        dispatcher: this.#agent,
      });
      return { status: statusCode, text: await read(body) };
    } catch (error) {
      throw new KibanaError(`no answer from Kibana at ${new URL(this.#base).host}: ${reasonOf(error)}`, true, { cause: error });
    }
  }
}

async function read(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) throw new Error(`its answer is longer than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function checkDone(answer: Answer, what: string): void {
  if (answer.status === 200) return;
  if (answer.status === 401 || answer.status === 403) throw refused(answer);
  throw new KibanaError(`${what}: ${describe(answer)}`, answer.status === 429 || answer.status >= 500);
}

function refused(answer: Answer): KibanaError {
  const advice =
    'check LOGWEIR_ELASTICSEARCH_USERNAME and LOGWEIR_ELASTICSEARCH_PASSWORD (a user who may manage saved objects, such as "elastic")';
  return new KibanaError(`${describe(answer)}; ${advice}`, false);
}

function describe({ status, text }: Answer): string {
  const { message } = parse<{ readonly message?: string }>({ status, text });
  return `Kibana answered ${status}: ${(message ?? text.trim() ?? '').slice(0, MAX_REASON) || 'no reason was given'}`;
}

/** A page of HTML, or nothing, is an object without anything. */
function parse<T extends object>({ text }: Answer): Partial<T> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** By shape, as in the store's own requests: some of Node's errors have a code and no message. */
function reasonOf(error: unknown): string {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  return ([message, code].find((part) => typeof part === 'string' && part !== '') as string | undefined) ?? 'no reason was given';
}

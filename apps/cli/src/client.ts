import { CliError, EXIT } from './exit.js';

/** Values that are arrays are given once for each item; undefined is left out. */
export type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>;

export interface ClientOptions {
  readonly url: string;
  readonly key: string | undefined;
  readonly signal: AbortSignal;
}

interface Refusal {
  readonly error?: {
    readonly code?: string;
    readonly message?: string;
    readonly hint?: string;
    readonly position?: number;
  };
}

/** Answers that the asker has to do with, not the hub. */
const NOTHING = new Set(['container_not_found', 'record_not_found']);

const LATER = new Set([429, 503]);

/** Asks the REST API. Everything that goes wrong is a `CliError` that says what and where. */
export class Client {
  constructor(private readonly options: ClientOptions) {}

  /** The same at another address. */
  at(url: string): Client {
    return new Client({ ...this.options, url });
  }

  async json<Body>(path: string, query: Query = {}): Promise<Body> {
    const response = await this.ask(path, query);
    return (await this.whole(() => response.json())) as Body;
  }

  /** Parts of the answer as they come. */
  async *stream(path: string, query: Query = {}, headers: Readonly<Record<string, string>> = {}): AsyncGenerator<Uint8Array> {
    const response = await this.ask(path, query, { headers });
    const parts = (response.body ?? new ReadableStream()) as AsyncIterable<Uint8Array>;
    const reader = parts[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await this.whole(() => reader.next());
        if (next.done === true) return;
        yield next.value;
      }
    } finally {
      await reader.return?.().catch(() => undefined);
    }
  }

  async ask(path: string, query: Query = {}, init: RequestInit = {}): Promise<Response> {
    const response = await this.reach(path, query, init);
    if (response.ok) return response;
    const { error = {} } = (await response.json().catch(() => ({}))) as Refusal;
    const { code = '', message = `it answered ${response.status} ${response.statusText}`, hint } = error;
    const text = hint === undefined ? message : `${message}\n${hint}`;
    throw new CliError(NOTHING.has(code) ? EXIT.nothing : EXIT.refused, text, LATER.has(response.status));
  }

  private async reach(path: string, query: Query, init: RequestInit): Promise<Response> {
    const { url, key, signal } = this.options;
    const headers = { ...(init.headers as Record<string, string>), ...(key !== undefined && { authorization: `Bearer ${key}` }) };
    try {
      return await fetch(addressOf(url, path, query), { ...init, headers, signal });
    } catch (error) {
      signal.throwIfAborted();
      throw new CliError(EXIT.unreachable, `${url} cannot be reached: ${causeOf(error)}; --url or LOGWEIR_URL names another address`);
    }
  }

  private async whole<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      this.options.signal.throwIfAborted();
      throw new CliError(EXIT.broken, `the answer broke off (${causeOf(error)}): what was printed is not all`);
    }
  }
}

function addressOf(base: string, path: string, query: Query): URL {
  const url = new URL(`${base.replace(/\/+$/, '')}${path}`);
  for (const [name, value] of Object.entries(query)) {
    for (const each of Array.isArray(value) ? (value as readonly string[]) : [value]) {
      if (each !== undefined) url.searchParams.append(name, String(each));
    }
  }
  return url;
}

function causeOf(error: unknown): string {
  const { cause, message } = error as Error;
  const { code, message: inner } = (cause ?? {}) as { code?: string; message?: string };
  return code ?? inner ?? message;
}

import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import type { Report } from '../documents.js';
import { DocumentsError } from '../errors.js';
import { MARK } from './scripts.js';

/** Redis answers in milliseconds; a longer silence is a server that is away, and its outcome unknown. */
const COMMAND_TIMEOUT_MS = 5_000;
const CONNECT_TIMEOUT_MS = 5_000;
const MAX_RECONNECT_MS = 2_000;

export interface ConnectionOptions {
  /** `redis://user:password@host:port/db`; never shown with its password. */
  readonly url: string;
  /** Before every key, for instance `logweir:`. */
  readonly prefix: string;
  readonly report: Report;
}

export type Reply = readonly [string, ...unknown[]];

/** Runs scripts; a server that was found emptied is made ours again by `onEmptied` first, and the script runs once more. */
export class RedisConnection {
  readonly redis: Redis;
  readonly where: string;
  /** Fills or marks an emptied server; set by who knows how. */
  onEmptied: () => Promise<void>;
  #filling: Promise<void> | undefined;
  #away = false;
  #closed = false;
  #lastError = '';

  constructor(private readonly options: ConnectionOptions) {
    this.where = placeOf(options.url);
    this.onEmptied = async () => {
      if (await this.mark({ base: 0, tracked: false, round: 0 })) this.options.report('documents_new', { server: this.where });
    };
    this.redis = new Redis(options.url, {
      lazyConnect: true,
      // What is sent while the server is away fails at once; the caller decides what waits.
      enableOfflineQueue: false,
      // Sent again after a reconnect, a put would meet its own version.
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      commandTimeout: COMMAND_TIMEOUT_MS,
      connectTimeout: CONNECT_TIMEOUT_MS,
      retryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt, 10), MAX_RECONNECT_MS),
    });
    this.redis.on('error', (error: Error) => (this.#lastError = error.message));
    this.redis.on('close', () => this.#noteAway());
    this.redis.on('ready', () => this.#noteBack());
  }

  /** One try; while the server is away more of them in the background. */
  async connect(): Promise<void> {
    await this.redis.connect().catch((error: unknown) => (this.#lastError = String(error)));
  }

  async run(script: string, args: readonly (string | number | Buffer)[]): Promise<Reply> {
    const reply = await this.runOnce(script, args);
    if (reply[0] !== 'emptied') return reply;
    await this.#fill();
    const again = await this.runOnce(script, args);
    if (again[0] !== 'emptied') return again;
    throw new DocumentsError('documents_unavailable', `Redis at ${this.where} is being emptied again and again: find out by whom`);
  }

  /** Names of the hashes whose names begin so. */
  async hashes(kind: string): Promise<string[]> {
    const pattern = `${(this.options.prefix + kind).replace(/[\\*?[\]^]/g, '\\$&')}*`;
    const found = new Set<string>();
    for (let cursor = '0'; ;) {
      const [next, names] = await this.redis.scan(cursor, 'MATCH', pattern, 'COUNT', 1_000);
      for (const name of names) found.add(name.slice(this.options.prefix.length));
      cursor = next;
      if (cursor === '0') return [...found];
    }
  }

  /** Without a look at whether it was emptied. */
  async runOnce(script: string, args: readonly (string | number | Buffer)[]): Promise<Reply> {
    if (this.#closed) throw new DocumentsError('documents_closed', `the documents in Redis at ${this.where} are closed`);
    if (this.redis.status !== 'ready') throw this.#failure(new Error(this.#lastError), false);
    try {
      return (await this.redis.eval(script, 1, this.options.prefix, ...args)) as Reply;
    } catch (error) {
      throw this.#failure(error, true);
    }
  }

  /** True when it had no marker. */
  async mark(marker: { base: number; tracked: boolean; round: number }): Promise<boolean> {
    const reply = await this.runOnce(MARK, [randomUUID(), marker.base, marker.tracked ? 1 : 0, marker.round]);
    return reply[0] === 'marked';
  }

  close(): void {
    this.#closed = true;
    this.redis.disconnect();
  }

  #fill(): Promise<void> {
    this.#filling ??= this.onEmptied().finally(() => (this.#filling = undefined));
    return this.#filling;
  }

  #failure(error: unknown, sent: boolean): DocumentsError {
    const message = error instanceof Error ? error.message : String(error);
    const cause = { cause: error };
    // What Redis answers with an error it refused before the script's first change.
    if (error instanceof Error && error.name === 'ReplyError') {
      return new DocumentsError('documents_unavailable', `Redis at ${this.where} refused: ${message}`, cause);
    }
    if (!sent) return new DocumentsError('documents_unavailable', `${this.#awayText()}; nothing was changed; ${this.#advice()}`, cause);
    const unknown = 'whether it took the change is not known: read before trying again';
    return new DocumentsError('documents_unknown', `Redis at ${this.where} gave no answer (${message}); ${unknown}`, cause);
  }

  #awayText(): string {
    return `Redis at ${this.where} is away${this.#lastError === '' ? '' : ` (${this.#lastError})`}`;
  }

  #advice(): string {
    return 'start it or correct its address; connecting is tried again all the time';
  }

  #noteAway(): void {
    if (this.#away || this.#closed) return;
    this.#away = true;
    this.options.report('documents_away', { server: this.where, error: this.#lastError });
  }

  #noteBack(): void {
    this.#lastError = '';
    if (!this.#away) return;
    this.#away = false;
    this.options.report('documents_back', { server: this.where });
  }
}

/** Host, port and database, without user and password. */
function placeOf(url: string): string {
  try {
    const { hostname, port, pathname } = new URL(url);
    return `${hostname}:${port || 6379}${pathname.length > 1 ? pathname : ''}`;
  } catch {
    throw new DocumentsError('documents_invalid', 'the address of Redis is no URL: redis://[user:password@]host:port[/database]');
  }
}

/**
 * Documents in Redis with a copy elsewhere. Redis is the truth; every few seconds what changed goes to the copy, and a Redis
 * that was emptied (at the start, or while we look) is filled from it before anything is answered. While the copy is away
 * Redis goes on, and remembers which keys the copy lacks.
 */
import type { Condition } from '#libs/telemetry';
import type { Checkpoint, Document, Finding, OpenedDocuments, Report } from '../documents.js';
import { RedisDocuments } from '../redis/redis-documents.js';
import { Copier } from './copier.js';
import type { DocumentIndex } from './document-index.js';
import { fill } from './fill.js';

const COPY_EVERY_MS = 2_000;
/** What has not been copied when it ends is copied by another process, or at the next start. */
const LAST_COPY_MS = 3_000;

/** Calls once after so many milliseconds; gives what calls it off. */
export type Schedule = (run: () => void, afterMs: number) => () => void;

export interface CopiedDocumentsOptions {
  readonly url: string;
  readonly prefix: string;
  readonly copy: DocumentIndex;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly schedule: Schedule;
  readonly report: Report;
  /** Between two rounds; 2 s. */
  readonly copyEveryMs?: number;
}

export class CopiedDocuments implements OpenedDocuments {
  #callOff: () => void = () => undefined;
  #closed = false;

  private constructor(
    private readonly redis: RedisDocuments,
    private readonly copier: Copier,
    private readonly options: CopiedDocumentsOptions,
  ) {
    this.#next();
  }

  /** A server that is away is no error: it is tried again and again, and what needs it rejects meanwhile. */
  static async open(options: CopiedDocumentsOptions): Promise<CopiedDocuments> {
    const { url, prefix, copy: index, now, report } = options;
    const redis = await RedisDocuments.open({ url, prefix, report });
    const { connection } = redis;
    connection.onEmptied = () => fill({ connection, index, now, report });
    return new CopiedDocuments(redis, new Copier(connection, index, report), options);
  }

  get(collection: string, id: string): Promise<Document | undefined> {
    return this.redis.get(collection, id);
  }

  list(collection: string): Promise<readonly Document[]> {
    return this.redis.list(collection);
  }

  put(collection: string, id: string, value: unknown, version?: number): Promise<Document> {
    return this.redis.put(collection, id, value, version);
  }

  remove(collection: string, id: string, version?: number): Promise<boolean> {
    return this.redis.remove(collection, id, version);
  }

  checkpoint(name: string): Checkpoint {
    return this.redis.checkpoint(name);
  }

  /** Of Redis alone, as the copy stands in nobody's way. */
  health(): Promise<Condition> {
    return this.redis.health();
  }

  copyHealth(): Condition {
    const { trouble } = this.copier;
    return { ok: trouble === '', reason: trouble === '' ? '' : `the copy of the documents is behind: ${trouble}` };
  }

  check(): Promise<readonly Finding[]> {
    return this.redis.check();
  }

  /** A round now; resolves when it has ended, well or not. */
  copyNow(): Promise<void> {
    return this.copier.copy();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#callOff();
    let callOff = (): void => undefined;
    const late = new Promise<void>((resolve) => (callOff = this.options.schedule(resolve, LAST_COPY_MS)));
    await Promise.race([this.copier.copy(), late]);
    callOff();
    await this.redis.close();
  }

  #next(): void {
    if (this.#closed) return;
    this.#callOff = this.options.schedule(
      () => void this.copier.copy().then(() => this.#next()),
      this.options.copyEveryMs ?? COPY_EVERY_MS,
    );
  }
}

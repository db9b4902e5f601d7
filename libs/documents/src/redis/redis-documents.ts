/** Documents in a Redis 6.2 or newer that several processes share; scripts.ts says what is where. */
import type { Condition } from '#libs/telemetry';
import type { Checkpoint, Document, Finding, OpenedDocuments } from '../documents.js';
import { reasonOf, VersionConflictError } from '../errors.js';
import { checkCollection, checkId, formatValue, MAX_DOCUMENTS, tooMany } from '../limits.js';
import { checkSettings } from './check.js';
import { type ConnectionOptions, RedisConnection, type Reply } from './connection.js';
import { RedisCheckpoint } from './redis-checkpoint.js';
import { GET, LIST, PING, PUT, REMOVE } from './scripts.js';

/** Stands for a version that is not given. */
const ANY = -1;

export class RedisDocuments implements OpenedDocuments {
  readonly #checkpoints = new Map<string, RedisCheckpoint>();

  private constructor(readonly connection: RedisConnection) {}

  /** A server that is away is no error: it is tried again and again, and what needs it rejects meanwhile. */
  static async open(options: ConnectionOptions): Promise<RedisDocuments> {
    const connection = new RedisConnection(options);
    await connection.connect();
    return new RedisDocuments(connection);
  }

  async get(collection: string, id: string): Promise<Document | undefined> {
    checkId(id);
    const reply = await this.connection.run(GET, [hashOf(collection), id]);
    return typeof reply[1] === 'string' ? parseStored(id, reply[1]) : undefined;
  }

  async list(collection: string): Promise<readonly Document[]> {
    const flat = (await this.connection.run(LIST, [hashOf(collection)]))[1] as readonly string[];
    const found: Document[] = [];
    for (let at = 0; at + 1 < flat.length; at += 2) {
      const [id = '', stored = ''] = flat.slice(at, at + 2);
      if (!id.startsWith('#')) found.push(parseStored(id, stored));
    }
    return found.sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  async put(collection: string, id: string, value: unknown, version: number = ANY): Promise<Document> {
    checkId(id);
    const text = formatValue(collection, id, value);
    const reply = await this.connection.run(PUT, [hashOf(collection), id, version, text, MAX_DOCUMENTS]);
    if (reply[0] === 'full') throw tooMany(collection);
    checkConflict(collection, id, reply);
    return { id, version: Number(reply[1]), value: JSON.parse(text) as unknown };
  }

  async remove(collection: string, id: string, version: number = ANY): Promise<boolean> {
    checkId(id);
    const reply = await this.connection.run(REMOVE, [hashOf(collection), id, version]);
    checkConflict(collection, id, reply);
    return reply[1] === 1;
  }

  checkpoint(name: string): Checkpoint {
    checkCollection(name);
    const known = this.#checkpoints.get(name) ?? new RedisCheckpoint(name, this.connection);
    this.#checkpoints.set(name, known);
    return known;
  }

  check(): Promise<readonly Finding[]> {
    return checkSettings(this.connection.redis);
  }

  copyHealth(): Condition {
    return { ok: true, reason: '' };
  }

  async health(): Promise<Condition> {
    try {
      await this.connection.run(PING, []);
      return { ok: true, reason: '' };
    } catch (error) {
      return { ok: false, reason: reasonOf(error) };
    }
  }

  async close(): Promise<void> {
    this.connection.close();
  }
}

function hashOf(collection: string): string {
  checkCollection(collection);
  return `documents:${collection}`;
}

function checkConflict(collection: string, id: string, reply: Reply): void {
  if (reply[0] === 'conflict') throw new VersionConflictError(collection, id, Number(reply[1]));
}

function parseStored(id: string, stored: string): Document {
  const line = stored.indexOf('\n');
  return { id, version: Number(stored.slice(0, line)), value: JSON.parse(stored.slice(line + 1)) as unknown };
}

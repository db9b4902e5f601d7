import type { Changes, Checkpoint } from '../documents.js';
import { FencedError, fenced } from '../errors.js';
import { checkChanges, checkFence } from '../limits.js';
import type { RedisConnection, Reply } from './connection.js';
import { APPEND, DELETE, NUMBERS, SCAN } from './scripts.js';

/** What one step of reading takes: some milliseconds of Redis at usual lengths. */
const SCAN_COUNT = 1_000;
/** Keys of one removal, so that no script takes long. */
const DELETE_KEYS = 5_000;

export class RedisCheckpoint implements Checkpoint {
  readonly #hash: string;
  /** Of the server as this process claimed or first wrote it: another one has lost what this process believes it has. */
  #incarnation = '';

  constructor(
    private readonly name: string,
    private readonly connection: RedisConnection,
  ) {
    this.#hash = `checkpoint:${name}`;
  }

  async claim(fence: number): Promise<void> {
    checkFence(fence);
    const reply = await this.connection.run(APPEND, [this.#hash, fence, '', 1]);
    this.#check(fence, reply);
    this.#incarnation = String(reply[2]);
  }

  async append(fence: number, changes: Changes): Promise<number> {
    checkFence(fence);
    checkChanges(this.name, changes);
    const args: (string | number)[] = [this.#hash, fence, this.#incarnation, 0];
    for (const [key, text] of changes) args.push(key, text === null ? '-' : '+', text ?? '');
    const reply = await this.connection.run(APPEND, args);
    this.#check(fence, reply);
    this.#incarnation = String(reply[2]);
    return Number(reply[1]);
  }

  /** What is appended meanwhile may be in it or not; the owner reads before it appends. */
  async read(prefix: string): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    let cursor = '0';
    let incarnation: unknown;
    do {
      const reply = await this.connection.run(SCAN, [this.#hash, cursor, SCAN_COUNT]);
      const flat = reply[2] as readonly string[];
      for (let at = 0; at + 1 < flat.length; at += 2) if (flat[at]?.startsWith(prefix)) found.set(flat[at] ?? '', flat[at + 1] ?? '');
      cursor = String(reply[1]);
      // Emptied and filled meanwhile: begin anew.
      if (incarnation !== undefined && incarnation !== reply[3]) return this.read(prefix);
      incarnation = reply[3];
    } while (cursor !== '0');
    for (const key of found.keys()) if (key.startsWith('#')) found.delete(key);
    return found;
  }

  async remove(keys: readonly string[]): Promise<void> {
    for (let at = 0; at < keys.length; at += DELETE_KEYS) {
      await this.connection.run(DELETE, [this.#hash, ...keys.slice(at, at + DELETE_KEYS).filter((key) => !key.startsWith('#'))]);
    }
  }

  async fence(): Promise<number> {
    return Number((await this.#numbers())[1]);
  }

  async copied(): Promise<number> {
    return Number((await this.#numbers())[2]);
  }

  #numbers(): Promise<Reply> {
    return this.connection.run(NUMBERS, [this.#hash, this.name]);
  }

  #check(fence: number, reply: Reply): void {
    if (reply[0] === 'fenced') throw fenced(this.name, fence, Number(reply[1]));
    if (reply[0] !== 'lost') return;
    const message = `checkpoint ${this.name}: Redis at ${this.connection.where} was emptied since it was claimed with ${fence}: read it again and claim a number above ${Number(reply[1])}`;
    throw new FencedError(message);
  }
}

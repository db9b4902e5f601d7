/**
 * The chunk ids of a sealed segment, `<number, 10 digits>.chunks`: 20 bytes each (16 hash, u32 Unix seconds), then the
 * CRC-32 of all. The file is written before the segment is sealed, outlives it, and goes when its newest id is out of the
 * window. Without it (or with a damaged one) ids are only forgotten early.
 */
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { replaceFile } from '#libs/disk';
import { CHUNK_HASH_BYTES } from './chunk-table.js';

const ENTRY_BYTES = CHUNK_HASH_BYTES + 4;
const FIRST_BYTES = 64 * ENTRY_BYTES;

/** Ids of the segment that is being written. */
export class ChunkLog {
  #bytes = Buffer.alloc(FIRST_BYTES);
  #used = 0;

  add(hash: Buffer, unixSeconds: number): void {
    if (this.#used + ENTRY_BYTES > this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(this.#bytes.length)]);
    hash.copy(this.#bytes, this.#used, 0, CHUNK_HASH_BYTES);
    this.#bytes.writeUInt32LE(unixSeconds, this.#used + CHUNK_HASH_BYTES);
    this.#used += ENTRY_BYTES;
  }

  /** Gives what was added, with its checksum, and begins anew; undefined when there was nothing. */
  take(): Buffer | undefined {
    if (this.#used === 0) return undefined;
    const entries = this.#bytes.subarray(0, this.#used);
    const sum = Buffer.alloc(4);
    sum.writeUInt32LE(crc32(entries));
    const whole = Buffer.concat([entries, sum]);
    this.#bytes = Buffer.alloc(FIRST_BYTES);
    this.#used = 0;
    return whole;
  }
}

export class ChunkFiles {
  constructor(
    private readonly dir: string,
    private readonly windowSeconds: number,
    private readonly unixSeconds: () => number,
  ) {}

  async write(segment: number, content: Buffer): Promise<void> {
    await replaceFile(join(this.dir, `${String(segment).padStart(10, '0')}.chunks`), content);
  }

  /** Calls `each` for every id still in the window, oldest file first; removes what is out of it. Gives how many files were damaged. */
  async restore(each: (hash: Buffer, age: number) => void): Promise<number> {
    let damaged = 0;
    for (const name of await this.#names()) {
      const content = await readFile(join(this.dir, name));
      const entries = content.subarray(0, Math.max(0, content.length - 4));
      if (entries.length % ENTRY_BYTES !== 0 || content.length < 4 || crc32(entries) !== content.readUInt32LE(entries.length)) {
        damaged++;
        await rm(join(this.dir, name), { force: true });
      } else if (!this.#load(entries, each)) await rm(join(this.dir, name), { force: true });
    }
    return damaged;
  }

  #load(entries: Buffer, each: (hash: Buffer, age: number) => void): boolean {
    const now = this.unixSeconds();
    let live = false;
    for (let at = 0; at < entries.length; at += ENTRY_BYTES) {
      // A wall clock that was set back must not make an id last for ever.
      const age = Math.max(0, now - entries.readUInt32LE(at + CHUNK_HASH_BYTES));
      if (age > this.windowSeconds) continue;
      live = true;
      each(entries.subarray(at, at + CHUNK_HASH_BYTES), age);
    }
    return live;
  }

  /** Removes files whose newest id is out of the window. Entries are in order of time, so the last one tells. */
  async sweep(): Promise<void> {
    for (const name of await this.#names()) {
      const content = await readFile(join(this.dir, name));
      const newest = content.length < ENTRY_BYTES + 4 ? 0 : content.readUInt32LE(content.length - 8);
      if (this.unixSeconds() - newest <= this.windowSeconds) return;
      await rm(join(this.dir, name), { force: true });
    }
  }

  async #names(): Promise<string[]> {
    return (await readdir(this.dir)).filter((name) => /^\d{10}\.chunks$/.test(name)).sort();
  }
}

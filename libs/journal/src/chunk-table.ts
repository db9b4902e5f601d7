/**
 * Which chunks the journal already has: flat open-addressing tables of 20-byte entries (128-bit hash, time in seconds),
 * one per quarter of the window, so that forgetting is dropping the oldest table. An entry counts for the whole window,
 * or until the tables have their limit in bytes; what is dropped before its time is counted.
 */

const WORDS = 5;
const GENERATIONS = 4;
const FIRST_SLOTS = 1024;
const BYTES_PER_SLOT = WORDS * 4;
/** Above this share of slots in use a probe gets long. */
const MAX_LOAD = 0.7;

export const CHUNK_HASH_BYTES = 16;

class Generation {
  #words = new Uint32Array(FIRST_SLOTS * WORDS);
  #slots = FIRST_SLOTS;
  used = 0;
  newest = 0;

  constructor(readonly since: number) {}

  /** Time of the entry, 0 when there is none, -1 when the same chunk id is there with other bytes. */
  find(hash: Buffer): number {
    const words = this.#words;
    const first = hash.readUInt32LE(0);
    for (let slot = first % this.#slots; ; slot = (slot + 1) % this.#slots) {
      const at = slot * WORDS;
      const time = words[at + 4] as number;
      if (time === 0) return 0;
      if (words[at] === first && words[at + 1] === hash.readUInt32LE(4)) {
        if (words[at + 2] === hash.readUInt32LE(8) && words[at + 3] === hash.readUInt32LE(12)) return time;
        return -1;
      }
    }
  }

  /** False when full. */
  add(hash: Buffer, time: number, maxSlots: number): boolean {
    if (this.used + 1 > this.#slots * MAX_LOAD) {
      if (this.#slots * 2 > maxSlots) return false;
      this.#grow();
    }
    const words = [hash.readUInt32LE(0), hash.readUInt32LE(4), hash.readUInt32LE(8), hash.readUInt32LE(12)];
    this.#put(words[0] as number, words, time);
    if (time > this.newest) this.newest = time;
    return true;
  }

  #put(first: number, entry: ArrayLike<number>, time: number): void {
    let slot = first % this.#slots;
    while (this.#words[slot * WORDS + 4] !== 0) slot = (slot + 1) % this.#slots;
    for (let word = 0; word < 4; word++) this.#words[slot * WORDS + word] = entry[word] as number;
    this.#words[slot * WORDS + 4] = time;
    this.used++;
  }

  #grow(): void {
    const old = this.#words;
    this.#slots *= 2;
    this.#words = new Uint32Array(this.#slots * WORDS);
    this.used = 0;
    for (let at = 0; at < old.length; at += WORDS) {
      if (old[at + 4] !== 0) this.#put(old[at] as number, old.subarray(at, at + 4), old[at + 4] as number);
    }
  }

  get bytes(): number {
    return this.#words.byteLength;
  }
}

export interface ChunkTableOptions {
  readonly windowMs: number;
  readonly maxBytes: number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly count: (name: string, by?: number) => void;
}

export class ChunkTable {
  #generations: Generation[] = [];
  readonly #maxSlots: number;
  readonly #windowSeconds: number;

  constructor(private readonly options: ChunkTableOptions) {
    this.#maxSlots = Math.max(FIRST_SLOTS, Math.floor(options.maxBytes / GENERATIONS / BYTES_PER_SLOT));
    this.#windowSeconds = Math.ceil(options.windowMs / 1000);
  }

  /** Entries of the past have small times, so the clock begins well above zero. */
  #seconds(): number {
    return Math.floor(this.options.now() / 1000) + 1_000_000;
  }

  has(hash: Buffer): boolean {
    const oldest = this.#seconds() - this.#windowSeconds;
    for (const generation of this.#generations) {
      const time = generation.find(hash);
      if (time === -1) this.options.count('chunk_id_reused');
      else if (time >= oldest) return true;
    }
    return false;
  }

  /** `age` in seconds, for what was stored before this start. */
  add(hash: Buffer, age = 0): void {
    const now = this.#seconds();
    if (!this.#newest(now).add(hash, now - age, this.#maxSlots)) {
      this.#begin(now);
      this.#newest(now).add(hash, now - age, this.#maxSlots);
    }
  }

  #newest(now: number): Generation {
    const newest = this.#generations.at(-1);
    if (newest !== undefined && now - newest.since <= this.#windowSeconds / (GENERATIONS - 1)) return newest;
    return this.#begin(now);
  }

  #begin(now: number): Generation {
    const oldest = now - this.#windowSeconds;
    this.#generations = this.#generations.filter((each) => each.newest >= oldest);
    if (this.#generations.length >= GENERATIONS) {
      const dropped = this.#generations.shift() as Generation;
      this.options.count('chunk_ids_forgotten', dropped.used);
    }
    const next = new Generation(now);
    this.#generations.push(next);
    return next;
  }

  get bytes(): number {
    return this.#generations.reduce((sum, each) => sum + each.bytes, 0);
  }

  get size(): number {
    return this.#generations.reduce((sum, each) => sum + each.used, 0);
  }
}

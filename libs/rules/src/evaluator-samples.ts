import { MAX_SAMPLES, type Sample } from './signal.js';

/** All groups of all rules together; the groups that matched longest ago lose theirs first. */
export const MAX_SHELF_BYTES = 32 * 1_024 * 1_024;

interface Kept {
  readonly samples: readonly Sample[];
  readonly bytes: number;
}

/** The newest sample records of each group, for the notice that may come of them. Keys are those of their checkpoint entries. */
export class SampleShelf {
  readonly #kept = new Map<string, Kept>();
  readonly #changed = new Set<string>();
  #bytes = 0;

  constructor(private readonly limit = MAX_SHELF_BYTES) {}

  get(key: string): readonly Sample[] {
    return this.#kept.get(key)?.samples ?? [];
  }

  add(key: string, samples: readonly Sample[]): void {
    this.#put(key, [...this.get(key), ...samples].slice(-MAX_SAMPLES));
    for (const [oldest] of this.#kept) {
      if (this.#bytes <= this.limit) break;
      this.remove(oldest);
    }
  }

  remove(key: string): void {
    const kept = this.#kept.get(key);
    if (kept === undefined) return;
    this.#kept.delete(key);
    this.#bytes -= kept.bytes;
    this.#changed.add(key);
  }

  takeChanges(changes: Map<string, string | null>): void {
    for (const key of this.#changed) {
      const kept = this.#kept.get(key);
      changes.set(key, kept === undefined ? null : JSON.stringify(kept.samples));
    }
    this.#changed.clear();
  }

  restore(key: string, text: string): void {
    const samples: unknown = JSON.parse(text);
    if (Array.isArray(samples)) this.#put(key, samples as Sample[]);
    this.#changed.delete(key);
  }

  #put(key: string, samples: readonly Sample[]): void {
    this.remove(key);
    const bytes = samples.reduce((sum, { message, fields }) => sum + 2 * (message.length + JSON.stringify(fields).length) + 200, 0);
    this.#kept.set(key, { samples, bytes });
    this.#bytes += bytes;
    this.#changed.add(key);
  }
}

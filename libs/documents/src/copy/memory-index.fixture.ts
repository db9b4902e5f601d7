import type { DocumentIndex, IndexEntry } from './document-index.js';

/** A DocumentIndex for tests: it can be away, and fail in the middle of a write. */
export class MemoryIndex implements DocumentIndex {
  readonly entries = new Map<string, { text: string | null; round: number }>();
  away = false;
  /** Entries that are still taken before a failure. */
  left = Infinity;

  async write(entries: readonly IndexEntry[], round: number): Promise<void> {
    for (const { key, text } of entries) {
      if (this.away || this.left-- <= 0) throw new Error('the index is away');
      if ((this.entries.get(key)?.round ?? 0) <= round) this.entries.set(key, { text, round });
    }
  }

  async *read(prefix: string): AsyncGenerator<{ key: string; text: string }> {
    if (this.away) throw new Error('the index is away');
    for (const [key, { text }] of this.entries) if (text !== null && key.startsWith(prefix)) yield { key, text };
  }
}

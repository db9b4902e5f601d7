/** Where a copy of documents is kept: an index with one entry per key. */
export interface IndexEntry {
  readonly key: string;
  /** null: removed. */
  readonly text: string | null;
}

/**
 * MUST keep whatever an entry of a higher round wrote when a lower one comes later (a copier that stopped for a while);
 * MUST reject when not every entry is stored; MUST read what was written before `read` was called.
 */
export interface DocumentIndex {
  /** At most 2 000 entries and 17 MiB. A round is a whole number that rises. */
  write(entries: readonly IndexEntry[], round: number): Promise<void>;
  /** Entries whose key begins with `prefix`, each once, in any order; a few MiB of them in memory at a time. */
  read(prefix: string): AsyncIterable<{ readonly key: string; readonly text: string }>;
}

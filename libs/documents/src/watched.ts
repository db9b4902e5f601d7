import type { Document, Documents } from './documents.js';

export interface WatchedOptions<T> {
  readonly documents: Documents;
  readonly collection: string;
  /** undefined leaves a document out; say why elsewhere. */
  readonly parse: (document: Document) => T | undefined;
  /** Tells other processes to `load`. */
  readonly announce: () => Promise<void>;
}

/** One collection, parsed and current in memory; the process that changes it tells the others. */
export class Watched<T> {
  private current: ReadonlyMap<string, T> = new Map();
  private readonly listeners = new Set<() => void>();
  private loading: Promise<void> | undefined;
  private loaded = false;
  private again = false;

  constructor(private readonly options: WatchedOptions<T>) {}

  /** False while nobody could read it yet: that there is nothing does not mean then that there is none. */
  get isLoaded(): boolean {
    return this.loaded;
  }

  get all(): readonly T[] {
    return [...this.current.values()];
  }

  get(id: string): T | undefined {
    return this.current.get(id);
  }

  /** Gives what ends it. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Reads everything again; calls that come meanwhile share one further read. */
  load(): Promise<void> {
    if (this.loading !== undefined) {
      this.again = true;
      return this.loading;
    }
    this.loading = this.read().finally(() => (this.loading = undefined));
    return this.loading;
  }

  /** `version` as in Documents. */
  async put(id: string, value: unknown, version?: number): Promise<Document> {
    const document = await this.options.documents.put(this.options.collection, id, value, version);
    await this.changed();
    return document;
  }

  async remove(id: string, version?: number): Promise<boolean> {
    const removed = await this.options.documents.remove(this.options.collection, id, version);
    if (removed) await this.changed();
    return removed;
  }

  private async changed(): Promise<void> {
    await this.load();
    await this.options.announce();
  }

  private async read(): Promise<void> {
    do {
      this.again = false;
      const { documents, collection, parse } = this.options;
      const next = new Map<string, T>();
      for (const document of await documents.list(collection)) {
        const parsed = parse(document);
        if (parsed !== undefined) next.set(document.id, parsed);
      }
      this.current = next;
      this.loaded = true;
    } while (this.again);
    for (const listener of this.listeners) listener();
  }
}

/** Looking for idle entries walks the whole table: no flood of new addresses makes it do so more often. */
const SWEEP_MS = 1_000;

export interface TableOptions<T> {
  readonly max: number;
  readonly make: () => T;
  /** Whether an entry remembers nothing and can be made anew when it is needed. */
  readonly isIdle: (entry: T) => boolean;
  /** The table has no room: this one shares an entry with all others for whom there is none. */
  readonly onFull: () => void;
  /** Monotonic, milliseconds. */
  readonly now: () => number;
}

/** Entries by name, a bounded number of them. */
export class BoundedTable<T> {
  private readonly entries = new Map<string, T>();
  private rest: T | undefined;
  private sweptAt = -Infinity;

  constructor(private readonly options: TableOptions<T>) {}

  get size(): number {
    return this.entries.size;
  }

  of(name: string): T {
    const known = this.entries.get(name);
    if (known !== undefined) return known;
    const { max, make, onFull } = this.options;
    if (this.entries.size >= max) this.sweep();
    if (this.entries.size >= max) {
      onFull();
      return (this.rest ??= make());
    }
    const made = make();
    this.entries.set(name, made);
    return made;
  }

  private sweep(): void {
    const { now, isIdle } = this.options;
    if (now() - this.sweptAt < SWEEP_MS) return;
    this.sweptAt = now();
    for (const [name, entry] of this.entries) if (isIdle(entry)) this.entries.delete(name);
  }
}

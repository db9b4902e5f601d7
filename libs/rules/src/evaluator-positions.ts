import type { Signal } from './signal.js';

/** Signals that came too early, all journals together: far more than is ever in a queue's prefetch. */
export const MAX_KEPT_BYTES = 64 * 1_024 * 1_024;

export type Offered = 'applied' | 'kept' | 'dropped';

interface Kept {
  readonly signal: Signal;
  readonly bytes: number;
}

/**
 * Where each journal stands, and the signals that came before their turn. A journal never seen begins where its node says
 * (`begin`, or `first` of the first signal that comes).
 */
export class Positions {
  readonly #applied = new Map<string, number>();
  readonly #kept = new Map<string, Map<number, Kept>>();
  readonly #changed = new Set<string>();
  #keptBytes = 0;

  constructor(private readonly maxKeptBytes = MAX_KEPT_BYTES) {}

  get keptBytes(): number {
    return this.#keptBytes;
  }

  get all(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#applied);
  }

  applied(journal: string): number | undefined {
    return this.#applied.get(journal);
  }

  /**
   * `from`: what lies before it will not be sent any more. True when a journal goes on there although something before it
   * was never applied: the state is older than what its node was told, as after a restored backup.
   */
  begin(journal: string, from: number): boolean {
    const applied = this.#applied.get(journal);
    if (applied !== undefined && applied >= from) return false;
    this.#applied.set(journal, from);
    this.#changed.add(journal);
    return applied !== undefined;
  }

  /** What is to be done with a signal; 'kept' ones come back from `next`. `overflow`: dropped as nothing more can be kept. */
  judge(signal: Signal): Offered | 'overflow' {
    const { journal, from, to, first = from } = signal;
    if (!this.#applied.has(journal)) this.begin(journal, first);
    const applied = this.applied(journal) ?? from;
    if (from === applied) return 'applied';
    // Its node cut it anew because it could not write its cursor: some of it is counted again, which is better than none.
    if (from < applied && applied < to) return 'applied';
    if (from < applied) return 'dropped';
    return this.#keep(signal) ? 'kept' : 'overflow';
  }

  advance(journal: string, to: number): void {
    this.#applied.set(journal, to);
    this.#changed.add(journal);
  }

  /** The kept signal whose turn it is now; older ones are thrown away. */
  next(journal: string): Signal | undefined {
    const kept = this.#kept.get(journal);
    const applied = this.applied(journal);
    if (kept === undefined || applied === undefined) return undefined;
    for (const [from, { bytes }] of kept) if (from < applied) this.#forget(journal, from, bytes);
    const next = kept.get(applied);
    if (next !== undefined) this.#forget(journal, applied, next.bytes);
    return next?.signal;
  }

  takeChanges(changes: Map<string, string | null>): void {
    for (const journal of this.#changed) changes.set(`applied/${journal}`, String(this.applied(journal)));
    this.#changed.clear();
  }

  restore(journal: string, text: string): void {
    const position = Number(text);
    if (Number.isSafeInteger(position)) this.#applied.set(journal, position);
  }

  #keep(signal: Signal): boolean {
    const kept = this.#kept.get(signal.journal) ?? new Map<number, Kept>();
    if (kept.has(signal.from)) return true;
    const bytes = 2 * JSON.stringify(signal).length;
    if (this.#keptBytes + bytes > this.maxKeptBytes) return false;
    kept.set(signal.from, { signal, bytes });
    this.#kept.set(signal.journal, kept);
    this.#keptBytes += bytes;
    return true;
  }

  #forget(journal: string, from: number, bytes: number): void {
    const kept = this.#kept.get(journal);
    if (kept?.delete(from) !== true) return;
    this.#keptBytes -= bytes;
    if (kept.size === 0) this.#kept.delete(journal);
  }
}

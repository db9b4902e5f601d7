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
 * (`begin`), else with the first signal that comes.
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

  begin(journal: string, from: number): void {
    if (this.#applied.has(journal)) return;
    this.#applied.set(journal, from);
    this.#changed.add(journal);
  }

  /** What is to be done with a signal; 'kept' ones come back from `next`. `overflow`: dropped as nothing more can be kept. */
  judge(signal: Signal): Offered | 'overflow' {
    this.begin(signal.journal, signal.from);
    const applied = this.applied(signal.journal) ?? signal.from;
    if (signal.from === applied) return 'applied';
    if (signal.from < applied) return 'dropped';
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

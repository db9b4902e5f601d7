import { termKey } from './state.js';

/** Terms that one rule remembers, about 20 MB; the ones seen longest ago are forgotten first. */
export const MAX_TERMS = 100_000;
/** A term's last second is written down only when it moved by this share of the time it is remembered. */
const GRAIN = 16;

/** The terms that a new_term rule has seen, per group. */
export class TermRegistry {
  /** Seconds last seen, longest ago first. */
  readonly #seen = new Map<string, number>();
  readonly #changed = new Set<string>();
  readonly #remember: number;

  constructor(
    private readonly rule: string,
    rememberMs: number,
    private readonly limit = MAX_TERMS,
  ) {
    this.#remember = Math.ceil(rememberMs / 1_000);
  }

  /** True when the group has not had the value for as long as it is remembered. */
  see(group: string, value: string, second: number): boolean {
    const term = JSON.stringify([group, value]);
    const last = this.#seen.get(term);
    const isNew = last === undefined || second - last > this.#remember;
    if (isNew || second - last > this.#remember / GRAIN) {
      this.#seen.delete(term);
      this.#seen.set(term, second);
      this.#changed.add(term);
    }
    return isNew;
  }

  /** Forgets what was not seen for too long, then what is too much; gives how many of the latter. */
  forget(second: number): number {
    let forgotten = 0;
    for (const [term, last] of this.#seen) {
      const isOld = second - last > this.#remember;
      if (!isOld && this.#seen.size <= this.limit) break;
      if (!isOld) forgotten++;
      this.#delete(term);
    }
    return forgotten;
  }

  clear(): void {
    for (const term of this.#seen.keys()) this.#delete(term);
  }

  takeChanges(changes: Map<string, string | null>): void {
    for (const term of this.#changed) {
      const last = this.#seen.get(term);
      changes.set(termKey(this.rule, term), last === undefined ? null : JSON.stringify([term, last]));
    }
    this.#changed.clear();
  }

  restore(texts: readonly string[]): void {
    const terms = texts.map((text) => JSON.parse(text) as [string, number]);
    for (const [term, last] of terms.sort((a, b) => a[1] - b[1])) this.#seen.set(term, last);
  }

  #delete(term: string): void {
    this.#seen.delete(term);
    this.#changed.add(term);
  }
}

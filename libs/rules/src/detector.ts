/** From the bytes of a delivery to counts: of most records the sieve knows without parsing them which rules they match. */
import { CompiledRule } from './compiled-rule.js';
import { Entry, entryOf } from './profile.js';
import type { Rule } from './rule.js';
import { Sieve } from './sieve.js';
import type { SignalBuilder } from './signal-builder.js';

/** What a journal's reader hands on. */
export interface DetectInput {
  /** Two lines per record: action, source. */
  readonly bulk: Buffer;
  readonly count: number;
  /** Of each record. */
  readonly positions: ArrayLike<number>;
}

export class Detector {
  /** Records that are no JSON, which only damage can make; they are left out. */
  unreadable = 0;
  readonly #sieve: Sieve<Entry> | undefined;

  /** Rules that are switched off are left out. */
  constructor(rules: readonly Rule[]) {
    const enabled = rules.filter((rule) => rule.enabled).map((rule) => new CompiledRule(rule));
    if (enabled.length === 0) return;
    const loose = enabled.map((rule) => new Entry(rule, 0, rule.rule.where, undefined));
    this.#sieve = new Sieve((known) => enabled.flatMap((rule) => entryOf(rule, known) ?? []), loose);
  }

  /** Counts what the rules find into `builder`. The same bytes give the same counts, whatever came before. */
  detect({ bulk, positions }: DetectInput, builder: SignalBuilder): void {
    const sieve = this.#sieve;
    if (sieve === undefined) return;
    sieve.open(bulk);
    while (sieve.next()) this.#look(sieve, positions[sieve.lines.index] ?? -1, builder);
  }

  #look(sieve: Sieve<Entry>, position: number, builder: SignalBuilder): void {
    try {
      const entries = sieve.read(position);
      for (let index = 0; index < entries.length; index += 1) entries[index]?.look(sieve.record, builder);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      this.unreadable += 1;
    }
  }
}

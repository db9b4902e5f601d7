/** Which alerts are silent because a greater one fires: sources are indexed by the labels that must be equal. */
import type { Alert, Labels } from './alert.js';
import { matchesAll } from './matcher.js';
import type { InhibitRule } from './routing.js';

interface Index {
  readonly rule: InhibitRule;
  /** Values of `equal` → firing sources by fingerprint. */
  readonly sources: Map<string, Map<string, Labels>>;
}

export class Inhibition {
  readonly #indexes: readonly Index[];

  constructor(rules: readonly InhibitRule[]) {
    this.#indexes = rules.map((rule) => ({ rule, sources: new Map() }));
  }

  /** An alert fires. An occurrence is over when it is told: it inhibits nothing. */
  add({ fingerprint, labels, occurrence }: Alert): void {
    if (occurrence) return;
    for (const { rule, sources } of this.#indexes) {
      if (!matchesAll(rule.sourceMatchers, labels)) continue;
      const key = equalKey(rule, labels);
      const same = sources.get(key) ?? new Map<string, Labels>();
      sources.set(key, same.set(fingerprint, labels));
    }
  }

  /** An occurrence may have the labels of a source, and was never one. */
  remove({ fingerprint, labels, occurrence }: Alert): void {
    if (occurrence) return;
    for (const { rule, sources } of this.#indexes) {
      const key = equalKey(rule, labels);
      const same = sources.get(key);
      if (same?.delete(fingerprint) === true && same.size === 0) sources.delete(key);
    }
  }

  /** Fingerprints of what inhibits it, one per rule. An alert on both sides of a rule is not inhibited by another such one. */
  inhibitedBy({ labels, fingerprint }: Alert, fires: (fingerprint: string) => boolean): readonly string[] {
    return this.#indexes.flatMap(({ rule, sources }) => {
      if (!matchesAll(rule.targetMatchers, labels)) return [];
      const both = matchesAll(rule.sourceMatchers, labels);
      for (const [source, sourceLabels] of sources.get(equalKey(rule, labels)) ?? []) {
        if (source === fingerprint || !fires(source)) continue;
        if (!both || !matchesAll(rule.targetMatchers, sourceLabels)) return [source];
      }
      return [];
    });
  }
}

function equalKey({ equal }: InhibitRule, labels: Labels): string {
  return equal.map((name) => labels[name] ?? '').join('\u{ff}');
}

import { isActive } from './episode.js';
import { decodeGroup, fieldsOf, ruleKey, type StoredRule } from './state.js';
import { type EndReason, type Transition, transitionId } from './transition.js';

export interface EndedRule {
  readonly name: string;
  readonly stored: StoredRule;
  readonly reason: EndReason;
  /** Certain second. */
  readonly second: number;
}

/** A rule that changed or went away while nobody was at work: what it had firing ends, and its entries go. */
export function endStored(ended: EndedRule, emit: (transition: Transition) => void, changes: Map<string, string | null>): void {
  const { name, stored } = ended;
  changes.set(ruleKey(name), null);
  for (const key of stored.samples) changes.set(key, null);
  for (const [key] of stored.terms) changes.set(key, null);
  for (const [key, text] of stored.groups) {
    changes.set(key, null);
    const transition = resolved(ended, text);
    if (transition !== undefined) emit(transition);
  }
}

function resolved({ name, stored: { rule }, reason, second }: EndedRule, text: string): Transition | undefined {
  // Occurrence rules have no threshold, and nothing that ends.
  if (rule?.threshold === undefined) return undefined;
  const { key, episode } = decodeGroup(text);
  if (!isActive(episode)) return undefined;
  const startMs = episode.start * 1_000;
  const atMs = Math.max(second, episode.start) * 1_000;
  return {
    id: transitionId({ rule: name, revision: rule.revision, group: JSON.stringify(key), startMs, number: '1' }),
    rule: name,
    revision: rule.revision,
    group: fieldsOf(rule.groupBy, key),
    kind: 'resolved',
    atMs,
    startsAtMs: startMs,
    endsAtMs: atMs,
    reason,
    value: 0,
    threshold: rule.threshold,
    folded: 0,
    samples: [],
  };
}

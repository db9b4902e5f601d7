/**
 * What an evaluator leaves in a checkpoint, as keys and compact JSON:
 *
 *     clock                        certain time, and what was heard of each node
 *     applied/<journal>            position up to which all is applied
 *     state/<rule>/rule            what is known of a rule as a whole
 *     state/<rule>/<group hash>    one group: its buckets and where its episode stands
 *     samples/<rule>/<group hash>  its newest sample records
 *     terms/<rule>/<term hash>     new_term: a value seen
 *
 * A rule's name has no slash and is never `rule` in the place of a hash.
 */
import { hash } from 'node:crypto';
import { beginEpisode, type Episode, type Phase } from './episode.js';

export const STATE_PREFIX = 'state/';
export const SAMPLES_PREFIX = 'samples/';
export const TERMS_PREFIX = 'terms/';
export const APPLIED_PREFIX = 'applied/';
export const CLOCK_KEY = 'clock';
const RULE_ENTRY = 'rule';

/** Values of groupBy of the group that takes what is beyond `maxGroups`. */
export const OTHER_GROUP = '__other__';

export interface RuleState {
  readonly revision: string;
  readonly groupBy: readonly string[];
  readonly severity: string;
  readonly threshold?: number;
  /** Certain second from which on the rule has been counted; -1 while no time is certain. */
  since: number;
  /** Event time of the newest match, epoch seconds; -1 before the first. */
  lastMatch: number;
  matches: number;
  /** Matches that were too late, values that did not fit: counted, never evaluated. */
  late: number;
}

/** Hash of a group or term, as it stands in keys. */
export function hashOf(text: string): string {
  return hash('sha256', text, 'hex').slice(0, 24);
}

export function ruleKey(rule: string): string {
  return `${STATE_PREFIX}${rule}/${RULE_ENTRY}`;
}

export function groupKey(rule: string, group: string): string {
  return `${STATE_PREFIX}${rule}/${hashOf(group)}`;
}

export function samplesKey(rule: string, group: string): string {
  return `${SAMPLES_PREFIX}${rule}/${hashOf(group)}`;
}

export function termKey(rule: string, term: string): string {
  return `${TERMS_PREFIX}${rule}/${hashOf(term)}`;
}

/** Everything stored of one rule. */
export interface StoredRule {
  rule: RuleState | undefined;
  /** Key and text of each group's entry. */
  readonly groups: [string, string][];
  readonly terms: [string, string][];
  /** Keys of sample entries. */
  readonly samples: string[];
}

/** Sorts entries by rule; other keys are left alone. */
export function storedRules(entries: Iterable<readonly [string, string]>): Map<string, StoredRule> {
  const rules = new Map<string, StoredRule>();
  for (const [key, text] of entries) {
    const [family, name = '', item = ''] = key.split('/');
    if (family !== 'state' && family !== 'samples' && family !== 'terms') continue;
    const stored = rules.get(name) ?? { rule: undefined, groups: [], terms: [], samples: [] };
    rules.set(name, stored);
    if (family === 'terms') stored.terms.push([key, text]);
    else if (family === 'samples') stored.samples.push(key);
    else if (item === RULE_ENTRY) stored.rule = JSON.parse(text) as RuleState;
    else stored.groups.push([key, text]);
  }
  return rules;
}

/** A condition's group as stored: short names, and nothing that is as it was at the begin. */
interface EncodedGroup {
  readonly k: readonly string[];
  readonly p?: Phase;
  readonly m?: 1;
  readonly s?: number;
  readonly a?: number;
  readonly e?: number;
  readonly t: number;
  readonly f: number;
  readonly l: number;
  readonly w?: unknown;
}

export interface GroupState {
  readonly key: readonly string[];
  readonly episode: Episode;
  /** Second up to which the episode is lived through. */
  readonly settled: number;
  readonly firstSeen: number;
  readonly lastSeen: number;
  /** What `Windows.encode` gave. */
  readonly windows: unknown;
}

export function encodeGroup(group: GroupState): string {
  const { phase, missing, since, start, end } = group.episode;
  const encoded: EncodedGroup = {
    k: group.key,
    ...(phase === 'ok' ? {} : { p: phase }),
    ...(missing ? { m: 1 } : {}),
    ...(since < 0 ? {} : { s: since }),
    ...(start < 0 ? {} : { a: start }),
    ...(end < 0 ? {} : { e: end }),
    t: group.settled,
    f: group.firstSeen,
    l: group.lastSeen,
    w: group.windows,
  };
  return JSON.stringify(encoded);
}

export function decodeGroup(text: string): GroupState {
  const { k, p = 'ok', m, s = -1, a = -1, e = -1, t, f, l, w } = JSON.parse(text) as EncodedGroup;
  const episode = { ...beginEpisode(), phase: p, missing: m === 1, since: s, start: a, end: e };
  return { key: k, episode, settled: t, firstSeen: f, lastSeen: l, windows: w };
}

/** An occurrence rule's group as stored. */
export interface OccurrenceState {
  readonly key: readonly string[];
  /** Second at which the cooldown ends; -1: none goes on. */
  until: number;
  /** Matches folded since the last notice, and when the newest was. */
  folded: number;
  foldedAt: number;
  /** Which match was folded first: with it the digest has an id of its own, also when late matches begin a cooldown that ends in the same second. */
  foldedFirst?: string | undefined;
  /** new_term, change: the value of the newest folded match. */
  term?: string | undefined;
  before?: string | undefined;
  /** change: the last value, and when it was seen. */
  last?: readonly [number, string] | undefined;
}

export function fieldsOf(groupBy: readonly string[], key: readonly string[]): Record<string, string> {
  return Object.fromEntries(groupBy.map((name, index) => [name, key[index] ?? '']));
}

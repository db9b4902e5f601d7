import { ConditionGroup } from './evaluator-group.js';
import { formatSpan, whyNotFiring } from './explain-words.js';
import type { ConditionRule, OccurrenceRule, Rule } from './rule.js';
import { fieldsOf, type OccurrenceState, type RuleState, type StoredRule, storedRules } from './state.js';
import { BucketWindows } from './window-buckets.js';
import { BucketPool } from './window-pool.js';
import { ValueWindows } from './window-values.js';
import { Judge } from './window-verdict.js';
import type { Windows, WindowView } from './window.js';

/** Groups shown; all are counted. */
export const MAX_EXPLAINED_GROUPS = 20;

export interface GroupExplanation {
  /** Values of groupBy by ECS name. */
  readonly group: Readonly<Record<string, string>>;
  /** As in Episode; of an occurrence rule `cooldown` or `ok`. */
  readonly state: 'ok' | 'pending' | 'firing' | 'recovering' | 'no_data' | 'cooldown';
  /** Since when it is in this state, epoch milliseconds; absent when it has always been. */
  readonly sinceMs?: number;
  /** Matches in the window (of a ratio also the whole, of a spike also the window before); of an occurrence rule, folded ones. */
  readonly matches: number;
  readonly whole?: number;
  readonly before?: number;
  /** What the threshold is compared with. */
  readonly value: number;
  readonly threshold?: number;
  /** One sentence: why it fires or does not. */
  readonly why: string;
}

export interface Explanation {
  readonly rule: string;
  readonly state: 'disabled' | 'waiting' | 'ok' | 'pending' | 'firing';
  /** Event time of the newest match. */
  readonly lastMatchMs?: number;
  readonly matches: number;
  readonly late: number;
  readonly groups: readonly GroupExplanation[];
  readonly totalGroups: number;
  readonly why: string;
}

/**
 * Says why a rule fires or does not, from the checkpoint entries below `state/<rule>/` alone (others are ignored), so that
 * any process can. `nowMs`: the evaluator's certain time (`certainMs` in the entry `clock`), or the wall clock.
 */
export function explain(rule: Rule, entries: Iterable<readonly [string, string]>, nowMs: number): Explanation {
  const stored = storedRules(entries).get(rule.name);
  const state = stored?.rule?.revision === rule.revision ? stored.rule : undefined;
  const groups = rule.enabled && state !== undefined ? explainGroups(rule, stored, state, nowMs) : [];
  const overall = overallState(rule, state, groups);
  return {
    rule: rule.name,
    state: overall,
    ...(state === undefined || state.lastMatch < 0 ? {} : { lastMatchMs: state.lastMatch * 1_000 }),
    matches: state?.matches ?? 0,
    late: state?.late ?? 0,
    groups: groups.slice(0, MAX_EXPLAINED_GROUPS),
    totalGroups: groups.length,
    why: whyOf(rule, overall, state, groups),
  };
}

function explainGroups(rule: Rule, stored: StoredRule | undefined, state: RuleState, nowMs: number): GroupExplanation[] {
  const texts = (stored?.groups ?? []).map(([, text]) => text);
  return rule.family === 'condition' ? ofCondition(rule, texts, state, nowMs) : ofOccurrence(rule, texts, nowMs);
}

function ofCondition(rule: ConditionRule, texts: readonly string[], state: RuleState, nowMs: number): GroupExplanation[] {
  const judge = new Judge(rule);
  const windows = windowsOf(rule, judge);
  const second = Math.floor(nowMs / 1_000);
  const groups = texts.map((text) => {
    const group = ConditionGroup.decode(text, windows);
    const view = viewAt(windows, group, Math.max(second, group.settled));
    windows.release(group);
    const { phase } = group;
    const since = phase === 'ok' ? group.end : phase === 'firing' || phase === 'no_data' ? group.start : group.since;
    const isComplete = second >= Math.max(state.since, rule.groupBy.length > 0 ? group.firstSeen : -1) + judge.reach;
    return {
      group: fieldsOf(rule.groupBy, group.key),
      state: phase,
      ...(since < 0 ? {} : { sinceMs: since * 1_000 }),
      matches: view.matches,
      ...(rule.kind === 'ratio' ? { whole: view.whole } : {}),
      ...(rule.kind === 'spike' ? { before: view.before } : {}),
      value: judge.value(view),
      threshold: rule.threshold.value,
      why: whyNotFiring({ rule, judge, view, phase, since, second, isComplete }),
    } satisfies GroupExplanation;
  });
  return groups.sort((a, b) => rank(b) - rank(a) || b.value - a.value || b.matches - a.matches);
}

function windowsOf(rule: ConditionRule, judge: Judge): Windows {
  if (rule.kind === 'distinct') return new ValueWindows(judge.over);
  return new BucketWindows(new BucketPool(), { over: judge.over, ratio: rule.kind === 'ratio', spike: rule.kind === 'spike' });
}

function viewAt(windows: Windows, group: ConditionGroup, second: number): WindowView {
  let at: WindowView = { matches: 0, whole: 0, before: 0 };
  windows.walk(group, { from: second, to: second }, (_from, _to, view) => {
    at = { ...view };
    return false;
  });
  return at;
}

function ofOccurrence(rule: OccurrenceRule, texts: readonly string[], nowMs: number): GroupExplanation[] {
  const groups = texts.map((text) => {
    const { key, until, folded, last } = JSON.parse(text) as OccurrenceState;
    const isCooling = until * 1_000 > nowMs;
    const seen = last === undefined ? '' : `; ${rule.field ?? 'the field'} is “${last[1]}”`;
    const why = isCooling
      ? `told of, and in cooldown for another ${formatSpan(until - Math.floor(nowMs / 1_000))}: ${folded} matches folded so far`
      : 'the next match is told at once';
    return {
      group: fieldsOf(rule.groupBy, key),
      state: isCooling ? ('cooldown' as const) : ('ok' as const),
      ...(isCooling ? { sinceMs: until * 1_000 - rule.cooldownMs } : {}),
      matches: folded,
      value: folded,
      why: why + seen,
    };
  });
  return groups.sort((a, b) => b.matches - a.matches);
}

function rank({ state }: GroupExplanation): number {
  return ['ok', 'cooldown', 'pending', 'recovering', 'no_data', 'firing'].indexOf(state);
}

function overallState(rule: Rule, state: RuleState | undefined, groups: readonly GroupExplanation[]): Explanation['state'] {
  if (!rule.enabled) return 'disabled';
  if (state === undefined) return 'waiting';
  const states = new Set(groups.map((group) => group.state));
  if (states.has('firing') || states.has('recovering') || states.has('no_data')) return 'firing';
  return states.has('pending') ? 'pending' : 'ok';
}

function whyOf(rule: Rule, overall: Explanation['state'], state: RuleState | undefined, groups: readonly GroupExplanation[]): string {
  if (overall === 'disabled') return 'disabled: `enabled` is false';
  if (state === undefined) return 'nothing is known of this revision yet: no signal and no second has passed since it was taken on';
  const [first] = groups;
  if (first !== undefined) return groups.length === 1 ? first.why : `${groups.length} groups; the nearest: ${first.why}`;
  if (state.lastMatch >= 0) return `no group holds anything now; the last record matched at ${timeOf(state.lastMatch)}`;
  if (state.late > 0)
    return `${state.late} records matched, all of them later than allowed_lateness (${formatSpan(rule.allowedLatenessMs / 1_000)})`;
  return state.since < 0 ? 'no record matched yet, and no node was heard' : `no record matched since ${timeOf(state.since)}`;
}

function timeOf(second: number): string {
  return new Date(second * 1_000).toISOString().replace('.000Z', 'Z');
}

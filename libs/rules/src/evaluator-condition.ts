import { Deadlines } from './evaluator-deadlines.js';
import { believed, matchesOf, type RuleRun, type RunContext } from './evaluator-run.js';
import { ConditionGroup } from './evaluator-group.js';
import { type Durations, type EpisodeChange, isActive, live, rewind } from './episode.js';
import type { ConditionRule } from './rule.js';
import type { GroupSignal, RuleSignal, Signal } from './signal.js';
import { encodeGroup, fieldsOf, groupKey, OTHER_GROUP, type RuleState, samplesKey, type StoredRule } from './state.js';
import { type EndReason, transitionId } from './transition.js';
import { BucketWindows } from './window-buckets.js';
import { ValueWindows } from './window-values.js';
import { Judge } from './window-verdict.js';
import type { WindowEntry, Windows, WindowView } from './window.js';

/** A group that is remembered without data is forgotten after so long, unless the rule says otherwise. */
const FORGET_MS = 86_400_000;
const NUMBERS: Readonly<Record<EpisodeChange, string>> = { firing: '0', resolved: '1', no_data: '2' };

/**
 * A condition rule at work. What records alone can make true fires with their signal; everything else waits until its
 * second is certain. A group is looked at when it is touched or due, never otherwise.
 */
export class ConditionRun implements RuleRun {
  readonly #groups = new Map<string, ConditionGroup>();
  readonly #changed = new Set<ConditionGroup>();
  readonly #gone = new Set<string>();
  readonly #deadlines = new Deadlines<ConditionGroup>();
  readonly #judge: Judge;
  readonly #windows: Windows;
  readonly #durations: Durations;
  readonly #lateness: number;
  readonly #forget: number;
  readonly #isGrouped: boolean;

  constructor(
    private readonly rule: ConditionRule,
    private readonly state: RuleState,
    private readonly context: RunContext,
  ) {
    this.#judge = new Judge(rule);
    const { over } = this.#judge;
    this.#windows =
      rule.kind === 'distinct'
        ? new ValueWindows(over)
        : new BucketWindows(context.pool, { over, ratio: rule.kind === 'ratio', spike: rule.kind === 'spike' });
    this.#durations = { for: Math.ceil(rule.forMs / 1_000), recover: Math.ceil(rule.recover.forMs / 1_000) };
    this.#lateness = Math.ceil(rule.allowedLatenessMs / 1_000);
    this.#forget = Math.ceil((rule.forgetMs ?? FORGET_MS) / 1_000);
    this.#isGrouped = rule.groupBy.length > 0;
  }

  get groups(): number {
    return this.#groups.size;
  }

  apply(signal: Signal, part: RuleSignal): void {
    const groups = part.groups.map((group) => this.#groupOf(group, signal.arrivedMs));
    groups.forEach((group, index) => {
      const samples = part.samples.filter((sample) => sample.group === index);
      if (group !== undefined && samples.length > 0) this.context.shelf.add(samplesKey(this.rule.name, group.text), samples);
    });
    groups.forEach((group, index) => {
      const counted = part.groups[index];
      if (group !== undefined && counted !== undefined) this.#touch(group, counted, signal.arrivedMs);
    });
  }

  advance(): void {
    if (!this.#isGrouped && this.#judge.remembers && !this.#groups.has('[]')) {
      const group = this.#addGroup([], this.state.since + 1);
      this.#schedule(group);
    }
    for (const [second, group] of this.#deadlines.take(this.context.clock.second)) {
      if (group.due !== second) continue;
      group.due = -1;
      // It fired ahead of certain time: the second after is still to be judged.
      const soonest = group.settled >= this.context.clock.second ? group.settled + 1 : Infinity;
      this.#settle(group);
      if (this.#isIdle(group)) this.#drop(group);
      else this.#schedule(group, soonest);
    }
  }

  takeChanges(changes: Map<string, string | null>): void {
    for (const text of this.#gone) changes.set(groupKey(this.rule.name, text), null);
    this.#gone.clear();
    for (const group of this.#changed) {
      const windows = this.#windows.encode(group, this.#floor());
      changes.set(groupKey(this.rule.name, group.text), encodeGroup({ ...group.state(), windows }));
    }
    this.#changed.clear();
  }

  restore(stored: StoredRule): void {
    for (const [, text] of stored.groups) {
      const group = ConditionGroup.decode(text, this.#windows);
      this.#groups.set(group.text, group);
      this.#schedule(group, group.settled + 1);
    }
  }

  end(reason: EndReason): void {
    for (const group of this.#groups.values()) this.#drop(group, reason);
  }

  phases(): Record<string, number> {
    const phases: Record<string, number> = { ok: 0, pending: 0, firing: 0, recovering: 0, no_data: 0 };
    for (const { phase } of this.#groups.values()) phases[phase] = (phases[phase] ?? 0) + 1;
    return phases;
  }

  /** Buckets at or before it can never count again. */
  #floor(): number {
    return this.context.clock.second - this.#judge.reach - this.#lateness;
  }

  #groupOf(counted: GroupSignal, arrivedMs: number): ConditionGroup | undefined {
    const known = this.#groups.get(JSON.stringify(counted.key));
    if (known !== undefined) return known;
    const seconds = (this.rule.kind === 'distinct' ? (counted.values ?? []) : counted.seconds).map(([second]) =>
      believed(second, arrivedMs),
    );
    const first = seconds.reduce((least, second) => Math.min(least, second), Infinity);
    if (first === Infinity) return undefined;
    if (this.#groups.size < this.rule.maxGroups) return this.#addGroup(counted.key, Math.max(first, this.#floor() + 1));
    this.context.counters.otherGroup += matchesOf(counted);
    const other = this.rule.groupBy.map(() => OTHER_GROUP);
    return this.#groups.get(JSON.stringify(other)) ?? this.#addGroup(other, first);
  }

  #addGroup(key: readonly string[], first: number): ConditionGroup {
    const group = new ConditionGroup(JSON.stringify(key), first);
    this.#groups.set(group.text, group);
    this.#gone.delete(group.text);
    this.#changed.add(group);
    return group;
  }

  #touch(group: ConditionGroup, counted: GroupSignal, arrivedMs: number): void {
    if (group.settled < this.context.clock.second) this.#catchUp(group);
    const first = this.#add(group, counted, arrivedMs);
    this.context.counters.crowded += counted.valuesCut ?? 0;
    if (first === Infinity) return;
    if (first <= group.settled) {
      const complete = this.context.clock.second - this.#lateness;
      group.settled = Math.min(group.settled, rewind(group, first, this.#durations.for, complete));
      this.#settle(group);
    }
    this.#fireEarly(group, first);
    this.#changed.add(group);
    // The second after may be judged otherwise now, although nothing enters or leaves in it.
    this.#schedule(group, group.settled + 1);
  }

  /** Gives the earliest second that was added; Infinity when all was too late. */
  #add(group: ConditionGroup, counted: GroupSignal, arrivedMs: number): number {
    const floor = this.#floor();
    let first = Infinity;
    for (const entry of entriesOf(this.rule, counted)) {
      const second = believed(entry.second, arrivedMs);
      if (second <= floor) {
        this.context.counters.late += entry.matches;
        continue;
      }
      if (!this.#windows.add(group, { ...entry, second }, floor)) this.context.counters.crowded++;
      if (second < first) first = second;
      if (second > group.lastSeen) group.lastSeen = second;
    }
    return first;
  }

  /** Nothing but a record can change it, and that is looked at when it comes. */
  #isQuiet(group: ConditionGroup): boolean {
    return group.phase === 'ok' && this.#judge.onlyRecords && this.#durations.for === 0;
  }

  /** Before something is added: a quiet group that only records can wake has nothing to live through. */
  #catchUp(group: ConditionGroup): void {
    if (this.#isQuiet(group)) group.settled = this.context.clock.second;
    else this.#settle(group);
  }

  /** Lives through all seconds that are certain. */
  #settle(group: ConditionGroup): void {
    const to = this.context.clock.second;
    if (group.settled >= to) return;
    const { phase, since } = group;
    const complete = this.#completeFrom(group);
    this.#windows.walk(group, { from: group.settled + 1, to }, (from, end, view) => {
      if (from < complete && complete <= end) {
        this.#live(group, { from, to: complete - 1 }, view, false);
        this.#live(group, { from: complete, to: end }, view, true);
      } else this.#live(group, { from, to: end }, view, from >= complete);
      return true;
    });
    group.settled = to;
    if (group.phase !== phase || group.since !== since) this.#changed.add(group);
    // While it was firing nobody asked whether seconds to come hold as well.
    if (group.phase === 'ok' && phase !== 'ok') this.#fireEarly(group, to + 1);
  }

  #live(group: ConditionGroup, span: { from: number; to: number }, view: WindowView, complete: boolean): void {
    const segment = { ...span, verdict: this.#judge.verdict(view, complete), value: this.#judge.value(view) };
    live(group, segment, this.#durations, (change, at, value) => this.#emit(group, change, { at, value }));
  }

  /** First second whose window was watched from its begin to its end. */
  #completeFrom(group: ConditionGroup): number {
    const { since } = this.state;
    const watched = Math.max(since, this.context.clock.resumed, this.#isGrouped ? group.firstSeen : -1);
    return since < 0 ? Infinity : watched + this.#judge.reach;
  }

  /** Windows that end in seconds that are not certain yet: whether the records that are there are enough. */
  #fireEarly(group: ConditionGroup, first: number): void {
    if (!this.#judge.onRecords || this.#durations.for > 0 || group.phase !== 'ok') return;
    const begin = Math.max(group.settled + 1, first, group.end + 1);
    // Behind the newest record records only leave: one second tells of all, and it may be the first after the last episode.
    const range = { from: begin, to: Math.max(begin, this.#windows.newest(group)) };
    const complete = this.#completeFrom(group);
    this.#windows.walk(group, range, (from, _to, view) => {
      if (!this.#judge.holdsEarly(view, from >= complete)) return true;
      const segment = { from, to: from, verdict: 'holds' as const, value: this.#judge.value(view) };
      live(group, segment, this.#durations, (change, at, value) => this.#emit(group, change, { at, value }));
      group.settled = from;
      this.#changed.add(group);
      return false;
    });
  }

  #schedule(group: ConditionGroup, soonest = Infinity): void {
    const change = this.#isQuiet(group) ? Infinity : Math.min(soonest, this.#nextChange(group));
    const next = Math.min(change, this.#idleFrom(group));
    if (next === Infinity || (group.due >= 0 && group.due <= next)) return;
    group.due = this.#deadlines.add(next, group);
  }

  #nextChange(group: ConditionGroup): number {
    const { settled, phase, since } = group;
    let next = Math.min(this.#windows.nextEntry(group, settled), this.#windows.nextLeave(group, settled));
    if (phase === 'pending') next = Math.min(next, since + this.#durations.for);
    if (phase === 'recovering') next = Math.min(next, since + this.#durations.recover);
    const complete = this.#completeFrom(group);
    return this.#judge.onSilence && complete > settled ? Math.min(next, complete) : next;
  }

  /** When the group may be forgotten, if nothing comes. */
  #idleFrom(group: ConditionGroup): number {
    if (this.#judge.remembers && !this.#isGrouped) return Infinity;
    if (!this.#judge.remembers && group.phase === 'ok') return this.#emptyFrom(group);
    return Math.max(group.lastSeen + this.#forget, this.#emptyFrom(group));
  }

  #emptyFrom(group: ConditionGroup): number {
    return Math.max(this.#windows.newest(group) + this.#judge.reach, group.end) + this.#lateness + 1;
  }

  #isIdle(group: ConditionGroup): boolean {
    return this.#idleFrom(group) <= this.context.clock.second;
  }

  #drop(group: ConditionGroup, reason: EndReason = 'group_forgotten'): void {
    const { second } = this.context.clock;
    if (isActive(group)) this.#emit(group, 'resolved', { at: Math.max(second, group.start), value: 0, reason });
    this.#groups.delete(group.text);
    this.#changed.delete(group);
    this.#gone.add(group.text);
    this.#windows.release(group);
    this.context.shelf.remove(samplesKey(this.rule.name, group.text));
    group.due = -1;
  }

  #emit(group: ConditionGroup, change: EpisodeChange, { at, value, reason }: { at: number; value: number; reason?: EndReason }): void {
    const { name, revision, groupBy, threshold } = this.rule;
    const startMs = group.start * 1_000;
    this.context.emit({
      id: transitionId({ rule: name, revision, group: group.text, startMs, number: NUMBERS[change] }),
      rule: name,
      revision,
      group: fieldsOf(groupBy, group.key),
      kind: change,
      atMs: at * 1_000,
      startsAtMs: startMs,
      ...(change === 'resolved' ? { endsAtMs: at * 1_000 } : {}),
      ...(reason === undefined ? {} : { reason }),
      value,
      threshold: threshold.value,
      window: { fromMs: (at - this.#judge.over + 1) * 1_000, toMs: (at + 1) * 1_000 },
      folded: 0,
      samples: this.context.shelf.get(samplesKey(name, group.text)),
    });
  }
}

function entriesOf(rule: ConditionRule, counted: GroupSignal): WindowEntry[] {
  if (rule.kind === 'distinct') return (counted.values ?? []).map(([second, value]) => ({ second, value, matches: 1, whole: 0 }));
  return counted.seconds.map(([second, matches, whole = 0]) => ({ second, matches, whole, value: '' }));
}

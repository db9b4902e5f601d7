import { EvaluatorClock, type Watermark } from './evaluator-clock.js';
import { ConditionRun } from './evaluator-condition.js';
import { OccurrenceRun } from './evaluator-occurrence.js';
import { type Offered, Positions } from './evaluator-positions.js';
import { believed, type EvaluatorCounters, matchesOf, type RuleRun, type RunContext } from './evaluator-run.js';
import { SampleShelf } from './evaluator-samples.js';
import { endStored } from './evaluator-stored.js';
import type { Rule } from './rule.js';
import type { RuleSignal, Signal } from './signal.js';
import { APPLIED_PREFIX, CLOCK_KEY, ruleKey, type RuleState, storedRules } from './state.js';
import { type EndReason, RECORDS_SKIPPED_RULE, type Transition, transitionId } from './transition.js';
import { BucketPool } from './window-pool.js';

export interface EvaluatorOptions {
  readonly rules: readonly Rule[];
  /** Bytes of signals that came before their turn. */
  readonly maxKeptBytes?: number;
  /** Bytes of all buckets of all rules. */
  readonly maxPoolBytes?: number;
}

export interface EvaluatorChanges {
  readonly transitions: Transition[];
  /** Checkpoint entries; null: the entry is gone. See state.ts for the keys. */
  readonly changes: Map<string, string | null>;
}

interface Entry {
  readonly rule: Rule;
  readonly run: RuleRun;
  readonly state: RuleState;
  isChanged: boolean;
}

/**
 * Decides what became true. Pure: what it says depends on the signals, watermarks and times given to it and on nothing
 * else, so what comes after `restore` is what would have come without a crash. Whatever `takeChanges` gives must be made
 * durable as one, before any of its transitions is told.
 */
export class Evaluator {
  readonly counters: EvaluatorCounters = {
    applied: 0,
    dropped: 0,
    keptOverflow: 0,
    gaps: 0,
    recordsSkipped: 0,
    staleEntries: 0,
    matches: 0,
    late: 0,
    otherGroup: 0,
    crowded: 0,
    termsForgotten: 0,
  };
  readonly #entries = new Map<string, Entry>();
  readonly #positions: Positions;
  readonly #clock = new EvaluatorClock();
  readonly #shelf = new SampleShelf();
  readonly #pool: BucketPool;
  readonly #context: RunContext;
  #transitions: Transition[] = [];
  readonly #changes = new Map<string, string | null>();

  constructor(options: EvaluatorOptions) {
    this.#positions = new Positions(options.maxKeptBytes);
    this.#pool = new BucketPool(options.maxPoolBytes);
    const emit = (transition: Transition): void => void this.#transitions.push(transition);
    this.#context = { pool: this.#pool, shelf: this.#shelf, clock: this.#clock, counters: this.counters, emit };
    this.setRules(options.rules);
  }

  /** A rule of another revision begins anew, what it had firing ends; rules of the same revision go on. */
  setRules(rules: readonly Rule[]): void {
    const wanted = new Map(rules.map((rule) => [rule.name, rule]));
    for (const [name, { rule }] of this.#entries) {
      const reason = endReason(rule, wanted.get(name));
      if (reason !== undefined) this.#end(name, reason);
    }
    for (const rule of rules) if (rule.enabled) this.#begin(rule);
  }

  /**
   * 'applied' when its turn is now; 'kept' until the signals before it have come; 'dropped' when it was applied before,
   * or when no more can be kept (counted; its node sends it again to the next owner).
   */
  offer(signal: Signal): Offered {
    const judged = this.#positions.judge(signal);
    if (judged === 'overflow') this.counters.keptOverflow++;
    if (judged === 'dropped') this.counters.dropped++;
    if (judged === 'applied') {
      this.#apply(signal);
      this.#applyKept(signal.journal);
      this.#clock.settle(signal.journal, this.#positions);
    }
    return judged === 'overflow' ? 'dropped' : judged;
  }

  /** Counts once the range before `to` is applied; time goes on with the next `advance`. */
  watermark(watermark: Watermark, heardAtMs: number): void {
    const { journal, from } = watermark;
    if (from !== undefined && this.#positions.begin(journal, from)) {
      this.counters.gaps++;
      this.#applyKept(journal);
    }
    this.#clock.hear(watermark, heardAtMs, this.#positions);
  }

  /** To be called every second or more often, and after signals. */
  advance(nowMs: number): void {
    if (!this.#clock.advance(nowMs)) return;
    for (const entry of this.#entries.values()) {
      if (entry.state.since < 0) {
        entry.state.since = this.#clock.second;
        entry.isChanged = true;
      }
      entry.run.advance();
    }
  }

  /** Everything since the last call. */
  takeChanges(): EvaluatorChanges {
    const changes = new Map(this.#changes);
    this.#changes.clear();
    for (const [name, entry] of this.#entries) {
      entry.run.takeChanges(changes);
      if (entry.isChanged) changes.set(ruleKey(name), JSON.stringify(entry.state));
      entry.isChanged = false;
    }
    this.#shelf.takeChanges(changes);
    this.#positions.takeChanges(changes);
    this.#clock.takeChanges(changes);
    const transitions = this.#transitions;
    this.#transitions = [];
    return { transitions, changes };
  }

  /** Before anything else is given to a new evaluator; entries of other families are left alone. */
  restore(entries: ReadonlyMap<string, string>): void {
    for (const [key, text] of entries) {
      if (key === CLOCK_KEY) this.#clock.restore(text);
      else if (key.startsWith(APPLIED_PREFIX)) this.#positions.restore(key.slice(APPLIED_PREFIX.length), text);
    }
    for (const [name, stored] of storedRules(entries)) {
      const entry = this.#entries.get(name);
      if (entry === undefined || stored.rule?.revision !== entry.rule.revision) {
        const reason = entry === undefined ? 'rule_removed' : 'rule_changed';
        endStored({ name, stored, reason, second: this.#clock.second }, this.#context.emit, this.#changes);
        continue;
      }
      Object.assign(entry.state, stored.rule);
      entry.isChanged = false;
      for (const key of stored.samples) this.#shelf.restore(key, entries.get(key) ?? '[]');
      entry.run.restore(stored);
    }
  }

  /** Groups of each rule by phase. */
  report(): {
    rules: { name: string; groups: number; phases: Record<string, number> }[];
    keptBytes: number;
    poolBytes: number;
    certainMs: number;
  } {
    const rules = [...this.#entries].map(([name, { run }]) => ({ name, groups: run.groups, phases: run.phases() }));
    return { rules, keptBytes: this.#positions.keptBytes, poolBytes: this.#pool.bytes, certainMs: this.#clock.certainMs };
  }

  /** By journal: the position up to which it is applied. */
  get positions(): Readonly<Record<string, number>> {
    return this.#positions.all;
  }

  /** Position up to which a journal is applied. */
  applied(journal: string): number | undefined {
    return this.#positions.applied(journal);
  }

  #begin(rule: Rule): void {
    const known = this.#entries.get(rule.name);
    if (known !== undefined) {
      // Same meaning; what it is called and whom it tells may be new.
      if (known.rule !== rule) this.#entries.set(rule.name, { ...known, rule });
      return;
    }
    const state: RuleState = {
      revision: rule.revision,
      groupBy: rule.groupBy,
      severity: rule.severity,
      ...(rule.family === 'condition' ? { threshold: rule.threshold.value } : {}),
      since: this.#clock.second,
      lastMatch: -1,
      matches: 0,
      late: 0,
    };
    const run = rule.family === 'condition' ? new ConditionRun(rule, state, this.#context) : new OccurrenceRun(rule, this.#context);
    this.#entries.set(rule.name, { rule, run, state, isChanged: true });
  }

  #end(name: string, reason: EndReason): void {
    const entry = this.#entries.get(name);
    if (entry === undefined) return;
    entry.run.end(reason);
    entry.run.takeChanges(this.#changes);
    this.#shelf.takeChanges(this.#changes);
    this.#changes.set(ruleKey(name), null);
    this.#entries.delete(name);
  }

  #applyKept(journal: string): void {
    for (let next = this.#positions.next(journal); next !== undefined; next = this.#positions.next(journal)) this.#apply(next);
  }

  #apply(signal: Signal): void {
    this.counters.applied++;
    for (const part of signal.rules) {
      const entry = this.#entries.get(part.rule);
      if (entry === undefined || entry.rule.revision !== part.revision) this.counters.staleEntries++;
      else {
        this.#note(entry, part, signal.arrivedMs);
        entry.run.apply(signal, part);
      }
    }
    if (signal.skipped !== undefined && signal.skipped > 0) this.#skip(signal, signal.skipped);
    this.#positions.advance(signal.journal, signal.to);
  }

  #note(entry: Entry, part: RuleSignal, arrivedMs: number): void {
    const matches = part.groups.reduce((sum, group) => sum + matchesOf(group), 0);
    for (const { seconds } of part.groups) {
      for (const [second, count] of seconds)
        if (count > 0) entry.state.lastMatch = Math.max(entry.state.lastMatch, believed(second, arrivedMs));
    }
    entry.state.matches += matches;
    entry.state.late += part.late;
    entry.isChanged = true;
    this.counters.matches += matches;
    this.counters.late += part.late;
  }

  #skip(signal: Signal, records: number): void {
    this.counters.recordsSkipped += records;
    const atMs = signal.arrivedMs;
    const number = `${signal.journal}:${signal.from}`;
    this.#context.emit({
      id: transitionId({ rule: RECORDS_SKIPPED_RULE, revision: '', group: JSON.stringify([signal.node]), startMs: atMs, number }),
      rule: RECORDS_SKIPPED_RULE,
      revision: '',
      group: { 'logweir.node': signal.node },
      kind: 'occurrence',
      atMs,
      startsAtMs: atMs,
      value: records,
      folded: 0,
      samples: [],
    });
  }
}

/** Why a rule at work has to end; undefined: it goes on. */
function endReason(rule: Rule, wanted: Rule | undefined): EndReason | undefined {
  if (wanted === undefined) return 'rule_removed';
  if (!wanted.enabled) return 'rule_disabled';
  return wanted.revision === rule.revision ? undefined : 'rule_changed';
}

import { Deadlines } from './evaluator-deadlines.js';
import { believed, type RuleRun, type RunContext } from './evaluator-run.js';
import { TermRegistry } from './evaluator-terms.js';
import type { OccurrenceRule } from './rule.js';
import type { GroupSignal, RuleSignal, Signal } from './signal.js';
import { fieldsOf, groupKey, OTHER_GROUP, type OccurrenceState, samplesKey, type StoredRule } from './state.js';
import { type Transition, transitionId } from './transition.js';

const REMEMBER_MS = 30 * 86_400_000;

/** One or more matches of one second. */
interface Fact {
  readonly second: number;
  readonly matches: number;
  readonly value?: string;
  readonly before?: string;
}

interface Group extends OccurrenceState {
  /** Its key as JSON. */
  readonly text: string;
}

/** A notice while its signal is still being read: matches of the same signal and cooldown are told with it. */
interface Notice {
  readonly fact: Fact;
  readonly number: string;
  matches: number;
}

/**
 * An occurrence rule at work: every match is told at once, or folded into the digest that ends its group's cooldown. The
 * cooldown runs in event time; a digest begins the next one.
 */
export class OccurrenceRun implements RuleRun {
  readonly #groups = new Map<string, Group>();
  readonly #changed = new Set<string>();
  readonly #deadlines = new Deadlines<Group>();
  readonly #terms: TermRegistry | undefined;
  readonly #cooldown: number;

  constructor(
    private readonly rule: OccurrenceRule,
    private readonly context: RunContext,
  ) {
    this.#cooldown = Math.ceil(rule.cooldownMs / 1_000);
    this.#terms = rule.kind === 'new_term' ? new TermRegistry(rule.name, rule.rememberMs ?? REMEMBER_MS) : undefined;
  }

  get groups(): number {
    return this.#groups.size;
  }

  apply(signal: Signal, part: RuleSignal): void {
    const number = `${signal.journal}:${signal.from}`;
    part.groups.forEach((counted, index) => {
      const group = this.#groupOf(counted);
      if (group === undefined) return;
      const samples = part.samples.filter((sample) => sample.group === index);
      if (samples.length > 0) this.context.shelf.add(samplesKey(this.rule.name, group.text), samples);
      this.#tell(group, this.#factsOf(group, counted, signal.arrivedMs), `${number}:${index}`);
      this.#keep(group);
    });
    this.context.counters.termsForgotten += this.#terms?.forget(this.context.clock.second) ?? 0;
  }

  advance(): void {
    for (const [second, group] of this.#deadlines.take(this.context.clock.second)) {
      if (group.until < 0 || group.until > second) continue;
      this.#endCooldown(group);
      this.#keep(group);
    }
  }

  takeChanges(changes: Map<string, string | null>): void {
    for (const text of this.#changed) {
      const group = this.#groups.get(text);
      const { text: _text, ...state } = group ?? { text };
      changes.set(groupKey(this.rule.name, text), group === undefined ? null : JSON.stringify(state));
    }
    this.#changed.clear();
    this.#terms?.takeChanges(changes);
  }

  restore(stored: StoredRule): void {
    for (const [, text] of stored.groups) {
      const state = JSON.parse(text) as OccurrenceState;
      const group: Group = { ...state, text: JSON.stringify(state.key) };
      this.#groups.set(group.text, group);
      if (group.until >= 0) this.#deadlines.add(group.until, group);
    }
    this.#terms?.restore(stored.terms.map(([, text]) => text));
  }

  end(): void {
    for (const group of this.#groups.values()) this.#drop(group);
    this.#terms?.clear();
  }

  phases(): Record<string, number> {
    return { ok: this.#groups.size };
  }

  #groupOf(counted: GroupSignal): Group | undefined {
    const text = JSON.stringify(counted.key);
    const known = this.#groups.get(text);
    if (known !== undefined || this.#groups.size < this.rule.maxGroups) return known ?? emptyGroup(counted.key, text);
    this.context.counters.otherGroup += counted.seconds.length;
    // Values of different groups in one would seem to change all the time.
    if (this.rule.kind === 'change') return undefined;
    const key = this.rule.groupBy.map(() => OTHER_GROUP);
    const other = JSON.stringify(key);
    return this.#groups.get(other) ?? emptyGroup(key, other);
  }

  #factsOf(group: Group, counted: GroupSignal, arrivedMs: number): Fact[] {
    const facts: Fact[] = [];
    if (this.rule.kind === 'change') this.#changes(group, counted, facts);
    else if (this.#terms !== undefined) {
      for (const [second, value] of counted.values ?? []) {
        const at = believed(second, arrivedMs);
        if (this.#terms.see(group.text, value, at)) facts.push({ second: at, matches: 1, value });
      }
    } else for (const [second, matches] of counted.seconds) facts.push({ second: believed(second, arrivedMs), matches });
    this.context.counters.crowded += counted.valuesCut ?? 0;
    return facts.sort((a, b) => a.second - b.second);
  }

  /** A value older than the last one says nothing about what it changed to. */
  #changes(group: Group, counted: GroupSignal, facts: Fact[]): void {
    for (const [second, value] of counted.values ?? []) {
      const last = group.last;
      if (last !== undefined && second < last[0]) continue;
      group.last = [second, value];
      if (last !== undefined && last[1] !== value) facts.push({ second, matches: 1, value, before: last[1] });
    }
  }

  #tell(group: Group, facts: readonly Fact[], number: string): void {
    let notice: Notice | undefined;
    facts.forEach((fact, index) => {
      if (fact.second >= group.until) {
        if (notice !== undefined) this.#notice(group, notice);
        if (group.folded > 0) this.#endCooldown(group);
      }
      if (fact.second >= group.until) {
        notice = { fact, number: `${number}:${index}`, matches: fact.matches };
        this.#cool(group, fact.second);
      } else if (notice !== undefined) notice.matches += fact.matches;
      else fold(group, fact, `${number}:${index}`);
    });
    if (notice !== undefined) this.#notice(group, notice);
  }

  #cool(group: Group, second: number): void {
    group.until = this.#cooldown === 0 ? -1 : second + this.#cooldown;
    if (group.until >= 0) this.#deadlines.add(group.until, group);
  }

  #endCooldown(group: Group): void {
    const until = group.until;
    const { folded, foldedAt, foldedFirst, term, before } = group;
    group.until = -1;
    if (folded === 0) return;
    group.folded = 0;
    group.foldedFirst = undefined;
    group.term = undefined;
    group.before = undefined;
    const number = `digest:${foldedFirst ?? ''}`;
    this.#emit(group, { number, idSecond: until, at: until, startsAt: foldedAt, value: folded, folded, term, before });
    this.#cool(group, until);
  }

  #notice(group: Group, { fact, number, matches }: Notice): void {
    const { second, value: term, before } = fact;
    this.#emit(group, { number, idSecond: second, at: second, startsAt: second, value: matches, folded: matches - 1, term, before });
  }

  #emit(group: Group, notice: Told): void {
    const { name, revision, groupBy, field } = this.rule;
    const { term, before } = notice;
    const transition: Transition = {
      id: transitionId({ rule: name, revision, group: group.text, startMs: notice.idSecond * 1_000, number: notice.number }),
      rule: name,
      revision,
      group: fieldsOf(groupBy, group.key),
      kind: 'occurrence',
      atMs: notice.at * 1_000,
      startsAtMs: notice.startsAt * 1_000,
      value: notice.value,
      folded: notice.folded,
      samples: this.context.shelf.get(samplesKey(name, group.text)),
      ...(field === undefined || term === undefined ? {} : { term: { field, value: term, ...(before === undefined ? {} : { before }) } }),
    };
    this.context.emit(transition);
  }

  /** Holds on to a group that has something to remember, lets go of one that has not. */
  #keep(group: Group): void {
    if (group.until < 0 && group.last === undefined) this.#drop(group);
    else {
      this.#groups.set(group.text, group);
      this.#changed.add(group.text);
    }
  }

  #drop(group: Group): void {
    if (this.#groups.delete(group.text)) this.#changed.add(group.text);
    this.context.shelf.remove(samplesKey(this.rule.name, group.text));
  }
}

interface Told {
  readonly number: string;
  /** The second that makes the id. */
  readonly idSecond: number;
  readonly at: number;
  readonly startsAt: number;
  readonly value: number;
  readonly folded: number;
  readonly term: string | undefined;
  readonly before: string | undefined;
}

function emptyGroup(key: readonly string[], text: string): Group {
  return { key, text, until: -1, folded: 0, foldedAt: -1 };
}

function fold(group: Group, fact: Fact, number: string): void {
  if (group.folded === 0) group.foldedFirst = number;
  group.folded += fact.matches;
  if (fact.second < group.foldedAt) return;
  group.foldedAt = fact.second;
  group.term = fact.value;
  group.before = fact.before;
}

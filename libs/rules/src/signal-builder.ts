/**
 * Counts of one range while it is read. Bounded: at `isFull` the range should end; what still comes until it does is
 * counted, but new groups go to `__other__`, and values and samples are left out (values counted as cut).
 */
import type { Rule } from './rule.js';
import { type GroupSignal, MAX_SAMPLES, MAX_SIGNAL_BYTES, type RuleSignal, type Sample, type Signal } from './signal.js';

export const OTHER_GROUP = '__other__';

/** The range should end: the rest is for what the read under way still brings. */
const FULL_BYTES = MAX_SIGNAL_BYTES / 2;
/** Samples stop here, so that counts have room. */
const SAMPLES_BYTES = MAX_SIGNAL_BYTES / 4;
/** Groups and values stop here. */
const HARD_BYTES = (MAX_SIGNAL_BYTES * 3) / 4;
/** Seconds stop here: what comes after counts at the group's latest one. */
const LAST_BYTES = (MAX_SIGNAL_BYTES * 7) / 8;

/** JSON around a second, a group, a rule, a value; with the digits of what changes. */
const SECOND_BYTES = 24;
const GROUP_BYTES = 48;
const RULE_BYTES = 160;
const VALUE_BYTES = 18;
/** Six bytes for a character (`\u001f`) at most, three for what is not ASCII. */
const CHAR_BYTES = 3;

type Second = [second: number, matches: number, whole?: number];

/** One group of one rule. */
export class GroupCounts {
  readonly seconds: Second[] = [];
  readonly values: [number, string][] = [];
  valuesCut = 0;
  /** Latest used; records of one second come together. */
  #last: Second | undefined;
  #bySecond: Map<number, Second> | undefined;
  #pairs: Set<string> | undefined;

  constructor(
    readonly index: number,
    readonly key: readonly string[],
    private readonly hasWhole: boolean,
    private readonly builder: SignalBuilder,
  ) {}

  add(second: number, matches: number, whole: number): void {
    const entry = this.#last?.[0] === second ? this.#last : this.#at(second);
    entry[1] += matches;
    if (entry.length === 3) entry[2] = (entry[2] ?? 0) + whole;
  }

  /** A pair is kept once (`isSet`), or when it is another than the one before. */
  addValue(second: number, value: string, isSet: boolean): void {
    if (isSet) {
      this.#pairs ??= new Set();
      const pair = `${second} ${value}`;
      if (this.#pairs.has(pair)) return;
      if (this.builder.bytes < HARD_BYTES) this.#pairs.add(pair);
    } else {
      const [before, last] = this.values.at(-1) ?? [];
      if (before === second && last === value) return;
    }
    if (this.builder.bytes >= HARD_BYTES) this.valuesCut += 1;
    else {
      this.values.push([second, value]);
      this.builder.bytes += VALUE_BYTES + value.length * CHAR_BYTES;
    }
  }

  #at(second: number): Second {
    const known = this.#bySecond?.get(second);
    if (known !== undefined) return (this.#last = known);
    if (this.#last !== undefined && this.builder.bytes >= LAST_BYTES) return this.#last;
    const made: Second = this.hasWhole ? [second, 0, 0] : [second, 0];
    this.builder.bytes += SECOND_BYTES;
    this.seconds.push(made);
    this.#bySecond ??= new Map();
    this.#bySecond.set(second, made);
    return (this.#last = made);
  }

  finish(hasValues: boolean): GroupSignal {
    const { key, seconds, values, valuesCut } = this;
    const sorted = seconds.sort(([a], [b]) => a - b) as unknown as GroupSignal['seconds'];
    return { key, seconds: sorted, ...(hasValues ? { values } : {}), ...(valuesCut === 0 ? {} : { valuesCut }) };
  }
}

/** One rule in one range. */
export class RuleCounts {
  late = 0;
  readonly samples: Sample[] = [];
  readonly #groups = new Map<string, GroupCounts>();

  constructor(
    readonly rule: Rule,
    private readonly builder: SignalBuilder,
  ) {}

  /** The group of this key, or `__other__` when there are too many. */
  group(key: readonly string[]): GroupCounts {
    const text = key.length === 1 ? (key[0] ?? '') : JSON.stringify(key);
    const known = this.#groups.get(text);
    if (known !== undefined) return known;
    const isOther = key[0] === OTHER_GROUP;
    if (!isOther && key.length > 0 && (this.#groups.size >= this.rule.maxGroups || this.builder.bytes >= HARD_BYTES)) {
      return this.group(key.map(() => OTHER_GROUP));
    }
    const made = new GroupCounts(this.#groups.size, key, this.rule.kind === 'ratio', this.builder);
    this.builder.bytes += GROUP_BYTES + key.reduce((sum, each) => sum + each.length * CHAR_BYTES, 0);
    this.#groups.set(text, made);
    return made;
  }

  get wantsSample(): boolean {
    return this.samples.length < MAX_SAMPLES && this.builder.bytes < SAMPLES_BYTES;
  }

  addSample({ sample, bytes }: { readonly sample: Sample; readonly bytes: number }): void {
    this.samples.push(sample);
    this.builder.bytes += bytes + 1;
  }

  finish(): RuleSignal {
    const { rule, late, samples } = this;
    const hasValues = rule.field !== undefined;
    const groups = [...this.#groups.values()].map((group) => group.finish(hasValues));
    return { rule: rule.name, revision: rule.revision, groups, late, samples };
  }
}

export interface RangeOfSignal {
  readonly journal: string;
  readonly node: string;
  readonly from: number;
  readonly to: number;
  readonly arrivedMs: number;
}

/** Made for one range; any detector may fill it, one after the other. */
export class SignalBuilder {
  /** Estimate of the signal's JSON, on the high side. */
  bytes = 0;
  readonly #rules = new Map<string, RuleCounts>();

  get isEmpty(): boolean {
    return this.#rules.size === 0;
  }

  get isFull(): boolean {
    return this.bytes >= FULL_BYTES;
  }

  of(rule: Rule): RuleCounts {
    const key = `${rule.revision} ${rule.name}`;
    const known = this.#rules.get(key);
    if (known !== undefined) return known;
    const made = new RuleCounts(rule, this);
    this.#rules.set(key, made);
    this.bytes += RULE_BYTES + rule.name.length;
    return made;
  }

  finish(range: RangeOfSignal): Signal {
    const { journal, node, from, to, arrivedMs } = range;
    return { journal, node, from, to, arrivedMs, rules: [...this.#rules.values()].map((rule) => rule.finish()) };
  }
}

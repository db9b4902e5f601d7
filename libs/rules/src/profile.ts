/**
 * All records of one level, service and so on have one profile: which rules they match for sure, and which they may match.
 * It is made once, so that a hundred rules cost no more than those that the record has something to do with.
 */
import { fieldOf, type Query } from '#libs/query';
import { type CompiledRule, PART, WHOLE } from './compiled-rule.js';
import { RULE_FACTS, UNCLEAR } from './facts.js';
import type { MessageWords } from './message-words.js';
import type { RecordBytes } from './record-bytes.js';
import type { StoredRecord } from './record-fields.js';
import { decide, fieldsOf, needOf, type Need } from './screen.js';
import type { GroupCounts, RuleCounts, SignalBuilder } from './signal-builder.js';

/** In the place of a fact's number. */
const LEVEL = RULE_FACTS.length;
const NO_FACT = -1;
/** Above the number of a fact's values. */
const RADIX = 8_192;

/** What may have to do with a record. */
export interface Candidate {
  /** What every record of the profile is to it: 0, nothing yet. */
  readonly sure: number;
  /** What has to be asked to know whether it is more than that. */
  readonly open: Query | undefined;
  readonly need: Need | undefined;
}

/** One rule in one profile, with the groups it counted in for the latest builder. */
export class Entry implements Candidate {
  #builder: SignalBuilder | undefined;
  #counts: RuleCounts | undefined;
  readonly #groups = new Map<number, GroupCounts>();
  /** By place in `group_by`: which fact; undefined when a field of it is none. */
  readonly #groupFacts: readonly number[] | undefined;

  /** The fact that a set of values is made of, when there is one group only; else -1. */
  readonly #valueFact: number;
  /** Numbers of its values in the latest second. */
  readonly #values = new Set<number>();
  #valueSecond = 0;

  constructor(
    readonly rule: CompiledRule,
    /** What every record of the profile is to the rule. */
    readonly sure: number,
    /** What has to be asked to know whether it is more than that. */
    readonly open: Query | undefined,
    readonly need: Need | undefined,
  ) {
    const { field, groupBy, kind } = rule.rule;
    this.#valueFact = field === undefined || groupBy.length > 0 || kind === 'change' ? NO_FACT : RULE_FACTS.indexOf(fieldOf(field).name);
    const facts = groupBy.map((field) => (field === 'log.level' ? LEVEL : RULE_FACTS.indexOf(field)));
    this.#groupFacts = facts.includes(NO_FACT) ? undefined : facts;
  }

  look(record: RecordBytes, builder: SignalBuilder): void {
    let bits = this.sure;
    if (this.open !== undefined && (this.need === undefined || this.need())) bits = this.rule.match(record);
    if (bits !== 0) this.#count(bits, record, builder);
  }

  #count(bits: number, record: RecordBytes, builder: SignalBuilder): void {
    const { rule } = this;
    const counts = this.#countsOf(builder);
    if (record.latenessMs > rule.rule.allowedLatenessMs) {
      counts.late += 1;
      return;
    }
    const group = this.#group(counts, record);
    group.add(record.second, bits & PART, (bits & WHOLE) >> 1);
    if ((bits & PART) === 0) return;
    this.#addValues(group, record);
    if (counts.wantsSample) rule.addSample(counts, group, record);
  }

  /** A value counts once a second: most are known from the number of the fact, without making a text of it. */
  #addValues(group: GroupCounts, record: RecordBytes): void {
    const id = this.#valueFact < 0 || !record.isRegular ? UNCLEAR : record.id(this.#valueFact);
    if (record.second !== this.#valueSecond) this.#values.clear();
    this.#valueSecond = record.second;
    if (id !== UNCLEAR && this.#values.has(id)) return;
    this.rule.addValues(group, record);
    if (id !== UNCLEAR && group.valuesCut === 0) this.#values.add(id);
  }

  #countsOf(builder: SignalBuilder): RuleCounts {
    if (this.#builder === builder && this.#counts !== undefined) return this.#counts;
    this.#builder = builder;
    this.#groups.clear();
    this.#values.clear();
    return (this.#counts = builder.of(this.rule.rule));
  }

  #group(counts: RuleCounts, record: RecordBytes): GroupCounts {
    const number = this.#groupNumber(record);
    if (number < 0) return counts.group(this.rule.keyOf(record));
    const known = this.#groups.get(number);
    if (known !== undefined) return known;
    const group = counts.group(this.rule.keyOf(record));
    this.#groups.set(number, group);
    return group;
  }

  /** One number for the values of all fields; -1 when that takes a parser. */
  #groupNumber(record: RecordBytes): number {
    if (this.#groupFacts === undefined || !record.isRegular) return -1;
    let number = 0;
    for (const fact of this.#groupFacts) {
      const id = fact === LEVEL ? record.level + 1 : record.id(fact);
      if (id === UNCLEAR) return -1;
      number = number * RADIX + id;
    }
    return number;
  }
}

export interface Profile<C> {
  /** In the order in which they were given. */
  readonly entries: readonly C[];
  /** Those that a record without any of the words can have to do with. */
  readonly wordless: readonly C[];
  /** Some entry asks for words, or for pieces of words. */
  readonly needsWords: boolean;
  readonly needsFragments: boolean;
  /** Fields that the open entries ask for. */
  readonly openFields: ReadonlySet<string>;
}

/** What is known of the records of a profile. */
export interface Known {
  readonly facts: StoredRecord;
  /** Fields that `facts` has when the record has them. */
  readonly fields: ReadonlySet<string>;
  readonly words: MessageWords;
}

export function makeProfile<C extends Candidate>(make: (known: Known) => readonly C[], known: Known): Profile<C> {
  const before = known.words.fragmentNeeds;
  const entries = make(known);
  return {
    entries,
    wordless: entries.filter((entry) => entry.need === undefined || entry.sure !== 0),
    needsWords: entries.some((entry) => entry.need !== undefined),
    needsFragments: known.words.fragmentNeeds > before,
    openFields: new Set(entries.flatMap(({ open }) => (open === undefined ? [] : [...(fieldsOf(open) ?? [])]))),
  };
}

/** undefined when no such record can have to do with the rule. */
export function entryOf(rule: CompiledRule, { facts, fields, words }: Known): Entry | undefined {
  const where = decide(rule.rule.where, facts, fields);
  const of = 'of' in rule.rule && rule.rule.of !== undefined ? decide(rule.rule.of, facts, fields) : undefined;
  if (of === undefined) return made(rule, { sure: 0, sureWith: PART, open: where, words });
  if (of === true) return made(rule, { sure: WHOLE, sureWith: PART + WHOLE, open: where, words });
  if (of === false) return undefined;
  const both: Query = { type: 'and', clauses: typeof where === 'boolean' ? [of] : [of, where] };
  return new Entry(rule, 0, both, needOf(of, words));
}

interface Verdict {
  readonly sure: number;
  /** When the query is true. */
  readonly sureWith: number;
  readonly open: Query | boolean;
  readonly words: MessageWords;
}

function made(rule: CompiledRule, { sure, sureWith, open, words }: Verdict): Entry | undefined {
  if (open === true) return new Entry(rule, sureWith, undefined, undefined);
  if (open === false) return sure === 0 ? undefined : new Entry(rule, sure, undefined, undefined);
  return new Entry(rule, sure, open, needOf(open, words));
}

import { type Predicate, toPredicate } from '#libs/query';
import { pathOf, type StoredRecord, textAt, textsAt } from './record-fields.js';
import { LEAN_FIELDS, type RecordBytes } from './record-bytes.js';
import { makeSample, type Shown, shownFields } from './sample.js';
import { fieldsOf, NO_NOW } from './screen.js';
import type { Rule } from './rule.js';
import type { GroupCounts, RuleCounts } from './signal-builder.js';

/** What a record is to a rule: a match (of a ratio: the part), and of a ratio the whole, or both. */
export const PART = 1;
export const WHOLE = 2;

/** A rule as the detector uses it. */
export class CompiledRule {
  /** Whether a record of `LEAN_FIELDS` is enough to match it, and to count it. */
  readonly #matchesLean: boolean;
  readonly #countsLean: boolean;
  readonly fieldPath: readonly string[] | undefined;
  readonly #where: Predicate;
  readonly #of: Predicate | undefined;
  readonly #groupPaths: readonly (readonly string[])[];
  readonly #shown: Shown;

  constructor(readonly rule: Rule) {
    const of = 'of' in rule ? rule.of : undefined;
    const fields = [rule.where, ...(of === undefined ? [] : [of])].map(fieldsOf);
    this.#matchesLean = fields.every(areLean);
    this.#countsLean = isLean([...rule.groupBy, ...(rule.field === undefined ? [] : [rule.field])]);
    this.fieldPath = rule.field === undefined ? undefined : pathOf(rule.field);
    this.#where = toPredicate(rule.where, NO_NOW);
    this.#of = of === undefined ? undefined : toPredicate(of, NO_NOW);
    this.#groupPaths = rule.groupBy.map(pathOf);
    this.#shown = shownFields(rule.groupBy, pathOf);
  }

  /** `PART`, `WHOLE`, both or 0. */
  match(record: RecordBytes): number {
    return this.#match(this.#matchesLean ? record.lean : record.full);
  }

  #match(record: StoredRecord): number {
    if (this.#of === undefined) return this.#where(record) ? PART : 0;
    if (!this.#of(record)) return 0;
    return this.#where(record) ? PART + WHOLE : WHOLE;
  }

  keyOf(record: RecordBytes): readonly string[] {
    return this.#groupPaths.map((path) => textAt(this.view(record), path));
  }

  addValues(group: GroupCounts, record: RecordBytes): void {
    if (this.fieldPath === undefined) return;
    const isSet = this.rule.kind !== 'change';
    for (const value of textsAt(this.view(record), this.fieldPath)) group.addValue(record.second, value, isSet);
  }

  addSample(counts: RuleCounts, group: GroupCounts, record: RecordBytes): void {
    counts.addSample(makeSample(record.sampleHead, this.view(record), group.index, this.#shown));
  }

  /** As much of a record as counting it takes. */
  view(record: RecordBytes): StoredRecord {
    return this.#countsLean ? record.lean : record.full;
  }
}

/** Whether a query that asks for these can be asked of a record of `LEAN_FIELDS`. */
export function areLean(fields: ReadonlySet<string> | undefined): boolean {
  return fields !== undefined && isLean([...fields]);
}

function isLean(fields: readonly string[]): boolean {
  return fields.every((field) => LEAN_FIELDS.has(field));
}

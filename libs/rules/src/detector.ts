/**
 * From the bytes of a delivery to counts. Most records are decided without parsing them: their level, service and the like
 * are read from the bytes (`facts.ts`) and lead to a profile, the rules they match or may match (`profile.ts`); rules that
 * ask for words need those in the message's bytes (`message-words.ts`). Only who may still match is asked properly.
 */
import { CompiledRule } from './compiled-rule.js';
import { ABSENT, FACT_FIELDS, Facts, NEEDLES, RULE_FACTS, UNCLEAR } from './facts.js';
import { MessageWords } from './message-words.js';
import { Entry, makeProfile, type Profile } from './profile.js';
import { factsRecord, RecordBytes } from './record-bytes.js';
import { RecordLines } from './record-lines.js';
import type { Rule } from './rule.js';
import type { SignalBuilder } from './signal-builder.js';

/** Branches kept before all are forgotten: a profile has an entry for every rule that may match. */
const MAX_BRANCHES = 4_096;

/** A profile always knows them. */
const LEVEL_FIELDS = ['log.level', 'event.severity'];

/** What a journal's reader hands on. */
export interface DetectInput {
  /** Two lines per record: action, source. */
  readonly bulk: Buffer;
  readonly count: number;
  /** Of each record. */
  readonly positions: ArrayLike<number>;
}

/** By level or by the number of a fact's value. */
interface Branch {
  readonly children: (Branch | undefined)[];
  /** Facts on the way here. */
  readonly asked: readonly number[];
  /** By whose values the children are told apart; the root's by level. */
  readonly fact?: number;
  /** Without children. */
  readonly profile?: Profile;
}

export class Detector {
  /** Records that are no JSON, which only damage can make; they are left out. */
  unreadable = 0;
  readonly #rules: readonly CompiledRule[];
  /** For records that have to be parsed. */
  readonly #loose: readonly Entry[];
  readonly #words = new MessageWords();
  readonly #lines = new RecordLines(NEEDLES);
  #facts = new Facts();
  #record = new RecordBytes(this.#lines, this.#facts);
  #root: Branch = { children: [], asked: [] };
  #branches = 0;

  /** Rules that are switched off are left out. */
  constructor(rules: readonly Rule[]) {
    const enabled = rules.filter((rule) => rule.enabled);
    this.#rules = enabled.map((rule) => new CompiledRule(rule));
    this.#loose = this.#rules.map((rule) => new Entry(rule, 0, rule.rule.where, undefined));
  }

  /** Counts what the rules find into `builder`. The same bytes give the same counts, whatever came before. */
  detect({ bulk, positions }: DetectInput, builder: SignalBuilder): void {
    if (this.#rules.length === 0) return;
    if (this.#facts.isFull) this.#forget();
    const lines = this.#lines;
    lines.open(bulk);
    while (lines.next()) {
      if (this.#branches > MAX_BRANCHES || ((lines.index & 1023) === 1023 && this.#facts.isFull)) this.#forget();
      this.#look(this.#record, positions[lines.index] ?? -1, builder);
    }
  }

  #look(record: RecordBytes, position: number, builder: SignalBuilder): void {
    try {
      record.read(position);
      const entries = this.#entriesFor(record);
      for (let index = 0; index < entries.length; index += 1) entries[index]?.look(record, builder);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      this.unreadable += 1;
    }
  }

  #entriesFor(record: RecordBytes): readonly Entry[] {
    const profile = record.isRegular ? this.#profileOf(record) : undefined;
    if (profile !== undefined) return profile.needsWords ? this.#byWords(profile, record) : profile.entries;
    record.isRegular = false;
    return this.#loose;
  }

  /** The entries of a profile that the words of the message leave. */
  #byWords({ entries, wordless, needsFragments }: Profile, { lines, messageFrom }: RecordBytes): readonly Entry[] {
    const words = this.#words;
    const end = words.scan(lines.bytes, messageFrom, lines.to);
    if (needsFragments) words.scanFragments(lines.text(messageFrom, end));
    return words.hasAny ? entries : wordless;
  }

  /** undefined when a fact is unclear. */
  #profileOf(record: RecordBytes): Profile | undefined {
    let branch = this.#root.children[record.level + 1] ?? this.#grow(this.#root, record.level + 1, record);
    while (branch.fact !== undefined) {
      const id = record.id(branch.fact);
      if (id === UNCLEAR) return undefined;
      branch = branch.children[id] ?? this.#grow(branch, id, record);
    }
    return branch.profile;
  }

  /** A branch asks for the next fact that some rule still needs; when there is none, it has the profile. */
  #grow(parent: Branch, index: number, record: RecordBytes): Branch {
    this.#branches += 1;
    const asked = parent.fact === undefined ? [] : [...parent.asked, parent.fact];
    const ids = FACT_FIELDS.map((_, fact) => (asked.includes(fact) ? record.id(fact) : ABSENT));
    const fields = new Set([...LEVEL_FIELDS, ...asked.map((fact) => RULE_FACTS[fact] ?? '')]);
    const profile = makeProfile(this.#rules, { facts: factsRecord(record.level, ids, this.#facts), fields, words: this.#words });
    const fact = RULE_FACTS.findIndex((field, number) => !asked.includes(number) && profile.openFields.has(field));
    const branch: Branch = { children: [], asked, ...(fact < 0 ? { profile } : { fact }) };
    parent.children[index] = branch;
    return branch;
  }

  #forget(): void {
    this.#facts = new Facts();
    this.#record = new RecordBytes(this.#lines, this.#facts);
    this.#root = { children: [], asked: [] };
    this.#branches = 0;
  }
}

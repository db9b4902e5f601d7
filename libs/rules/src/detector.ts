/**
 * From the bytes of a delivery to counts. Most records are decided without parsing them: their level, service and the like
 * are read from the bytes (`facts.ts`) and lead to a profile, the rules they match or may match (`profile.ts`); rules that
 * ask for words need those in the message's bytes (`message-words.ts`). Only who may still match is asked properly.
 */
import { CompiledRule } from './compiled-rule.js';
import { FACT_FIELDS, Facts, NEEDLES, RULE_FACTS, UNCLEAR } from './facts.js';
import { MessageWords } from './message-words.js';
import { Entry, makeProfile, type Profile } from './profile.js';
import { factsRecord, RecordBytes } from './record-bytes.js';
import { RecordLines } from './record-lines.js';
import type { Rule } from './rule.js';
import { fieldsOf } from './screen.js';
import type { SignalBuilder } from './signal-builder.js';

/** Profiles kept before all are forgotten: each has an entry for every rule that may match. */
const MAX_PROFILES = 4_096;

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
  profile?: Profile;
}

export class Detector {
  /** Records that are no JSON, which only damage can make; they are left out. */
  unreadable = 0;
  readonly #rules: readonly CompiledRule[];
  /** For records that have to be parsed. */
  readonly #loose: readonly Entry[];
  /** Facts that some query asks for: they lead to the profile. */
  readonly #asked: readonly number[];
  /** Fields that a profile knows. */
  readonly #known: ReadonlySet<string>;
  readonly #words = new MessageWords();
  #facts = new Facts();
  #root: Branch = { children: [] };
  #profiles = 0;

  /** Rules that are switched off are left out. */
  constructor(rules: readonly Rule[]) {
    const enabled = rules.filter((rule) => rule.enabled);
    this.#rules = enabled.map((rule) => new CompiledRule(rule));
    this.#loose = this.#rules.map((rule) => new Entry(rule, 0, true, undefined));
    const fields = new Set(enabled.flatMap(queriesOf).flatMap((query) => [...(fieldsOf(query) ?? [])]));
    this.#asked = RULE_FACTS.flatMap((field, fact) => (fields.has(field) ? [fact] : []));
    this.#known = new Set([...this.#asked.map((fact) => RULE_FACTS[fact] ?? ''), 'log.level', 'event.severity']);
  }

  /** Counts what the rules find into `builder`. The same bytes give the same counts, whatever came before. */
  detect({ bulk, positions }: DetectInput, builder: SignalBuilder): void {
    if (this.#rules.length === 0) return;
    if (this.#facts.isFull) this.#forget();
    const lines = new RecordLines(bulk, NEEDLES);
    let record = new RecordBytes(lines, this.#facts);
    while (lines.next()) {
      if (this.#profiles > MAX_PROFILES || ((lines.index & 1023) === 0 && this.#facts.isFull)) {
        this.#forget();
        record = new RecordBytes(lines, this.#facts);
      }
      this.#look(record, positions[lines.index] ?? -1, builder);
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
    let branch = childOf(this.#root, record.level + 1);
    for (const fact of this.#asked) {
      const id = record.id(fact);
      if (id === UNCLEAR) return undefined;
      branch = childOf(branch, id);
    }
    return (branch.profile ??= this.#makeProfile(record));
  }

  #makeProfile(record: RecordBytes): Profile {
    this.#profiles += 1;
    const ids = FACT_FIELDS.map((_, fact) => (this.#asked.includes(fact) ? record.id(fact) : 0));
    const facts = factsRecord(record.level, ids, this.#facts);
    return makeProfile(this.#rules, { facts, fields: this.#known, words: this.#words });
  }

  #forget(): void {
    this.#facts = new Facts();
    this.#root = { children: [] };
    this.#profiles = 0;
  }
}

function childOf(branch: Branch, index: number): Branch {
  return (branch.children[index] ??= { children: [] });
}

function queriesOf(rule: Rule): Rule['where'][] {
  return 'of' in rule && rule.of !== undefined ? [rule.where, rule.of] : [rule.where];
}

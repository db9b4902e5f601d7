/**
 * Which of many may have to do with a record, decided without parsing it: its level, service and the like are read from the
 * bytes (`facts.ts`) and lead to a profile, those that it matches or may match (`profile.ts`); those that ask for words need
 * these in the message's bytes (`message-words.ts`). Only who may still match is asked properly.
 */
import { ABSENT, FACT_FIELDS, Facts, NEEDLES, RULE_FACTS, UNCLEAR } from './facts.js';
import { MessageWords } from './message-words.js';
import { type Candidate, type Known, makeProfile, type Profile } from './profile.js';
import { factsRecord, RecordBytes } from './record-bytes.js';
import { RecordLines } from './record-lines.js';

/** Branches kept before all are forgotten: a profile has an entry for every one that may match. */
const MAX_BRANCHES = 4_096;

/** A profile always knows them. */
const LEVEL_FIELDS = ['log.level', 'event.severity'];

/** By level or by the number of a fact's value. */
interface Branch<C> {
  readonly children: (Branch<C> | undefined)[];
  /** Facts on the way here. */
  readonly asked: readonly number[];
  /** By whose values the children are told apart; the root's by level. */
  readonly fact?: number;
  /** Without children. */
  readonly profile?: Profile<C>;
}

export class Sieve<C extends Candidate> {
  readonly lines = new RecordLines(NEEDLES);
  readonly #words = new MessageWords();
  #facts = new Facts();
  #record = new RecordBytes(this.lines, this.#facts);
  #root: Branch<C> = { children: [], asked: [] };
  #branches = 0;

  constructor(
    /** Those that a record with these facts can have to do with. */
    private readonly make: (known: Known) => readonly C[],
    /** All, for records that have to be parsed. */
    private readonly loose: readonly C[],
  ) {}

  /** The record that was read last. */
  get record(): RecordBytes {
    return this.#record;
  }

  /** Begins before the first record of these bytes: two lines per record, action and source. */
  open(bulk: Buffer): void {
    if (this.#facts.isFull) this.#forget();
    this.lines.open(bulk);
  }

  /** Goes on to the next record; false at the end. */
  next(): boolean {
    if (!this.lines.next()) return false;
    if (this.#branches > MAX_BRANCHES || ((this.lines.index & 1023) === 1023 && this.#facts.isFull)) this.#forget();
    return true;
  }

  /** Who may have to do with it. Throws a `SyntaxError` when it is no JSON, as asking them may. */
  read(position: number): readonly C[] {
    const record = this.#record;
    record.read(position);
    const profile = record.isRegular ? this.#profileOf(record) : undefined;
    if (profile !== undefined) return profile.needsWords ? this.#byWords(profile, record) : profile.entries;
    record.isRegular = false;
    return this.loose;
  }

  /** The entries of a profile that the words of the message leave. */
  #byWords({ entries, wordless, needsFragments }: Profile<C>, { lines, messageFrom }: RecordBytes): readonly C[] {
    const words = this.#words;
    const end = words.scan(lines.bytes, messageFrom, lines.to);
    if (needsFragments) words.scanFragments(lines.text(messageFrom, end));
    return words.hasAny ? entries : wordless;
  }

  /** undefined when a fact is unclear. */
  #profileOf(record: RecordBytes): Profile<C> | undefined {
    let branch = this.#root.children[record.level + 1] ?? this.#grow(this.#root, record.level + 1, record);
    while (branch.fact !== undefined) {
      const id = record.id(branch.fact);
      if (id === UNCLEAR) return undefined;
      branch = branch.children[id] ?? this.#grow(branch, id, record);
    }
    return branch.profile;
  }

  /** A branch asks for the next fact that somebody still needs; when there is none, it has the profile. */
  #grow(parent: Branch<C>, index: number, record: RecordBytes): Branch<C> {
    this.#branches += 1;
    const asked = parent.fact === undefined ? [] : [...parent.asked, parent.fact];
    const ids = FACT_FIELDS.map((_, fact) => (asked.includes(fact) ? record.id(fact) : ABSENT));
    const fields = new Set([...LEVEL_FIELDS, ...asked.map((fact) => RULE_FACTS[fact] ?? '')]);
    const profile = makeProfile(this.make, { facts: factsRecord(record.level, ids, this.#facts), fields, words: this.#words });
    const fact = RULE_FACTS.findIndex((field, number) => !asked.includes(number) && profile.openFields.has(field));
    const branch: Branch<C> = { children: [], asked, ...(fact < 0 ? { profile } : { fact }) };
    parent.children[index] = branch;
    return branch;
  }

  #forget(): void {
    this.#facts = new Facts();
    this.#record = new RecordBytes(this.lines, this.#facts);
    this.#root = { children: [], asked: [] };
    this.#branches = 0;
  }
}

/**
 * Which of many queries each record of a delivery matches. As in detection, most records are decided without parsing them;
 * besides, a query about a field is asked only of records in whose bytes its name and its value stand.
 */
import { type Predicate, type Query, toPredicate } from '#libs/query';
import { areLean } from './compiled-rule.js';
import type { DetectInput } from './detector.js';
import { Literals } from './literals.js';
import type { Candidate, Known } from './profile.js';
import type { RecordBytes } from './record-bytes.js';
import { decide, fieldsOf, type Need, needOf } from './screen.js';
import { Sieve } from './sieve.js';

export interface SievedQuery {
  readonly query: Query;
  /** Of relative times, nanoseconds since the epoch. */
  readonly nowNs: bigint;
}

/** One query, as it is asked. */
class Asked {
  readonly predicate: Predicate;
  readonly isLean: boolean;
  readonly literal: Need | undefined;

  constructor(
    readonly number: number,
    readonly query: Query,
    { nowNs, literals }: { readonly nowNs: bigint; readonly literals: Literals },
  ) {
    this.predicate = toPredicate(query, { nowNs });
    this.isLean = areLean(fieldsOf(query));
    this.literal = literals.needOf(query, nowNs);
  }

  matches(record: RecordBytes): boolean {
    return this.predicate(this.isLean ? record.lean : record.full);
  }
}

interface Entry extends Candidate {
  readonly asked: Asked;
  readonly literal: Need | undefined;
}

export class QuerySieve {
  /** Records that are no JSON, which only damage can make; they are left out. */
  unreadable = 0;
  readonly #sieve: Sieve<Entry>;
  readonly #literals = new Literals();

  constructor(queries: readonly SievedQuery[]) {
    const asked = queries.map(({ query, nowNs }, number) => new Asked(number, query, { nowNs, literals: this.#literals }));
    const loose = asked.map((each): Entry => ({ asked: each, sure: 0, open: each.query, need: undefined, literal: undefined }));
    this.#sieve = new Sieve((known) => asked.flatMap((each) => entryOf(each, known) ?? []), loose);
  }

  /** `found` is told of every match: the query's number, the record's index, and where its source stands in the bytes. */
  sift({ bulk, positions }: DetectInput, found: (query: number, index: number, from: number, to: number) => void): void {
    const sieve = this.#sieve;
    sieve.open(bulk);
    this.#literals.open(bulk);
    while (sieve.next()) {
      const { index, from, to } = sieve.lines;
      try {
        for (const entry of sieve.read(positions[index] ?? -1)) if (this.#isMatch(entry)) found(entry.asked.number, index, from, to);
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        this.unreadable += 1;
      }
    }
  }

  #isMatch({ sure, need, literal, asked }: Entry): boolean {
    if (sure !== 0) return true;
    const { record, lines } = this.#sieve;
    if (need !== undefined && !need()) return false;
    if (literal !== undefined) {
      this.#literals.at(lines.from, lines.to);
      if (!literal()) return false;
    }
    return asked.matches(record);
  }
}

function entryOf(asked: Asked, { facts, fields, words }: Known): Entry | undefined {
  const decided = decide(asked.query, facts, fields);
  if (decided === false) return undefined;
  if (decided === true) return { asked, sure: 1, open: undefined, need: undefined, literal: undefined };
  return { asked, sure: 0, open: decided, need: needOf(decided, words), literal: asked.literal };
}

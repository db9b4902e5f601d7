/** All filters of a node, compiled: which records come in, and what of them. */
import { needsOf, toPredicate, type Needs, type Predicate } from '#libs/query';
import { type Event, RECORD_HEAD } from '#libs/record';
import type { DropFilter, Filter, RedactFilter, SampleFilter } from './filter.js';
import { type Hash, REMOVED } from './marks.js';
import { Redactor } from './redactor.js';
import { isKept } from './sampling.js';
import type { Report } from './text-redactor.js';

/** Why a record goes no further: the reasons of the books. */
export type DropReason = 'filter' | 'sample';

export interface Dropped {
  readonly reason: DropReason;
  readonly filter: string;
}

interface Sieve {
  readonly filter: DropFilter | SampleFilter;
  readonly mayMatch: (tail: string) => boolean;
  readonly matches: Predicate;
}

export interface FiltersOptions {
  /** Absent where no filter asks for it. */
  readonly hash?: Hash;
  readonly report: Report;
}

export class Filters {
  readonly #sieves: readonly Sieve[];
  readonly #redactor: Redactor | undefined;
  readonly #report: Report;

  constructor(
    readonly all: readonly Filter[],
    { hash = () => REMOVED, report }: FiltersOptions,
  ) {
    const redactions = all.filter((filter): filter is RedactFilter => filter.kind === 'redact');
    this.#sieves = all.filter((filter): filter is DropFilter | SampleFilter => filter.kind !== 'redact').map(sieveOf);
    this.#redactor = redactions.length === 0 ? undefined : new Redactor(redactions, hash);
    this.#report = report;
  }

  /** Of a record's text behind its sequence: what of it is kept. What is dropped and sampled is decided on the record as it came. */
  pass(tail: string, event: Event, report = this.#report): string | Dropped {
    const dropped = this.#sieves.length === 0 ? undefined : this.#sift(tail, report);
    if (dropped !== undefined) return dropped;
    return this.#redactor === undefined ? tail : this.#redactor.redact(tail, event, report);
  }

  /** A joined record, which is never dropped. */
  redact(tail: string, report = this.#report): string {
    return this.#redactor === undefined ? tail : this.#redactor.redact(tail, undefined, report);
  }

  /** A whole record, which came another way than by a door: a dead letter that is sent again. */
  redactRecord(record: string): string {
    return this.#redactor === undefined ? record : this.#redactor.redactRecord(record, this.#report);
  }

  /** A part of a join; `isPiece`: of one line that was split. */
  redactPart(body: string, isPiece: boolean): string {
    return this.#redactor === undefined ? body : this.#redactor.redactPart(body, isPiece, this.#report);
  }

  #sift(tail: string, report: Report): Dropped | undefined {
    let record: StoredRecord | undefined;
    for (const { filter, mayMatch, matches } of this.#sieves) {
      if (!mayMatch(tail)) continue;
      record ??= JSON.parse(`${RECORD_HEAD}0${tail}`) as StoredRecord;
      if (!matches(record)) continue;
      if (filter.kind === 'sample' && isKept(filter.keep, tail, record.trace?.id)) continue;
      report(filter.name, '');
      return { reason: filter.kind === 'drop' ? 'filter' : 'sample', filter: filter.name };
    }
    return undefined;
  }
}

type StoredRecord = Readonly<Record<string, unknown>> & { readonly trace?: { readonly id?: unknown } };

function sieveOf(filter: DropFilter | SampleFilter): Sieve {
  // "now" is refused in filters, so any time will do.
  const at = { nowNs: 0n };
  return { filter, mayMatch: textTest(needsOf(filter.where, at)) ?? (() => true), matches: toPredicate(filter.where, at) };
}

type TextTest = (tail: string) => boolean;

/** A test that is cheaper than parsing; undefined when nothing is known of the text of what matches. */
function textTest(needs: Needs | undefined): TextTest | undefined {
  if (needs === undefined) return undefined;
  if (needs.kind === 'token') return tokenTest(needs.token);
  const tests = needs.of.map(textTest);
  if (needs.kind === 'every') {
    const known = tests.filter((test) => test !== undefined);
    return known.length === 0 ? undefined : (tail) => known.every((test) => test(tail));
  }
  return tests.some((test) => test === undefined) ? undefined : (tail) => tests.some((test) => test?.(tail) ?? true);
}

/** Words in any case, values as they are; numbers can be written in many ways, other signs be escaped. */
function tokenTest(token: string): TextTest | undefined {
  const equals = token.indexOf('=');
  const value = token.slice(equals + 1);
  if (!/^\/?[A-Za-z_][A-Za-z0-9_ .-]*$/.test(value)) return undefined;
  if (equals >= 0) return (tail) => tail.includes(value);
  const word = new RegExp(value, 'iu');
  return (tail) => word.test(tail);
}

import { type Condition, conditionOf, type Field, type Query } from '#libs/query';
import type { Need } from './screen.js';

/** Characters that stand in JSON as they are, whoever wrote it, but for `\u` escapes. */
const PLAIN = /^[A-Za-z0-9_.:@-]{3,}$/;
const PLAIN_NAME = /^[A-Za-z0-9_.:@-]+$/;
/** Objects that every record has. */
const EVERYWHERE: ReadonlySet<string> = new Set(['@timestamp', 'event', 'message', 'logweir', 'log', 'host', 'service']);
const ESCAPE = Buffer.from('\\u');
/** More are not searched for: each is one search through all bytes. */
const MAX_LITERALS = 256;

/** One text, searched for once through all bytes, however many records there are. */
class Literal {
  #next = -1;
  #bytes: Buffer = Buffer.alloc(0);

  constructor(private readonly text: Buffer) {}

  open(bytes: Buffer): void {
    this.#bytes = bytes;
    this.#next = -1;
  }

  /** Whether it begins in this range. `from` must not go backwards. */
  isIn(from: number, to: number): boolean {
    if (this.#next < from) {
      const found = this.#bytes.indexOf(this.text, from);
      this.#next = found < 0 ? Infinity : found;
    }
    return this.#next < to;
  }
}

/**
 * Names and values that must stand in the bytes of a record that matches: `trace.id:4bf9…` can be true only where that text is.
 * Numbers are left out, which have many spellings. A record with a `\u` escape may hold anything.
 */
export class Literals {
  readonly #all = new Map<string, Literal>();
  readonly #escape = new Literal(ESCAPE);
  #from = 0;
  #to = 0;

  open(bytes: Buffer): void {
    this.#escape.open(bytes);
    for (const literal of this.#all.values()) literal.open(bytes);
  }

  /** The record that needs are asked of. */
  at(from: number, to: number): void {
    this.#from = from;
    this.#to = to;
  }

  /** undefined when nothing can be said. */
  needOf(query: Query, nowNs: bigint): Need | undefined {
    switch (query.type) {
      case 'and': {
        const needs = query.clauses.flatMap((clause) => this.needOf(clause, nowNs) ?? []);
        return needs.length === 0 ? undefined : () => needs.every((need) => need());
      }
      case 'or':
        return anyOf(query.clauses.map((clause) => this.needOf(clause, nowNs)));
      case 'match':
      case 'range':
        return this.#needOfCondition(conditionOf(query, nowNs));
      default:
        return undefined;
    }
  }

  #needOfCondition(condition: Condition): Need | undefined {
    switch (condition.kind) {
      case 'any':
        return anyOf(condition.of.map((each) => this.#needOfCondition(each)));
      case 'oneOf':
        return allOf(anyOf(condition.values.map((value) => this.#needOfValue(value))), this.#needOfField(condition.field));
      case 'equals':
        return allOf(condition.number === undefined ? this.#needOfValue(condition.text) : undefined, this.#needOfField(condition.field));
      case 'number':
      case 'order':
      case 'address':
      case 'like':
      case 'regex':
        return this.#needOfField(condition.field);
      default:
        return undefined;
    }
  }

  /** A name that the record must have: of an attribute its own, else that of the object it is in. Searched for without its first quote, of which there are too many. */
  #needOfField({ path }: Field): Need | undefined {
    const [first = ''] = path;
    const name = first === 'attributes' ? (path.at(-1) ?? '') : first;
    return PLAIN_NAME.test(name) && !EVERYWHERE.has(name) ? this.#needOfText(`${name}":`) : undefined;
  }

  #needOfValue(text: string): Need | undefined {
    return PLAIN.test(text) && Number.isNaN(Number(text)) ? this.#needOfText(text) : undefined;
  }

  #needOfText(text: string): Need | undefined {
    if (this.#all.size >= MAX_LITERALS && !this.#all.has(text)) return undefined;
    const literal = this.#all.get(text) ?? new Literal(Buffer.from(text));
    this.#all.set(text, literal);
    return () => literal.isIn(this.#from, this.#to) || this.#escape.isIn(this.#from, this.#to);
  }
}

function anyOf(needs: readonly (Need | undefined)[]): Need | undefined {
  const known = needs.flatMap((need) => need ?? []);
  return known.length < needs.length ? undefined : () => known.some((need) => need());
}

function allOf(one: Need | undefined, other: Need | undefined): Need | undefined {
  return one === undefined || other === undefined ? (one ?? other) : () => one() && other();
}

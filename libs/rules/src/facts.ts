/**
 * Fields that are read out of a record's bytes without parsing it. A text such as `},"service":{"name":` can stand only where
 * the record has that object: inside a string its quotes would be escaped, and `attributes` and labels hold no objects.
 */
import { Interner } from './interner.js';
import type { RecordLines } from './record-lines.js';

/** By number: the field, and the text that its value (or the object it stands in) follows. */
const FACTS = [
  ['service.name', '},"service":{"name":'],
  ['host.name', '},"host":{"name":'],
  ['http.response.status_code', '"response":{"status_code":'],
  ['container.name', '},"container":{'],
  ['log.pattern', '},"log":{'],
  ['logweir.node', ',"logweir":{'],
] as const;
/** Facts whose needle opens an object: the member looked for in it. */
const MEMBERS = [undefined, undefined, undefined, Buffer.from('"name":'), Buffer.from('"pattern":'), Buffer.from('"node":')];
const NODE = 5;

export const FACT_FIELDS: readonly string[] = FACTS.map(([field]) => field);
export const TIME_NEEDLE = FACTS.length;
/** For `RecordLines`. */
export const NEEDLES: readonly Buffer[] = [...FACTS.map(([, needle]) => needle), '},"@timestamp":"'].map((text) => Buffer.from(text));
/** Facts that rules can build on; the node is for samples only. */
export const RULE_FACTS: readonly string[] = FACT_FIELDS.slice(0, NODE);

export const ABSENT = 0;
/** It is there in a way that only a parser can read. */
export const UNCLEAR = -1;
/** Different values of one field that are remembered. */
export const MAX_INTERNED = 4_096;

const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;
const OPENING_BRACE = 123;
const CLOSING_BRACE = 125;

export class Facts {
  readonly #interners = FACTS.map(() => new Interner());

  /** So many values came that all should be forgotten, numbers included. */
  get isFull(): boolean {
    return this.#interners.some((interner) => interner.size > MAX_INTERNED);
  }

  /** The number of the value that this record has, `ABSENT` or `UNCLEAR`. `from`: behind the message's opening quote. */
  id(fact: number, lines: RecordLines, from: number): number {
    const at = lines.find(fact, from);
    if (at < 0) return ABSENT;
    const begin = at + (NEEDLES[fact] as Buffer).length;
    const member = MEMBERS[fact];
    if (member === undefined) return this.#valueAt(fact, lines, begin);
    const value = memberAt(lines, begin, member);
    return value > 0 ? this.#valueAt(fact, lines, value) : value;
  }

  value(fact: number, id: number): unknown {
    return this.#interners[fact]?.value(id);
  }

  #valueAt(fact: number, { bytes, to }: RecordLines, begin: number): number {
    let end = begin;
    if (bytes[begin] === QUOTE) {
      end = stringEnd(bytes, begin, to);
      if (end < 0) return UNCLEAR;
    } else {
      while (end < to && isDigit(bytes[end])) end += 1;
      if (end === begin || (bytes[end] !== COMMA && bytes[end] !== CLOSING_BRACE)) return UNCLEAR;
    }
    return (this.#interners[fact] as Interner).id(bytes, begin, end);
  }
}

/** Behind the closing quote of a string without escapes; -1 when it has some. */
function stringEnd(bytes: Buffer, begin: number, to: number): number {
  for (let at = begin + 1; at < to; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) return at + 1;
    if (byte === BACKSLASH) return UNCLEAR;
  }
  return UNCLEAR;
}

function isAt(bytes: Buffer, at: number, text: Buffer): boolean {
  for (let index = 0; index < text.length; index += 1) if (bytes[at + index] !== text[index]) return false;
  return true;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 48 && byte <= 57;
}

/** Where a member's value begins in an object whose other members are texts and flat objects of texts. */
function memberAt({ bytes, to }: RecordLines, begin: number, member: Buffer): number {
  let depth = 0;
  for (let at = begin; at < to;) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      if (depth === 0 && isAt(bytes, at, member)) return at + member.length;
      at = stringEnd(bytes, at, to);
      if (at < 0) return UNCLEAR;
      continue;
    }
    if (byte === OPENING_BRACE) depth += 1;
    else if (byte === CLOSING_BRACE) {
      if (depth === 0) return ABSENT;
      depth -= 1;
    }
    at += 1;
  }
  return UNCLEAR;
}

import type { KeyNode, KeyTable } from './keys.js';
import { KIND, type Placer } from './place.js';
import { isPlain, quote } from './quote.js';

/**
 * A strict scanner for one JSON object in a line (RFC 8259). It makes no objects: each value is a slice of the line, which is valid
 * JSON already and goes into the record as it is, digits and all. Nested objects become dotted keys; arrays of scalars
 * stay; what lies deeper becomes JSON text.
 */

/** Objects inside objects that become dotted keys; deeper ones are JSON text. */
const MAX_DEPTH = 6;

/** Nesting that is scanned at all: below it a line is text. */
const MAX_NESTING = 100;

/** Digits that every reader keeps exactly; longer integers become strings. */
const SAFE_DIGITS = 15;

export class JsonLine {
  #text = '';
  #at = 0;
  #plain = true;
  #kind: number = KIND.null;
  /** The last number had no exponent. */
  #isDecimal = true;

  readonly #keys: KeyTable;
  readonly #placer: Placer;

  constructor(keys: KeyTable, placer: Placer) {
    this.#keys = keys;
    this.#placer = placer;
  }

  /** Places all fields of the object that the text is. False, with some of them placed, when it is not valid JSON. */
  read(text: string): boolean {
    this.#text = text;
    this.#plain = isPlain(text);
    this.#at = 0;
    this.#space();
    if (text.charCodeAt(this.#at) !== 123) return false;
    this.#at += 1;
    if (!this.#object(this.#keys.root, 1)) return false;
    this.#space();
    return this.#at === text.length;
  }

  #object(parent: KeyNode, depth: number): boolean {
    const text = this.#text;
    if (this.#peek() === 125) {
      this.#at += 1;
      return true;
    }
    let last = parent.quoted === '' ? parent : (parent.inside ??= { ...parent, next: undefined, other: undefined });
    for (;;) {
      const node = this.#key(parent, last);
      if (node === undefined) return false;
      last = node;
      if (!this.#value(node, depth)) return false;
      const code = this.#peek();
      this.#at += 1;
      if (code === 125) return true;
      if (code !== 44) return false;
      if (text.charCodeAt(this.#at) <= 32) this.#space();
    }
  }

  /** The key here with its colon: one of those that followed `last` before, else looked up. */
  #key(parent: KeyNode, last: KeyNode): KeyNode | undefined {
    const next = last.next;
    if (next !== undefined && this.#text.startsWith(next.quoted, this.#at)) {
      this.#at += next.quoted.length;
      return next;
    }
    const other = last.other;
    if (other !== undefined && this.#text.startsWith(other.quoted, this.#at)) {
      this.#at += other.quoted.length;
      return other;
    }
    const start = this.#at;
    if (this.#text.charCodeAt(start) !== 34) return undefined;
    this.#at += 1;
    if (!this.#string()) return undefined;
    const raw = this.#text.slice(start, this.#at);
    if (this.#peek() !== 58) return undefined;
    this.#at += 1;
    const isPlain = this.#kind === KIND.string && !raw.includes('\\');
    const node = this.#keys.child(parent, isPlain ? raw.slice(1, -1) : String(JSON.parse(raw)));
    if (isPlain) {
      last.other = last.next;
      last.next = node;
    }
    return node;
  }

  #value(node: KeyNode, depth: number): boolean {
    const code = this.#peek();
    const start = this.#at;
    if (code === 34) {
      this.#at = start + 1;
      if (!this.#string()) return false;
      const raw = this.#text.slice(start, this.#at);
      if (this.#kind === KIND.string) this.#placer.place(node.entry, KIND.string, raw);
      else this.#placer.place(node.entry, KIND.escaped, quote(String(JSON.parse(raw))));
      return true;
    }
    if (code === 123) {
      if (depth < MAX_DEPTH) {
        this.#at = start + 1;
        return this.#object(node, depth + 1);
      }
      return this.#deep(node, depth);
    }
    if (code === 91) return this.#array(node, depth);
    if (!this.#scalar(code)) return false;
    this.#placeScalar(node, this.#text.slice(start, this.#at));
    return true;
  }

  #placeScalar(node: KeyNode, raw: string): void {
    if (this.#kind === KIND.number && !(this.#isDecimal && raw.length <= SAFE_DIGITS) && !isExact(raw))
      this.#placer.place(node.entry, KIND.string, `"${raw}"`);
    else this.#placer.place(node.entry, this.#kind, raw);
  }

  /** From behind the opening quote to behind the closing one. Sets the kind: `string` when the raw text can be kept. */
  #string(): boolean {
    if (!this.#plain) return this.#carefulString();
    const end = this.#text.indexOf('"', this.#at);
    if (end < 0) return false;
    this.#kind = KIND.string;
    this.#at = end + 1;
    return true;
  }

  #carefulString(): boolean {
    const text = this.#text;
    this.#kind = KIND.string;
    for (let at = this.#at; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === 34) {
        this.#at = at + 1;
        return true;
      }
      if (code < 32) return false;
      if (code === 92) {
        at += 1;
        if (!this.#escape(at)) return false;
      } else if (code >= 0xd800 && code <= 0xdfff) this.#kind = KIND.escaped;
    }
    return false;
  }

  #escape(at: number): boolean {
    const code = this.#text.charCodeAt(at);
    if (code === 117) {
      this.#kind = KIND.escaped;
      return /^[0-9a-fA-F]{4}$/.test(this.#text.slice(at + 1, at + 5));
    }
    return code === 34 || code === 92 || code === 110 || code === 116 || code === 114 || code === 47 || code === 98 || code === 102;
  }

  /** A number or a literal from here; sets the kind. */
  #scalar(code: number): boolean {
    if (code === 45 || (code >= 48 && code <= 57)) return this.#number(code);
    const word = code === 116 ? 'true' : code === 102 ? 'false' : code === 110 ? 'null' : '';
    if (word === '' || !this.#text.startsWith(word, this.#at)) return false;
    this.#at += word.length;
    this.#kind = code === 110 ? KIND.null : KIND.boolean;
    return true;
  }

  #number(first: number): boolean {
    this.#kind = KIND.number;
    this.#isDecimal = true;
    if (first === 45) this.#at += 1;
    const leading = this.#text.charCodeAt(this.#at);
    const digits = this.#digits();
    if (digits === 0 || (leading === 48 && digits > 1)) return false;
    if (this.#text.charCodeAt(this.#at) === 46) {
      this.#at += 1;
      if (this.#digits() === 0) return false;
    }
    const exponent = this.#text.charCodeAt(this.#at);
    if (exponent !== 101 && exponent !== 69) return true;
    this.#isDecimal = false;
    this.#at += 1;
    const sign = this.#text.charCodeAt(this.#at);
    if (sign === 43 || sign === 45) this.#at += 1;
    return this.#digits() > 0;
  }

  #digits(): number {
    const start = this.#at;
    let at = start;
    for (let code = this.#text.charCodeAt(at); code >= 48 && code <= 57; code = this.#text.charCodeAt(at)) at += 1;
    this.#at = at;
    return at - start;
  }

  /** An array of scalars is kept; any other becomes JSON text. */
  #array(node: KeyNode, depth: number): boolean {
    const start = this.#at;
    if (!this.#skip(depth)) return false;
    const raw = this.#text.slice(start, this.#at);
    const isFlat = !/[[{]/.test(raw.slice(1)) || isFlatArray(raw);
    if (!isFlat) this.#placer.place(node.entry, KIND.escaped, quote(raw));
    else this.#placer.place(node.entry, KIND.array, this.#plain && !/\d{16}|\d[eE]/.test(raw) ? raw : flatArray(raw));
    return true;
  }

  #deep(node: KeyNode, depth: number): boolean {
    const start = this.#at;
    if (!this.#skip(depth)) return false;
    this.#placer.place(node.entry, KIND.escaped, quote(this.#text.slice(start, this.#at)));
    return true;
  }

  /** Over one value of any kind, checking it. */
  #skip(depth: number): boolean {
    const code = this.#peek();
    if (code === 34) {
      this.#at += 1;
      return this.#string();
    }
    if (code !== 123 && code !== 91) return this.#scalar(code);
    if (depth >= MAX_NESTING) return false;
    this.#at += 1;
    return this.#skipItems(code, depth + 1);
  }

  #skipItems(open: number, depth: number): boolean {
    const close = open + 2;
    if (this.#peek() === close) {
      this.#at += 1;
      return true;
    }
    for (;;) {
      if (open === 123 && !this.#skipKey()) return false;
      if (!this.#skip(depth)) return false;
      const code = this.#peek();
      this.#at += 1;
      if (code === close) return true;
      if (code !== 44) return false;
    }
  }

  #skipKey(): boolean {
    if (this.#peek() !== 34) return false;
    this.#at += 1;
    if (!this.#string() || this.#peek() !== 58) return false;
    this.#at += 1;
    return true;
  }

  /** The next code that is not white space; stands on it. */
  #peek(): number {
    const code = this.#text.charCodeAt(this.#at);
    if (code > 32) return code;
    this.#space();
    return this.#text.charCodeAt(this.#at);
  }

  #space(): void {
    let at = this.#at;
    for (
      let code = this.#text.charCodeAt(at);
      code === 32 || (code >= 9 && code <= 13 && code !== 11 && code !== 12);
      code = this.#text.charCodeAt(at)
    )
      at += 1;
    this.#at = at;
  }
}

/** False for what a double cannot keep: long integers (ids) and numbers out of range. */
function isExact(raw: string): boolean {
  const value = Number(raw);
  return Number.isFinite(value) && (Number.isSafeInteger(value) || /[.eE]/.test(raw));
}

function isFlatArray(raw: string): boolean {
  const items: unknown = JSON.parse(raw);
  return Array.isArray(items) && items.every((item) => typeof item !== 'object' || item === null);
}

/** Written anew: no line ends, no lone surrogates, no number that a double cannot hold. */
function flatArray(raw: string): string {
  const items = JSON.parse(raw) as readonly (string | number | boolean | null)[];
  const exact = items.every(
    (item) => typeof item !== 'number' || (Number.isFinite(item) && (!Number.isInteger(item) || Number.isSafeInteger(item))),
  );
  if (!exact)
    return JSON.stringify(
      raw
        .slice(1, -1)
        .split(',')
        .map((item) => item.trim()),
    );
  return `[${items.map((item) => (typeof item === 'string' ? quote(item) : String(item))).join(',')}]`;
}

/**
 * Changes values inside JSON text and leaves all else as it is written, digit for digit: nothing is parsed into objects, so
 * long numbers and the order of keys stay.
 */
import { MAX_DEPTH } from './limits.js';

/** What becomes of a value: text to stand there instead, or it goes with its key. */
export type Change = { readonly text: string } | 'remove' | undefined;

export interface Visitor {
  /** Strings come decoded, numbers as written. `isSecret`: a key above it says so. */
  value(value: string, kind: 'text' | 'number', path: string, isSecret: boolean): Change;
  /** A key as text; gives what to write instead, or the same. */
  key(key: string, path: string): string;
  isSecretKey(key: string): boolean;
  /** Further members for an object that ends here and has these keys, as JSON without braces; '' for none. */
  more(path: string, keys: ReadonlySet<string>): string;
}

class NotJson extends Error {}

/** undefined when the text is not JSON. The same text when nothing changes. */
export function rewriteJson(text: string, visitor: Visitor, path = '', isSecret = false): string | undefined {
  try {
    return new Rewriter(text, visitor).run(path, isSecret);
  } catch (error) {
    if (error instanceof NotJson) return undefined;
    throw error;
  }
}

const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const SPACE = /[ \t\r\n]*/y;

class Rewriter {
  #at = 0;
  #copied = 0;
  #out = '';

  constructor(
    private readonly text: string,
    private readonly visitor: Visitor,
  ) {}

  run(path: string, isSecret: boolean): string {
    this.#space();
    this.#value({ path, isSecret, depth: 0 });
    this.#space();
    if (this.#at !== this.text.length) throw new NotJson();
    return this.#copied === 0 ? this.text : this.#out + this.text.slice(this.#copied);
  }

  /** Whether the value goes with its key. */
  #value(at: Place): boolean {
    const code = this.text.charCodeAt(this.#at);
    if (code === 123) this.#object(at);
    else if (code === 91) this.#array(at);
    else return this.#scalar(at, code);
    return false;
  }

  #scalar({ path, isSecret }: Place, code: number): boolean {
    const start = this.#at;
    const raw = code === 34 ? this.#string() : this.#number();
    const isNumber = code === 45 || (code >= 48 && code <= 57);
    if (code !== 34 && !isNumber) return false;
    const change = this.visitor.value(isNumber ? raw : decode(raw), isNumber ? 'number' : 'text', path, isSecret);
    if (change === undefined) return false;
    if (change === 'remove') return true;
    this.#replace(start, this.#at, JSON.stringify(change.text));
    return false;
  }

  #object({ path, isSecret, depth }: Place): void {
    if (depth >= MAX_DEPTH) throw new NotJson();
    this.#open();
    const keys = new Set<string>();
    let kept = 0;
    let comma = this.#at;
    while (!this.#closes(125)) {
      const start = kept === 0 ? this.#at : comma;
      const [out, copied] = [this.#out, this.#copied];
      const removed = this.#member({ path, isSecret, depth }, keys);
      this.#space();
      comma = this.#at;
      const more = this.#comma(125);
      if (removed) {
        this.#out = out;
        this.#copied = copied;
        this.#replace(start, kept === 0 && more ? this.#at : comma, '');
      } else kept += 1;
      this.#space();
    }
    const members = this.visitor.more(path, keys);
    if (members !== '') this.#replace(this.#at, this.#at, (kept > 0 ? ',' : '') + members);
    this.#at += 1;
  }

  #member({ path, isSecret, depth }: Place, keys: Set<string>): boolean {
    const start = this.#at;
    const key = decode(this.#string());
    const end = this.#at;
    this.#space();
    if (this.text.charCodeAt(this.#at) !== 58) throw new NotJson();
    this.#at += 1;
    this.#space();
    const full = path === '' ? key : `${path}.${key}`;
    const name = this.visitor.key(key, full);
    if (name !== key) this.#replace(start, end, JSON.stringify(unused(name, keys)));
    else keys.add(key);
    return this.#value({ path: full, isSecret: isSecret || this.visitor.isSecretKey(key), depth: depth + 1 });
  }

  #array({ path, isSecret, depth }: Place): void {
    if (depth >= MAX_DEPTH) throw new NotJson();
    this.#open();
    while (!this.#closes(93)) {
      const start = this.#at;
      // A place in a list is kept, so that the others keep theirs.
      if (this.#value({ path, isSecret, depth: depth + 1 })) this.#replace(start, this.#at, 'null');
      this.#space();
      this.#comma(93);
      this.#space();
    }
    this.#at += 1;
  }

  #open(): void {
    this.#at += 1;
    this.#space();
  }

  #closes(close: number): boolean {
    return this.text.charCodeAt(this.#at) === close;
  }

  /** Over the comma, when there is one; false before the end. */
  #comma(close: number): boolean {
    const code = this.text.charCodeAt(this.#at);
    if (code === close) return false;
    if (code !== 44) throw new NotJson();
    this.#at += 1;
    SPACE.lastIndex = this.#at;
    SPACE.exec(this.text);
    if (this.text.charCodeAt(SPACE.lastIndex) === close) throw new NotJson();
    return true;
  }

  #replace(from: number, to: number, by: string): void {
    this.#out += this.text.slice(this.#copied, from) + by;
    this.#copied = to;
  }

  #number(): string {
    SCALAR.lastIndex = this.#at;
    const raw = SCALAR.exec(this.text)?.[0] ?? '';
    if (raw === '') throw new NotJson();
    this.#at += raw.length;
    return raw;
  }

  /** With its quotes. Without a pattern, whose stack a long text would fill. */
  #string(): string {
    const { text } = this;
    const start = this.#at;
    if (text.charCodeAt(start) !== 34) throw new NotJson();
    let at = text.indexOf('"', start + 1);
    while (at >= 0 && isEscaped(text, at)) at = text.indexOf('"', at + 1);
    if (at < 0) throw new NotJson();
    this.#at = at + 1;
    return text.slice(start, this.#at);
  }

  #space(): void {
    SPACE.lastIndex = this.#at;
    SPACE.exec(this.text);
    this.#at = SPACE.lastIndex;
  }
}

interface Place {
  readonly path: string;
  readonly isSecret: boolean;
  readonly depth: number;
}

function decode(raw: string): string {
  if (!raw.includes('\\')) return raw.slice(1, -1);
  try {
    return String(JSON.parse(raw));
  } catch {
    throw new NotJson();
  }
}

function isEscaped(text: string, at: number): boolean {
  let run = 0;
  while (text.charCodeAt(at - 1 - run) === 92) run += 1;
  return run % 2 === 1;
}

function unused(name: string, keys: Set<string>): string {
  let free = name;
  for (let number = 2; keys.has(free); number += 1) free = `${name}_${number}`;
  keys.add(free);
  return free;
}

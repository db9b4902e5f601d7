/**
 * Files of named things: YAML, `rules: [ … ]` or a list alone. Each is read by itself, so that a bad one never stops the
 * good ones; a problem has the line and column of the value (or key) it is about.
 */
import { isMap, isNode, isPair, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node, type Pair } from 'yaml';
import { type Finding, type Path, type Problem, suggest } from './problem.js';

/** Characters of one file: a thousand rules of a kilobyte. */
export const MAX_LIST_FILE_LENGTH = 1_048_576;
/** Aliases (`*name`) that one file may have resolved: they multiply. */
const MAX_ALIASES = 100;

export interface ListFileOptions<T> {
  readonly file: string;
  /** What one of them is called: `rule`, under the key `rules`. */
  readonly noun: 'rule' | 'filter';
  readonly max: number;
  /** Reads one that begins in this line. */
  readonly read: (value: unknown, line: number) => { readonly item: T } | { readonly findings: readonly Finding[] };
  readonly nameOf: (value: unknown) => string | undefined;
}

export interface ParsedList<T> {
  readonly items: readonly T[];
  readonly problems: readonly Problem[];
}

interface Found<T> {
  readonly item: T;
  readonly line: number;
}

/** Never throws. Of two of one name the first counts. */
export function parseListFile<T extends { readonly name: string }>(text: string, options: ListFileOptions<T>): ParsedList<T> {
  if (text.length > MAX_LIST_FILE_LENGTH) {
    const message = `the file has ${text.length} characters; at most ${MAX_LIST_FILE_LENGTH} are allowed: split it`;
    return { items: [], problems: [{ file: options.file, field: '', message }] };
  }
  return new ListFile(text, options).read();
}

class ListFile<T extends { readonly name: string }> {
  readonly #lines = new LineCounter();
  readonly #document: Document.Parsed;
  readonly #found = new Map<string, Found<T>>();
  readonly #problems: Problem[] = [];

  constructor(
    private readonly text: string,
    private readonly options: ListFileOptions<T>,
  ) {
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false });
  }

  read(): ParsedList<T> {
    const { noun, max } = this.options;
    for (const error of this.#document.errors) this.#add(error.pos[0], { field: '', message: `not YAML: ${error.message}` });
    const items = this.#items();
    for (const [index, item] of items.slice(0, max).entries()) {
      const start = startOf(item);
      const end = index + 1 < items.length ? startOf(items[index + 1]) : this.text.length + 1;
      if (!this.#document.errors.some(({ pos }) => pos[0] >= start && pos[0] < end)) this.#item(item, start);
    }
    if (items.length > max) this.#add(startOf(items[max]), { field: '', message: `more than ${max} ${noun}s in one file: split it` });
    return { items: Array.from(this.#found.values(), ({ item }) => item), problems: this.#problems };
  }

  /** Their nodes. */
  #items(): readonly unknown[] {
    const list = `${this.options.noun}s`;
    const root = this.#document.contents as Node | null;
    if (root === null || (isScalar(root) && root.value === null)) return [];
    if (isSeq(root)) return root.items;
    if (!isMap(root)) {
      this.#add(startOf(root), { field: '', message: `write "${list}:" with a list below it, or a list alone` });
      return [];
    }
    for (const pair of root.items) {
      const key = String(isScalar(pair.key) ? pair.key.value : pair.key);
      if (key !== list) this.#add(startOf(pair.key), { field: key, message: `unknown key "${key}"; ${suggest(key, [list])}` });
    }
    return this.#list(root.items.find((pair) => isScalar(pair.key) && pair.key.value === list));
  }

  #list(pair: Pair | undefined): readonly unknown[] {
    const list = pair?.value;
    if (isSeq(list)) return list.items;
    if (list !== undefined && !(isScalar(list) && list.value === null)) {
      this.#add(startOf(list), {
        field: `${this.options.noun}s`,
        message: `is not a list: begin each ${this.options.noun} with "- name:"`,
      });
    }
    return [];
  }

  #item(node: unknown, start: number): void {
    const value = this.#valueOf(node);
    if (value === undefined) return;
    const { noun, nameOf } = this.options;
    const { line } = this.#lines.linePos(start);
    const read = this.options.read(value, line);
    if ('findings' in read) {
      const name = nameOf(value);
      for (const { path, message, ...place } of read.findings) {
        const named = name === undefined ? {} : { [noun]: name };
        this.#add(this.#placeOf(node, { path, message, ...place }), { ...named, field: path.join('.'), message });
      }
      return;
    }
    const { item } = read;
    const first = this.#found.get(item.name);
    if (first === undefined) this.#found.set(item.name, { item, line });
    else {
      const message = `there is a ${noun} of this name in line ${first.line}; the first one counts`;
      this.#add(this.#placeOf(node, { path: ['name'], message }), { [noun]: item.name, field: 'name', message });
    }
  }

  #valueOf(item: unknown): unknown {
    try {
      return isNode(item) ? (item.toJS(this.#document, { maxAliasCount: MAX_ALIASES }) as unknown) : item;
    } catch (error) {
      this.#add(startOf(item), { field: '', message: `not YAML: ${error instanceof Error ? error.message : String(error)}` });
      return undefined;
    }
  }

  /** Offset in the file of what a finding is about. */
  #placeOf(item: unknown, { path, atKey, offset }: Finding): number {
    const pair = pairAt(item, path);
    const value = pair?.value ?? (path.length === 0 ? item : undefined);
    const isEmpty = isScalar(value) && value.value === null;
    if (pair !== undefined && (atKey === true || value === undefined || isEmpty)) return startOf(pair.key);
    const start = startOf(value ?? item);
    return offset === undefined || !isScalar(value) ? start : start + this.#within(start, String(value.value), offset);
  }

  /** Where a character of a text stands when it is written as it is; else where the text begins. */
  #within(start: number, value: string, offset: number): number {
    const quote = /["']/.test(this.text.charAt(start)) ? 1 : 0;
    return this.text.startsWith(value, start + quote) ? quote + offset : 0;
  }

  #add(offset: number, problem: Omit<Problem, 'file' | 'line' | 'column'>): void {
    const { line, col } = this.#lines.linePos(Math.min(offset, this.text.length));
    this.#problems.push({ file: this.options.file, line: Math.max(1, line), column: Math.max(1, col), ...problem });
  }
}

function pairAt(item: unknown, path: Path): Pair | undefined {
  let node = item;
  let found: Pair | undefined;
  for (const key of path) {
    const pair = isMap(node) ? node.items.find((each) => isScalar(each.key) && each.key.value === key) : undefined;
    if (pair === undefined) return found;
    found = pair;
    node = pair.value;
  }
  return found;
}

function startOf(node: unknown): number {
  if (isPair(node)) return startOf(node.key);
  return isNode(node) ? (node.range?.[0] ?? 0) : 0;
}

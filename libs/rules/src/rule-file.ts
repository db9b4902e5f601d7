/**
 * Rule files: YAML, `rules: [ … ]` or a list alone. Each rule is read by itself, so that a bad one never stops the good
 * ones; a problem has the line and column of the value (or key) it is about.
 */
import { isMap, isNode, isPair, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node, type Pair } from 'yaml';
import { nameOf, readRule } from './parse-rule.js';
import { type Finding, type Path, type RuleProblem, suggest, toProblem } from './problem.js';
import type { Rule } from './rule.js';

/** Characters of one file: a thousand rules of a kilobyte. */
export const MAX_RULE_FILE_LENGTH = 1_048_576;
/** Rules of one file. */
export const MAX_RULES = 1_000;
/** Aliases (`*name`) that one file may have resolved: they multiply. */
const MAX_ALIASES = 100;

export interface ParsedRules {
  readonly rules: readonly Rule[];
  readonly problems: readonly RuleProblem[];
}

/** Never throws. */
export function parseRules(text: string, options: { readonly file: string }): ParsedRules {
  if (text.length > MAX_RULE_FILE_LENGTH) {
    const message = `the file has ${text.length} characters; at most ${MAX_RULE_FILE_LENGTH} are allowed: split it`;
    return { rules: [], problems: [{ file: options.file, field: '', message }] };
  }
  return new RuleFile(text, options.file).read();
}

class RuleFile {
  readonly #lines = new LineCounter();
  readonly #document: Document.Parsed;
  readonly #rules = new Map<string, Rule>();
  readonly #problems: RuleProblem[] = [];

  constructor(
    private readonly text: string,
    private readonly file: string,
  ) {
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false });
  }

  read(): ParsedRules {
    for (const error of this.#document.errors) this.#add(error.pos[0], { field: '', message: `not YAML: ${error.message}` });
    const items = this.#items();
    for (const [index, item] of items.slice(0, MAX_RULES).entries()) {
      const start = startOf(item);
      const end = index + 1 < items.length ? startOf(items[index + 1]) : this.text.length + 1;
      if (!this.#document.errors.some(({ pos }) => pos[0] >= start && pos[0] < end)) this.#rule(item, start);
    }
    if (items.length > MAX_RULES) {
      this.#add(startOf(items[MAX_RULES]), { field: '', message: `more than ${MAX_RULES} rules in one file: split it` });
    }
    return { rules: [...this.#rules.values()], problems: this.#problems };
  }

  /** The rules' nodes. */
  #items(): readonly unknown[] {
    const root = this.#document.contents as Node | null;
    if (root === null || (isScalar(root) && root.value === null)) return [];
    if (isSeq(root)) return root.items;
    if (!isMap(root)) {
      this.#add(startOf(root), { field: '', message: 'write "rules:" with a list below it, or a list alone' });
      return [];
    }
    for (const pair of root.items) {
      const key = String(isScalar(pair.key) ? pair.key.value : pair.key);
      if (key !== 'rules') this.#add(startOf(pair.key), { field: key, message: `unknown key "${key}"; ${suggest(key, ['rules'])}` });
    }
    return this.#list(root.items.find((pair) => isScalar(pair.key) && pair.key.value === 'rules'));
  }

  #list(pair: Pair | undefined): readonly unknown[] {
    const list = pair?.value;
    if (isSeq(list)) return list.items;
    if (list !== undefined && !(isScalar(list) && list.value === null)) {
      this.#add(startOf(list), { field: 'rules', message: 'is not a list: begin each rule with "- name:"' });
    }
    return [];
  }

  #rule(item: unknown, start: number): void {
    const value = this.#valueOf(item);
    if (value === undefined) return;
    const { line } = this.#lines.linePos(start);
    const read = readRule(value, { kind: 'file', file: this.file, line });
    if ('findings' in read) {
      for (const finding of read.findings) this.#add(this.#placeOf(item, finding), toProblem(finding, nameOf(value)));
      return;
    }
    const first = this.#rules.get(read.rule.name);
    if (first === undefined) this.#rules.set(read.rule.name, read.rule);
    else {
      const place = first.origin.kind === 'file' ? ` in line ${first.origin.line}` : '';
      const message = `there is a rule of this name${place}; the first one counts`;
      this.#add(this.#placeOf(item, { path: ['name'], message }), { rule: read.rule.name, field: 'name', message });
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

  #add(offset: number, problem: Omit<RuleProblem, 'file' | 'line' | 'column'>): void {
    const { line, col } = this.#lines.linePos(Math.min(offset, this.text.length));
    this.#problems.push({ file: this.file, line: Math.max(1, line), column: Math.max(1, col), ...problem });
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

/**
 * Regular expressions of matchers: RE2's common part, matched against the whole value in time that grows with
 * value × pattern (Thompson's simulation): JavaScript's own engine backtracks, and a silence comes from outside.
 *
 *   alternation := sequence ('|' sequence)*      atom := literal | '.' | [class] | \escape | (group) | (?:group)
 *   sequence    := (atom [*+?{n,m}] ['?'])*      a leading (?i), (?s) or (?is) sets flags; ^ and $ are allowed at the ends
 */
import { AlertsError } from './errors.js';

export const MAX_PATTERN = 1_024;
/** Steps after repeats are written out: a{1000}{1000} must not fill the memory. */
const MAX_STEPS = 2_000;
const MAX_DEPTH = 32;
const MAX_REPEAT = 1_000;

type Node =
  | { readonly type: 'one'; readonly test: (character: string) => boolean }
  | { readonly type: 'sequence' | 'choice'; readonly nodes: readonly Node[] }
  | { readonly type: 'repeat'; readonly node: Node; readonly least: number; readonly most: number };

/** A character to pass, or (without `test`) only ways on. */
interface Step {
  readonly test?: (character: string) => boolean;
  next: readonly number[];
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', f: '\f', v: '\v' };

/** Whether a whole value matches. Throws AlertsError `matcher_regex`. */
export function compilePattern(text: string): (value: string) => boolean {
  if (text.length > MAX_PATTERN) throw refuse(text, `it has ${text.length} characters, at most ${MAX_PATTERN} are allowed`);
  const steps: Step[] = [{ next: [] }];
  const start = addSteps(new PatternParser(text).parse(), 0, steps, text);
  return (value) => run(steps, start, value);
}

function run(steps: readonly Step[], start: number, value: string): boolean {
  let current = reach(steps, [start]);
  for (const character of value) {
    const onward: number[] = [];
    for (const index of current) {
      const step = steps[index];
      if (step?.test?.(character) === true) onward.push(...step.next);
    }
    if (onward.length === 0) return false;
    current = reach(steps, onward);
  }
  return current.has(0);
}

function reach(steps: readonly Step[], from: readonly number[]): ReadonlySet<number> {
  const reached = new Set(from);
  for (const index of reached) {
    const step = steps[index];
    if (step !== undefined && step.test === undefined) for (const next of step.next) reached.add(next);
  }
  return reached;
}

/** Adds the steps of `node` that lead on to `to`; returns where they begin. Step 0 is the end. */
function addSteps(node: Node, to: number, steps: Step[], text: string): number {
  if (steps.length > MAX_STEPS) throw refuse(text, 'its repeats are too large');
  switch (node.type) {
    case 'one':
      return steps.push({ test: node.test, next: [to] }) - 1;
    case 'sequence':
      return node.nodes.reduceRight((next, item) => addSteps(item, next, steps, text), to);
    case 'choice':
      return steps.push({ next: node.nodes.map((item) => addSteps(item, to, steps, text)) }) - 1;
    case 'repeat': {
      let next = to;
      if (node.most === Infinity) {
        const loop: Step = { next: [to] };
        next = steps.push(loop) - 1;
        loop.next = [addSteps(node.node, next, steps, text), to];
      } else {
        for (let count = node.least; count < node.most; count++) {
          next = steps.push({ next: [addSteps(node.node, next, steps, text), to] }) - 1;
        }
      }
      for (let count = 0; count < node.least; count++) next = addSteps(node.node, next, steps, text);
      return next;
    }
  }
}

class PatternParser {
  #at = 0;
  #depth = 0;
  #flags = 'u';
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): Node {
    const flags = /^\^?\(\?([is]{1,2})\)/.exec(this.#text);
    if (flags !== null) {
      this.#at = flags[0].length;
      this.#flags = flags[1]?.includes('i') === true ? 'iu' : 'u';
    }
    if (this.#peek() === '^') this.#at++;
    const node = this.#choice();
    if (this.#peek() !== undefined) throw this.#refuse('")" has no "(" before it');
    return node;
  }

  #choice(): Node {
    if (++this.#depth > MAX_DEPTH) throw this.#refuse(`groups are nested deeper than ${MAX_DEPTH}`);
    const nodes = [this.#sequence()];
    while (this.#peek() === '|') {
      this.#at++;
      nodes.push(this.#sequence());
    }
    this.#depth--;
    const [only] = nodes;
    return nodes.length === 1 && only !== undefined ? only : { type: 'choice', nodes };
  }

  #sequence(): Node {
    const nodes: Node[] = [];
    for (let next = this.#peek(); next !== undefined && next !== '|' && next !== ')'; next = this.#peek()) {
      if (next === '$' && this.#at === this.#text.length - 1) this.#at++;
      else nodes.push(this.#repeats(this.#atom(next)));
    }
    return { type: 'sequence', nodes };
  }

  #repeats(node: Node): Node {
    const found = /^(?:([*+?])|\{(\d{1,4})(,(\d{0,4}))?\})\??/.exec(this.#text.slice(this.#at, this.#at + 13));
    if (found === null) return node;
    this.#at += found[0].length;
    if (/^[*+?{]/.test(this.#peek() ?? '')) throw this.#refuse('a repeat of a repeat');
    const [, sign, least, comma, most] = found;
    if (sign === '*') return { type: 'repeat', node, least: 0, most: Infinity };
    if (sign === '+') return { type: 'repeat', node, least: 1, most: Infinity };
    if (sign === '?') return { type: 'repeat', node, least: 0, most: 1 };
    return this.#counted(node, Number(least), comma === undefined ? Number(least) : most === '' ? Infinity : Number(most));
  }

  #counted(node: Node, least: number, most: number): Node {
    const finite = most === Infinity ? least : most;
    if (least > finite || finite > MAX_REPEAT) throw this.#refuse(`a repeat count is wrong, or larger than ${MAX_REPEAT}`);
    return { type: 'repeat', node, least, most };
  }

  #atom(next: string): Node {
    if (next === '(') return this.#group();
    if (next === '[') return this.#class();
    if (next === '\\') return this.#escape();
    if ('*+?{'.includes(next)) throw this.#refuse(`"${next}" has nothing to repeat`);
    if (next === '^' || next === '$') throw this.#refuse(`"${next}" is allowed at the ends only: a matcher matches the whole value`);
    this.#at += next.length;
    return next === '.' ? { type: 'one', test: () => true } : this.#one(next.replace(/[\])}]/, '\\$&'));
  }

  #group(): Node {
    if (this.#text.startsWith('(?:', this.#at)) this.#at += 3;
    else if (this.#text.startsWith('(?', this.#at)) throw this.#refuse('"(?" is allowed as "(?:" and at the begin as "(?i)"');
    else this.#at++;
    const node = this.#choice();
    if (this.#peek() !== ')') throw this.#refuse('a ")" is missing');
    this.#at++;
    return node;
  }

  #class(): Node {
    const found = /^\[\^?\]?(?:\\.|[^\]\\[])*\]/su.exec(this.#text.slice(this.#at));
    if (found === null) throw this.#refuse('a "]" is missing, or a "[" inside a class is not written "\\["');
    this.#at += found[0].length;
    return this.#one(found[0].replace(/^(\[\^?)\]/, '$1\\]'));
  }

  #escape(): Node {
    const found = /^\\(?:[dDwWsS]|[pP](?:[A-Z]|\{\w{1,32}\})|[nrtfv]|[^a-zA-Z0-9])/u.exec(this.#text.slice(this.#at));
    if (found === null) throw this.#refuse('this escape is not allowed (\\d \\w \\s \\pL \\n \\t and punctuation are)');
    this.#at += found[0].length;
    const character = found[0].slice(1);
    const plain = ESCAPES[character] ?? (/^[a-zA-Z]/.test(character) ? undefined : character);
    if (plain !== undefined) return { type: 'one', test: (other) => other === plain };
    return this.#one(found[0].replace(/^\\([pP])([A-Z])$/, '\\$1{$2}'));
  }

  /** One character, by the engine itself: a class, an escape or a letter, with the flags. */
  #one(source: string): Node {
    try {
      const expression = new RegExp(`^${source}$`, this.#flags);
      return { type: 'one', test: (character) => expression.test(character) };
    } catch {
      throw this.#refuse(`"${source}" cannot be understood`);
    }
  }

  #peek(): string | undefined {
    const code = this.#text.codePointAt(this.#at);
    return code === undefined ? undefined : String.fromCodePoint(code);
  }

  #refuse(why: string): AlertsError {
    return refuse(this.#text, `${why} (at position ${this.#at})`);
  }
}

function refuse(text: string, why: string): AlertsError {
  const shown = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  return new AlertsError('matcher_regex', `invalid regular expression "${shown}": ${why}`);
}

/**
 * Finds where an expression of `regex.ts` matches inside a text: leftmost, then longest. An automaton whose states are made
 * when they are first reached, so a step costs a table look-up and no text can make it slow: what all tries of one text may
 * cost together is bounded, and a text that needs more is said to be matched from there to its end.
 */
import { parseRegex, type Node, type Range, type Regex } from './regex.js';
import { buildSteps, type Step } from './regex-matcher.js';

/** Steps of the table kept; an expression that needs more begins anew with an empty one. */
const MAX_TRANSITIONS = 20_000;
/** Steps of all tries, by character of the text, and for short texts. */
const STEPS_PER_CHARACTER = 16;
const SPARE_STEPS = 4_096;

export interface Found {
  readonly from: number;
  readonly to: number;
}

export interface RegexSearch {
  readonly source: string;
  /** A piece of text that every match holds, in the same case; '' when none is known. */
  readonly literal: string;
  /** The empty text is a match. */
  readonly matchesNothing: boolean;
  /** All matches that are not empty, from left to right. */
  find(text: string): Found[];
}

/** Throws `QueryError`. */
export function compileSearch(pattern: string): RegexSearch {
  const regex = parseRegex(pattern);
  const anchored = new Automaton(regex, false);
  const anywhere = new Automaton(regex, true);
  return {
    source: pattern,
    literal: literalOf(regex.root),
    matchesNothing: anchored.end('', 0, 0, true).to === 0,
    find: (text) => (anywhere.end(text, 0, text.length).to < 0 ? [] : findAll(anchored, text)),
  };
}

function findAll(automaton: Automaton, text: string): Found[] {
  const found: Found[] = [];
  let budget = text.length * STEPS_PER_CHARACTER + SPARE_STEPS;
  for (let from = 0; from < text.length;) {
    const { to, steps } = automaton.end(text, from, budget, true);
    budget -= steps;
    if (budget <= 0) return [...found, { from, to: text.length }];
    if (to > from) found.push({ from, to });
    from = to > from ? to : from + 1;
  }
  return found;
}

interface State {
  readonly steps: readonly number[];
  readonly accepts: boolean;
  readonly next: Map<number, State>;
}

class Automaton {
  readonly #steps: Step[];
  readonly #start: number;
  readonly #isUnanchored: boolean;
  #states = new Map<string, State>();
  #transitions = 0;
  #first: State;

  constructor(regex: Regex, isUnanchored: boolean) {
    const { steps, start } = buildSteps(regex);
    this.#steps = steps;
    this.#start = start;
    this.#isUnanchored = isUnanchored;
    this.#first = this.#state([start]);
  }

  /** Where the longest match that begins at `from` ends (-1: none), or the first end of any when unanchored. */
  end(text: string, from: number, budget: number, longest = false): { to: number; steps: number } {
    let state = this.#first;
    let to = state.accepts && longest ? from : -1;
    let at = from;
    for (; at < text.length && at - from < budget; at += 1) {
      const code = text.codePointAt(at) ?? 0;
      state = state.next.get(code) ?? this.#advance(state, code);
      if (code > 0xffff) at += 1;
      if (state.accepts) {
        to = at + 1;
        if (!longest) break;
      }
      if (state.steps.length === 0) break;
    }
    return { to, steps: at - from + 1 };
  }

  #advance(state: State, code: number): State {
    const targets: number[] = this.#isUnanchored ? [this.#start] : [];
    for (const index of state.steps) {
      const step = this.#steps[index];
      if (step?.set !== undefined && contains(step.set, code)) targets.push(...step.next);
    }
    this.#transitions += 1;
    if (this.#transitions > MAX_TRANSITIONS) {
      this.#transitions = 0;
      this.#states = new Map();
      this.#first = this.#state([this.#start]);
    }
    const next = this.#state(targets);
    state.next.set(code, next);
    return next;
  }

  #state(from: readonly number[]): State {
    const reached = new Set<number>(from);
    for (const index of reached) {
      const step = this.#steps[index];
      if (step !== undefined && step.set === undefined) for (const next of step.next) reached.add(next);
    }
    const steps = [...reached].sort((a, b) => a - b);
    const key = steps.join();
    let state = this.#states.get(key);
    if (state === undefined) this.#states.set(key, (state = { steps, accepts: reached.has(0), next: new Map() }));
    return state;
  }
}

function contains(set: { readonly negated: boolean; readonly ranges: readonly Range[] }, code: number): boolean {
  for (const [low, high] of set.ranges) if (code >= low && code <= high) return !set.negated;
  return set.negated;
}

/** The longest run of letters, digits, `-` and `_` that stands in every match. */
function literalOf(node: Node): string {
  if (node.type === 'repeat') return node.min > 0 ? literalOf(node.item) : '';
  if (node.type === 'set') return charOf(node);
  if (node.type === 'choice') return '';
  let best = '';
  let run = '';
  for (const item of node.items) {
    const char = item.type === 'set' ? charOf(item) : '';
    run = char === '' ? '' : run + char;
    const inner = char === '' ? literalOf(item) : run;
    if (inner.length > best.length) best = inner;
  }
  return best;
}

function charOf({ negated, ranges }: Extract<Node, { type: 'set' }>): string {
  const [first] = ranges;
  const isOne = !negated && ranges.length === 1 && first !== undefined && first[0] === first[1];
  const char = isOne ? String.fromCodePoint(first[0]) : '';
  return /^[A-Za-z0-9_-]$/.test(char) ? char : '';
}

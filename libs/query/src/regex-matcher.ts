import type { Node, Range, Regex } from './regex.js';

/**
 * Thompson's simulation: time grows with text × steps, whatever the expression, so that no query can hang a thread
 * (JavaScript's own engine backtracks). Steps are bounded by `MAX_REGEX_STEPS`.
 */
export interface Step {
  readonly set?: { readonly negated: boolean; readonly ranges: readonly Range[] };
  next: number[];
}

/** Whether the whole text is in the language of the expression. */
export function compileRegex(regex: Regex): (text: string) => boolean {
  const { steps, start } = buildSteps(regex);
  return (text) => {
    let current = reach(steps, [start]);
    for (const char of text) {
      const code = char.codePointAt(0) ?? 0;
      const targets: number[] = [];
      for (const index of current) {
        const step = steps[index];
        if (step?.set !== undefined && contains(step.set, code)) targets.push(...step.next);
      }
      if (targets.length === 0) return false;
      current = reach(steps, targets);
    }
    return current.has(0);
  };
}

/** Step 0 is the end. */
export function buildSteps(regex: Regex): { steps: Step[]; start: number } {
  const steps: Step[] = [{ next: [] }];
  return { start: build(regex.root, 0, steps), steps };
}

/** All steps that can be reached without taking a character. */
function reach(steps: readonly Step[], from: readonly number[]): Set<number> {
  const reached = new Set<number>(from);
  for (const index of reached) {
    const step = steps[index];
    if (step !== undefined && step.set === undefined) for (const next of step.next) reached.add(next);
  }
  return reached;
}

/** Adds the steps of `node` that lead on to `next`; returns where they begin. */
function build(node: Node, next: number, steps: Step[]): number {
  switch (node.type) {
    case 'set':
      return steps.push({ set: node, next: [next] }) - 1;
    case 'sequence':
      return node.items.reduceRight((to, item) => build(item, to, steps), next);
    case 'choice':
      return steps.push({ next: node.items.map((item) => build(item, next, steps)) }) - 1;
    case 'repeat':
      return repeat(node, next, steps);
  }
}

function repeat(node: Extract<Node, { type: 'repeat' }>, next: number, steps: Step[]): number {
  let to = next;
  if (node.max === Infinity) {
    const loop: Step = { next: [next] };
    to = steps.push(loop) - 1;
    loop.next.push(build(node.item, to, steps));
  }
  const optional = Number.isFinite(node.max) ? node.max - node.min : 0;
  for (let count = 0; count < optional; count += 1) to = steps.push({ next: [next, build(node.item, to, steps)] }) - 1;
  for (let count = 0; count < node.min; count += 1) to = build(node.item, to, steps);
  return to;
}

function contains(set: NonNullable<Step['set']>, code: number): boolean {
  for (const [low, high] of set.ranges) if (code >= low && code <= high) return !set.negated;
  return set.negated;
}

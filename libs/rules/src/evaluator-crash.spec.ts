import fc from 'fast-check';
import { Evaluator } from './evaluator.js';
import { conditionRule, group, occurrenceRule, sample, T0 } from './evaluator.fixture.js';
import type { ConditionRule, Rule } from './rule.js';
import type { GroupSignal, RuleSignal, Signal } from './signal.js';
import type { Transition } from './transition.js';

const limits = { overMs: 6_000, allowedLatenessMs: 8_000 };
const low = { comparator: 'at_most', value: 0 } as const;

function condition(name: string, changed: Partial<ConditionRule>): ConditionRule {
  return conditionRule({ ...limits, name, ...changed });
}

/** One of each kind, with the options that make state. */
const RULES: readonly Rule[] = [
  condition('count', {}),
  condition('for', { forMs: 3_000, recover: { threshold: { comparator: 'below', value: 1 }, forMs: 2_000 } }),
  condition('few', { threshold: { comparator: 'below', value: 2 }, forMs: 2_000, noData: 'fire', forgetMs: 15_000 }),
  condition('ratio', { kind: 'ratio', threshold: { comparator: 'above', value: 0.5 }, minTotal: 3 }),
  condition('spike', { kind: 'spike', direction: 'both', threshold: { comparator: 'at_least', value: 3 }, minCount: 3 }),
  condition('absence', { kind: 'absence', threshold: low, forgetMs: 20_000 }),
  condition('silence', { kind: 'absence', threshold: low, groupBy: [] }),
  condition('distinct', { kind: 'distinct', field: 'user.id', threshold: { comparator: 'at_least', value: 3 } }),
  occurrenceRule({ name: 'match', cooldownMs: 5_000 }),
  occurrenceRule({ name: 'every', cooldownMs: 0 }),
  occurrenceRule({ name: 'term', kind: 'new_term', field: 'user.id', rememberMs: 64_000, cooldownMs: 2_000 }),
  occurrenceRule({ name: 'change', kind: 'change', field: 'service.version', cooldownMs: 3_000 }),
];

/** What happens in one second: on each of two nodes, records of how old a second, in which group, with which value. */
interface Moment {
  readonly nodes: readonly (readonly { readonly age: number; readonly service: string; readonly value: string }[])[];
  readonly heard: readonly boolean[];
  readonly isHeld: boolean;
  readonly isCrash: boolean;
}

const record = fc.record({
  age: fc.oneof({ weight: 3, arbitrary: fc.integer({ min: -1, max: 1 }) }, { weight: 1, arbitrary: fc.integer({ min: 0, max: 8 }) }),
  service: fc.constantFrom('api', 'web'),
  value: fc.constantFrom('a', 'b', 'c', 'd'),
});
const moment: fc.Arbitrary<Moment> = fc.record({
  // Quiet more often than not, so that there is something to miss; heard more often than not, so that time goes on.
  nodes: fc.array(fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.array(record, { maxLength: 4 }) }), {
    minLength: 2,
    maxLength: 2,
  }),
  heard: fc.array(
    fc.integer({ min: 0, max: 3 }).map((n) => n > 0),
    { minLength: 2, maxLength: 2 },
  ),
  isHeld: fc.boolean(),
  isCrash: fc.boolean(),
});

function partOf(rule: Rule, records: Moment['nodes'][number], second: number): RuleSignal {
  const groups: GroupSignal[] = records.map(({ age, service, value }) => {
    const at = second - age;
    const key = rule.groupBy.length === 0 ? [] : [service];
    return group(key, [rule.kind === 'ratio' ? [at, value === 'a' ? 1 : 0, 1] : [at, 1]], [[at, value]]);
  });
  return {
    rule: rule.name,
    revision: rule.revision,
    groups,
    late: 0,
    samples: groups.map((_, index) => sample(index, `${second}-${index}`)),
  };
}

type Input = (evaluator: Evaluator) => void;

/** What each second gives to an evaluator; a replay gives it again. */
function inputsOf(moments: readonly Moment[]): Input[] {
  const positions = [100, 5_000];
  return moments.map(({ nodes, heard }, second) => {
    const nowMs = (T0 + second + 1) * 1_000;
    const signals = nodes.flatMap((records, index): Signal[] => {
      if (records.length === 0) return [];
      const from = positions[index] ?? 0;
      positions[index] = from + 10;
      const rules = RULES.map((rule) => partOf(rule, records, second));
      return [{ journal: `j${index}`, node: `n${index}`, from, to: from + 10, arrivedMs: nowMs, rules }];
    });
    const ends = [...positions];
    return (evaluator) => {
      for (const signal of signals) evaluator.offer(signal);
      heard.forEach((isHeard, index) => {
        const begin = index === 0 ? 100 : 5_000;
        const watermark = { journal: `j${index}`, node: `n${index}`, arrivedMs: nowMs, to: ends[index] ?? 0, from: begin };
        if (isHeard) evaluator.watermark(watermark, nowMs);
      });
      evaluator.advance(nowMs);
    };
  });
}

/** Lives through all with crashes: what was not held is given again to an evaluator made of the checkpoint. */
function liveThrough(moments: readonly Moment[], crashes: boolean): Transition[] {
  const inputs = inputsOf(moments);
  const checkpoint = new Map<string, string>();
  const told: Transition[] = [];
  let evaluator = new Evaluator({ rules: RULES });
  let unheld: Input[] = [];
  moments.forEach(({ isHeld, isCrash }, second) => {
    if (crashes && isCrash) {
      evaluator = new Evaluator({ rules: RULES });
      evaluator.restore(checkpoint);
      for (const input of unheld) input(evaluator);
    }
    const input = inputs[second] ?? (() => undefined);
    input(evaluator);
    unheld.push(input);
    if (!isHeld && second + 1 < moments.length) return;
    const { transitions, changes } = evaluator.takeChanges();
    for (const [key, text] of changes) {
      if (text === null) checkpoint.delete(key);
      else checkpoint.set(key, text);
    }
    told.push(...transitions);
    unheld = [];
  });
  return told;
}

function inOrder(transitions: readonly Transition[]): Transition[] {
  return transitions.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

describe('A restored evaluator', () => {
  it('tells what one without a crash would have told, with the same ids, each once, whenever it dies', () => {
    const kinds = new Set<string>();
    fc.assert(
      fc.property(fc.array(moment, { minLength: 20, maxLength: 60 }), (moments) => {
        const undisturbed = liveThrough(moments, false);
        for (const { rule, kind } of undisturbed) kinds.add(`${rule} ${kind}`);
        const ids = undisturbed.map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        expect(inOrder(liveThrough(moments, true))).toEqual(inOrder(undisturbed));
      }),
      { numRuns: 60 },
    );
    // Otherwise the property would say nothing of a rule.
    for (const { name, family } of RULES) expect(kinds).toContain(`${name} ${family === 'condition' ? 'firing' : 'occurrence'}`);
  });
});

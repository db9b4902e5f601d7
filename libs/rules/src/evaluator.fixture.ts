/** What the specs of the evaluator share: rules without a parser, signals by hand, and one node's time. */
import { parseQuery } from '#libs/query';
import { Evaluator, type EvaluatorOptions } from './evaluator.js';
import type { ConditionRule, OccurrenceRule, Rule } from './rule.js';
import type { GroupSignal, RuleSignal, Sample, Signal } from './signal.js';
import type { Transition } from './transition.js';

/** A round second to count from: 2026-11-21T04:00:00Z. */
export const T0 = Date.UTC(2026, 10, 21, 4) / 1_000;

const base = {
  revision: 'r1',
  origin: { kind: 'rest' as const },
  source: {},
  where: parseQuery('level >= error'),
  whereText: 'level >= error',
  groupBy: ['service.name'],
  maxGroups: 1_000,
  severity: 'critical',
  labels: {},
  annotations: {},
  notify: [],
  allowedLatenessMs: 60_000,
  enabled: true,
};

/** At least 3 in 10 s, of each service. */
export function conditionRule(changed: Partial<ConditionRule> = {}): ConditionRule {
  const rule: ConditionRule = {
    ...base,
    name: 'errors',
    family: 'condition',
    kind: 'count',
    overMs: 10_000,
    threshold: { comparator: 'at_least', value: 3 },
    forMs: 0,
    recover: { threshold: { comparator: 'below', value: 3 }, forMs: 0 },
    noData: 'keep',
    ...changed,
  };
  if (changed.recover !== undefined) return rule;
  const negation = { at_least: 'below', above: 'at_most', at_most: 'above', below: 'at_least' } as const;
  const { comparator, value } = rule.threshold;
  return { ...rule, recover: { threshold: { comparator: negation[comparator], value }, forMs: 0 } };
}

/** Every match, a minute of cooldown. */
export function occurrenceRule(changed: Partial<OccurrenceRule> = {}): OccurrenceRule {
  return { ...base, name: 'fatal', family: 'occurrence', kind: 'match', cooldownMs: 60_000, ...changed };
}

/** `[second after T0, matches]` or `[…, whole]`. */
export type Counts = readonly (readonly [number, number] | readonly [number, number, number])[];

export function group(key: string | readonly string[], counts: Counts, values?: readonly (readonly [number, string])[]): GroupSignal {
  const seconds = counts.map(([second, ...rest]) => [T0 + second, ...rest] as unknown as [number, number]);
  return {
    key: typeof key === 'string' ? [key] : key,
    seconds,
    ...(values === undefined ? {} : { values: values.map(([second, value]) => [T0 + second, value] as const) }),
  };
}

export function sample(index: number, message: string): Sample {
  return { group: index, id: `id-${message}`, timestamp: '2026-11-21T04:00:00.000000000Z', message, fields: {} };
}

/** One node that sends signals in order and whose clock is heard; times are seconds after T0. */
export class Node {
  position = 100;

  constructor(
    readonly evaluator: Evaluator,
    readonly journal = 'j1',
  ) {}

  signal(arrived: number, rules: readonly RuleSignal[], length = 10): Signal {
    const from = this.position;
    this.position += length;
    return { journal: this.journal, node: `node-${this.journal}`, from, to: this.position, arrivedMs: (T0 + arrived) * 1_000, rules };
  }

  send(rule: Rule, arrived: number, groups: readonly GroupSignal[], samples: readonly Sample[] = []): Transition[] {
    this.evaluator.offer(this.signal(arrived, [{ rule: rule.name, revision: rule.revision, groups, late: 0, samples }]));
    return this.evaluator.takeChanges().transitions;
  }

  /** The node's clock stands at so many seconds (and a second more, so that second itself is over). */
  tick(second: number): Transition[] {
    const nowMs = (T0 + second + 1) * 1_000;
    this.evaluator.watermark({ journal: this.journal, node: 'n', arrivedMs: nowMs, to: this.position }, nowMs);
    this.evaluator.advance(nowMs);
    return this.evaluator.takeChanges().transitions;
  }

  /** Every second from one to another, as a node does. */
  run(from: number, to: number): Transition[] {
    const transitions: Transition[] = [];
    for (let second = from; second <= to; second++) transitions.push(...this.tick(second));
    return transitions;
  }
}

export function start(rule: Rule, options: Partial<EvaluatorOptions> = {}): { evaluator: Evaluator; node: Node } {
  const evaluator = new Evaluator({ rules: [rule], ...options });
  return { evaluator, node: new Node(evaluator) };
}

/** `firing 3`, `resolved 12`: kind and second after T0. */
export function told(transitions: readonly Transition[]): string[] {
  return transitions.map(({ kind, atMs }) => `${kind} ${atMs / 1_000 - T0}`);
}

import { explain } from './explain.js';
import { Evaluator } from './evaluator.js';
import { conditionRule, group, Node, occurrenceRule, T0 } from './evaluator.fixture.js';
import type { Rule } from './rule.js';
import type { GroupSignal } from './signal.js';

/** What another process says of the rule, from the checkpoint alone, `second` after the groups came. */
function whyOf(rule: Rule, groups: readonly GroupSignal[], second: number): string {
  const evaluator = new Evaluator({ rules: [rule] });
  const node = new Node(evaluator);
  const part = { rule: rule.name, revision: rule.revision, groups, late: 0, samples: [] };
  node.evaluator.watermark({ journal: 'j1', node: 'n', arrivedMs: T0 * 1_000, to: 100, from: 100 }, T0 * 1_000);
  evaluator.advance(T0 * 1_000);
  if (groups.length > 0) evaluator.offer(node.signal(second, [part]));
  const nowMs = (T0 + second + 1) * 1_000;
  evaluator.watermark({ journal: 'j1', node: 'n', arrivedMs: nowMs, to: node.position }, nowMs);
  evaluator.advance(nowMs);
  const entries = [...evaluator.takeChanges().changes].flatMap(([key, text]) => (text === null ? [] : [[key, text] as const]));
  return explain(rule, entries, (T0 + second) * 1_000).why;
}

describe('Explain', () => {
  const ratio = conditionRule({ kind: 'ratio', threshold: { comparator: 'above', value: 0.05 }, minTotal: 50 });
  it.each<[string, Rule, GroupSignal[], number, string]>([
    [
      'too few',
      conditionRule({ threshold: { comparator: 'at_least', value: 10 } }),
      [group('api', [[1, 3]])],
      2,
      'window holds 3 of at least 10',
    ],
    ['too small a whole', ratio, [group('api', [[1, 6, 12]])], 2, 'min_total 50 not reached: 12'],
    [
      'not long enough',
      conditionRule({ forMs: 60_000, overMs: 60_000 }),
      [group('api', [[1, 3]])],
      21,
      'pending for 20 s of 1 m: window holds 3 of at least 3',
    ],
    ['firing', conditionRule(), [group('api', [[1, 3]])], 2, 'firing for 1 s: window holds 3 of at least 3'],
    ['nothing yet', conditionRule(), [], 2, 'no record matched since 2026-11-21T03:59:59Z'],
    ['disabled', conditionRule({ enabled: false }), [], 2, 'disabled: `enabled` is false'],
    ['cooldown', occurrenceRule(), [group('api', [[1, 1]])], 2, 'told of, and in cooldown for another 59 s: 0 matches folded so far'],
  ])('says why: %s', (_name, rule, groups, second, why) => {
    expect(whyOf(rule, groups, second)).toBe(why);
  });
});

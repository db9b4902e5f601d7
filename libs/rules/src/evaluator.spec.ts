import { Evaluator } from './evaluator.js';
import { conditionRule, group, occurrenceRule, start, T0, told } from './evaluator.fixture.js';
import { RECORDS_SKIPPED_RULE } from './transition.js';

describe('Positions', () => {
  const signal = (from: number) => ({ journal: 'j1', node: 'n', from, to: from + 10, arrivedMs: T0 * 1_000, rules: [] });

  it('applies a signal only in its turn, keeps the early ones, drops the late ones', () => {
    const evaluator = new Evaluator({ rules: [] });
    expect([100, 120, 100, 110].map((from) => evaluator.offer(signal(from)))).toEqual(['applied', 'kept', 'dropped', 'applied']);
    expect(evaluator.applied('j1')).toBe(130);
  });

  it('begins where the node says', () => {
    const evaluator = new Evaluator({ rules: [] });
    evaluator.watermark({ journal: 'j1', node: 'n', arrivedMs: T0 * 1_000, to: 120, from: 100 }, T0 * 1_000);
    expect([110, 100].map((from) => evaluator.offer(signal(from)))).toEqual(['kept', 'applied']);
    expect(evaluator.applied('j1')).toBe(120);
  });

  it('begins before the first signal that comes, where others are on their way', () => {
    const evaluator = new Evaluator({ rules: [] });
    const sent = [110, 120, 100].map((from) => ({ ...signal(from), first: 100 }));
    expect(sent.map((each) => evaluator.offer(each))).toEqual(['kept', 'kept', 'applied']);
    expect(evaluator.applied('j1')).toBe(130);
  });

  it('goes on where the node goes on, when its own state is older than what the node was told', () => {
    const evaluator = new Evaluator({ rules: [] });
    expect([100, 150].map((from) => evaluator.offer(signal(from)))).toEqual(['applied', 'kept']);
    evaluator.watermark({ journal: 'j1', node: 'n', arrivedMs: T0 * 1_000, to: 160, from: 150 }, T0 * 1_000);
    expect(evaluator.applied('j1')).toBe(160);
    expect(evaluator.counters.gaps).toBe(1);
  });

  it('counts some records again rather than none, where a node had to cut its ranges anew', () => {
    const evaluator = new Evaluator({ rules: [] });
    evaluator.offer(signal(100));
    expect(evaluator.offer({ ...signal(105), to: 120 })).toBe('applied');
    expect(evaluator.offer(signal(120))).toBe('applied');
  });

  it('drops and counts what it cannot keep', () => {
    const evaluator = new Evaluator({ rules: [], maxKeptBytes: 100 });
    expect([100, 120].map((from) => evaluator.offer(signal(from)))).toEqual(['applied', 'dropped']);
    expect(evaluator.counters.keptOverflow).toBe(1);
  });

  it('tells of records that were never looked at', () => {
    const evaluator = new Evaluator({ rules: [] });
    evaluator.offer({ ...signal(100), skipped: 42 });
    expect(evaluator.takeChanges().transitions).toMatchObject([{ rule: RECORDS_SKIPPED_RULE, kind: 'occurrence', value: 42 }]);
  });
});

describe('Time', () => {
  const rule = conditionRule({ kind: 'absence', threshold: { comparator: 'at_most', value: 0 }, groupBy: [] });

  it('goes on with the slowest node heard within 10 s, and never backwards', () => {
    const evaluator = new Evaluator({ rules: [rule] });
    const hear = (journal: string, second: number, heard: number): void => {
      evaluator.watermark({ journal, node: journal, arrivedMs: (T0 + second) * 1_000, to: 0, from: 0 }, (T0 + heard) * 1_000);
      evaluator.advance((T0 + heard) * 1_000);
    };
    const certain = (): number => evaluator.report().certainMs / 1_000 - T0;
    hear('a', 20, 20);
    hear('b', 15, 20);
    expect(certain()).toBe(20);
    hear('a', 30, 30);
    expect(certain()).toBe(20);
    hear('a', 31, 31);
    expect(certain()).toBe(31);
  });

  it('counts a watermark only when its range is applied', () => {
    const { evaluator, node } = start(rule);
    const signal = node.signal(5, []);
    evaluator.watermark({ journal: 'j1', node: 'n', arrivedMs: (T0 + 5) * 1_000, to: signal.to, from: signal.from }, T0 * 1_000);
    evaluator.advance(T0 * 1_000);
    expect(evaluator.report().certainMs).toBe(-1);
    evaluator.offer(signal);
    evaluator.advance(T0 * 1_000);
    expect(evaluator.report().certainMs).toBe((T0 + 5) * 1_000);
  });

  it('lets absence wait one full window after the start, and after a gap in which nobody listened', () => {
    const { node } = start(rule);
    expect(told(node.run(0, 20))).toEqual(['firing 10']);
    const again = start(rule).node;
    again.run(0, 5);
    expect(told(again.run(100, 115))).toEqual(['firing 110']);
  });
});

describe('Changed rules', () => {
  it.each([
    ['rule_changed', [conditionRule({ revision: 'r2' })]],
    ['rule_removed', []],
    ['rule_disabled', [conditionRule({ enabled: false })]],
  ])('end what is firing: %s, at run time and after a restart', (reason, rules) => {
    const rule = conditionRule();
    const { evaluator, node } = start(rule);
    evaluator.offer(node.signal(2, [{ rule: rule.name, revision: 'r1', groups: [group('api', [[1, 3]])], late: 0, samples: [] }]));
    const { transitions, changes } = evaluator.takeChanges();
    const restarted = new Evaluator({ rules });
    restarted.restore(new Map([...changes].flatMap(([key, text]) => (text === null ? [] : [[key, text]]))));
    evaluator.setRules(rules);
    for (const { transitions: ended } of [evaluator.takeChanges(), restarted.takeChanges()]) {
      expect(ended).toMatchObject([{ kind: 'resolved', startsAtMs: transitions[0]?.startsAtMs }]);
      // Disabled while nobody was at work looks the same as removed.
      expect(['rule_removed', reason]).toContain(ended[0]?.reason);
    }
  });

  it('keep their state when the revision is the same', () => {
    const { evaluator, node } = start(conditionRule());
    node.send(conditionRule(), 2, [group('api', [[1, 2]])]);
    evaluator.setRules([conditionRule({ annotations: { summary: 'new' } })]);
    expect(node.send(conditionRule(), 2, [group('api', [[1, 1]])])).toHaveLength(1);
  });
});

describe('An occurrence rule', () => {
  const rule = occurrenceRule();

  it('tells of a match at once, folds what follows, and ends the cooldown with a digest', () => {
    const { node } = start(rule);
    node.tick(0);
    expect(told(node.send(rule, 2, [group('api', [[1, 1]])]))).toEqual(['occurrence 1']);
    expect(node.send(rule, 20, [group('api', [[20, 3]])])).toEqual([]);
    expect(node.run(20, 60)).toEqual([]);
    expect(node.tick(61)).toMatchObject([{ kind: 'occurrence', folded: 3, value: 3 }]);
  });

  it('gives a digest of late matches an id of its own, when it ends in the same second as one before', () => {
    const short = occurrenceRule({ cooldownMs: 5_000 });
    const { node } = start(short);
    node.tick(0);
    const seen = [
      ...node.send(short, 2, [group('api', [[1, 1]])]),
      ...node.send(short, 3, [group('api', [[2, 1]])]),
      ...node.run(3, 20),
      ...node.send(short, 21, [group('api', [[1, 1]])]),
      ...node.send(short, 22, [group('api', [[2, 1]])]),
      ...node.run(22, 30),
    ];
    const digests = seen.filter(({ folded }) => folded > 0);
    expect(digests.map(({ atMs }) => atMs - T0 * 1_000)).toEqual([6_000, 6_000]);
    expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length);
  });

  it('tells of a value that is new, once', () => {
    const terms = occurrenceRule({ kind: 'new_term', field: 'user.id', rememberMs: 600_000, cooldownMs: 0 });
    const { node } = start(terms);
    expect(node.send(terms, 2, [group('api', [[1, 2]], [[1, 'ann'], [1, 'bob']])])).toHaveLength(2); // prettier-ignore
    expect(node.send(terms, 3, [group('api', [[2, 1]], [[2, 'ann']])])).toEqual([]);
    expect(node.send(terms, 999, [group('api', [[999, 1]], [[999, 'ann']])])).toHaveLength(1);
  });

  it('tells of a change with the value before', () => {
    const change = occurrenceRule({ kind: 'change', field: 'service.version', cooldownMs: 0 });
    const { node } = start(change);
    expect(node.send(change, 2, [group('api', [[1, 1]], [[1, '1.0']])])).toEqual([]);
    expect(node.send(change, 3, [group('api', [[2, 1]], [[2, '1.1']])])).toMatchObject([
      { term: { field: 'service.version', value: '1.1', before: '1.0' } },
    ]);
  });
});

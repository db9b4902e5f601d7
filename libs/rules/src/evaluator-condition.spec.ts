import { conditionRule, group, Node, sample, start, T0, told } from './evaluator.fixture.js';

describe('A count rule', () => {
  const rule = conditionRule();

  it('fires with the signal that reaches the threshold, without waiting for time', () => {
    const { node } = start(rule);
    expect(node.send(rule, 5, [group('api', [[1, 2]])])).toEqual([]);
    expect(told(node.send(rule, 5, [group('api', [[4, 1]])]))).toEqual(['firing 4']);
  });

  it('carries group, value, threshold, window and the newest samples', () => {
    const { node } = start(rule);
    node.send(
      rule,
      5,
      [group('api', [[1, 2]])],
      [1, 2].map((n) => sample(0, `early ${n}`)),
    );
    const [firing] = node.send(
      rule,
      5,
      [group('web', [[4, 1]]), group('api', [[4, 2]])],
      [3, 4, 5, 6].map((n) => sample(1, `late ${n}`)),
    );
    expect(firing).toMatchObject({
      rule: 'errors',
      revision: 'r1',
      group: { 'service.name': 'api' },
      kind: 'firing',
      startsAtMs: (T0 + 4) * 1_000,
      value: 4,
      threshold: 3,
      window: { fromMs: (T0 - 5) * 1_000, toMs: (T0 + 5) * 1_000 },
    });
    expect(firing?.samples.map(({ message }) => message)).toEqual(['early 2', 'late 3', 'late 4', 'late 5', 'late 6']);
  });

  it.each([
    ['at_least 3', 'at_least', 3, true],
    ['above 3', 'above', 3, false],
    ['above 3', 'above', 4, true],
    ['at_least 3', 'at_least', 2, false],
  ] as const)('%s: %s with %d matches fires: %s', (_name, comparator, matches, fires) => {
    const changed = conditionRule({ threshold: { comparator, value: 3 } });
    const { node } = start(changed);
    expect(node.send(changed, 5, [group('api', [[1, matches]])])).toHaveLength(fires ? 1 : 0);
  });

  it('counts in the window (t - over, t]: the second `over` ago is outside', () => {
    const { node } = start(rule);
    expect(node.send(rule, 20, [group('api', [[1, 2], [11, 1]])])).toEqual([]); // prettier-ignore
    expect(node.send(rule, 20, [group('web', [[1, 2], [10, 1]])])).toHaveLength(1); // prettier-ignore
  });

  it('resolves at the second at which its window no longer holds enough, and not before that second is certain', () => {
    const { node } = start(rule);
    node.tick(0);
    node.send(rule, 5, [group('api', [[4, 3]])]);
    expect(node.run(1, 13)).toEqual([]);
    const [resolved] = node.tick(14);
    expect(resolved).toMatchObject({ kind: 'resolved', startsAtMs: (T0 + 4) * 1_000, endsAtMs: (T0 + 14) * 1_000, value: 0 });
  });

  it('resolves at the same second when time jumps far beyond it', () => {
    const { node } = start(rule);
    node.tick(0);
    node.send(rule, 5, [group('api', [[4, 3]])]);
    expect(told(node.tick(500))).toEqual(['resolved 14']);
  });

  it('begins a new episode with another id after it resolved', () => {
    const { node } = start(rule);
    node.tick(0);
    const [first] = node.send(rule, 5, [group('api', [[4, 3]])]);
    node.run(1, 20);
    const [second] = node.send(rule, 22, [group('api', [[22, 3]])]);
    expect(second?.kind).toBe('firing');
    expect(second?.id).not.toBe(first?.id);
  });

  it('re-checks past windows that a late record touches', () => {
    const { node } = start(rule);
    node.send(rule, 5, [group('api', [[3, 2]])]);
    node.run(1, 40);
    // The record came 38 s late: its window is over, so the episode begins and ends at once.
    expect(told(node.send(rule, 41, [group('api', [[5, 1]])]))).toEqual(['firing 5', 'resolved 13']);
  });

  it('does not tell of the same past twice', () => {
    const { node } = start(rule);
    node.tick(0);
    node.send(rule, 5, [group('api', [[3, 3]])]);
    node.run(1, 20);
    expect(node.send(rule, 21, [group('api', [[4, 3]])]).filter(({ atMs }) => atMs / 1_000 - T0 <= 13)).toEqual([]);
  });

  it('never evaluates records later than the allowed lateness, and counts them', () => {
    const { evaluator, node } = start(rule);
    node.run(1, 200);
    expect(node.send(rule, 201, [group('api', [[5, 7]])])).toEqual([]);
    expect(evaluator.counters.late).toBe(7);
  });

  it.each([
    ['within the allowed lateness, seen from the others', 40, ['firing 5', 'resolved 15'], 0],
    ['and later than that is counted as late', 90, [], 2],
  ])('what a node that was away had not told yet counts when it is back %s', (_what, back, transitions, late) => {
    const { evaluator, node } = start(rule);
    const away = new Node(evaluator, 'j2');
    node.tick(3);
    away.tick(3);
    node.send(rule, 5, [group('api', [[5, 2]])]);
    node.run(4, back);
    expect(told(away.send(rule, 6, [group('api', [[5, 2]])]))).toEqual(transitions);
    expect(evaluator.counters.late).toBe(late);
  });

  it('counts a second far ahead of its arrival when it arrived', () => {
    const { node } = start(rule);
    expect(told(node.send(rule, 5, [group('api', [[86_400, 3]])]))).toEqual(['firing 5']);
    expect(told(node.send(rule, 5, [group('web', [[60, 3]])]))).toEqual(['firing 60']);
  });

  it('counts groups beyond max_groups together', () => {
    const small = conditionRule({ maxGroups: 2 });
    const { evaluator, node } = start(small);
    node.send(small, 5, [group('a', [[1, 1]]), group('b', [[1, 1]])]);
    const [firing] = node.send(small, 5, ['c', 'd', 'e'].map((name) => group(name, [[1, 1]]))); // prettier-ignore
    expect(firing?.group).toEqual({ 'service.name': '__other__' });
    expect(evaluator.counters.otherGroup).toBe(3);
  });

  it('forgets a quiet group when nothing of it can count any more', () => {
    const { evaluator, node } = start(rule);
    node.send(rule, 5, [group('api', [[4, 1]])]);
    node.run(1, 74);
    expect(evaluator.report().rules[0]?.groups).toBe(1);
    node.tick(75);
    expect(evaluator.report().rules[0]?.groups).toBe(0);
  });
});

describe('A condition with `for`', () => {
  const rule = conditionRule({ forMs: 5_000 });

  it('fires when it has held so long, and began when it became true', () => {
    const { node } = start(rule);
    node.tick(0);
    expect(node.send(rule, 2, [group('api', [[2, 3]])])).toEqual([]);
    expect(node.run(1, 6)).toEqual([]);
    const [firing] = node.tick(7);
    expect(firing).toMatchObject({ kind: 'firing', atMs: (T0 + 7) * 1_000, startsAtMs: (T0 + 2) * 1_000 });
  });

  it('says nothing when it did not hold long enough', () => {
    const short = conditionRule({ forMs: 11_000 });
    const { node } = start(short);
    node.tick(0);
    node.send(short, 2, [group('api', [[2, 3]])]);
    expect(node.run(1, 60)).toEqual([]);
  });

  it('keeps pending when a late record comes in between', () => {
    const { node } = start(rule);
    node.tick(0);
    node.send(rule, 2, [group('api', [[2, 3]])]);
    node.run(1, 5);
    expect(node.send(rule, 6, [group('api', [[3, 1]])])).toEqual([]);
    expect(told(node.run(6, 7))).toEqual(['firing 7']);
  });

  it('tells what became true while nobody was at work', () => {
    const { node } = start(rule);
    node.tick(0);
    node.send(rule, 2, [group('api', [[2, 3]])]);
    expect(told(node.tick(300))).toEqual(['firing 7', 'resolved 12']);
  });
});

describe('Recovery with hysteresis', () => {
  const rule = conditionRule({ recover: { threshold: { comparator: 'below', value: 1 }, forMs: 4_000 } });

  it('goes on firing between the two thresholds, and resolves when it was recovered for long enough', () => {
    const { node } = start(rule);
    node.tick(0);
    node.send(rule, 2, [group('api', [[2, 2], [6, 1]])]); // prettier-ignore
    expect(node.run(1, 19)).toEqual([]);
    expect(told(node.tick(20))).toEqual(['resolved 20']);
  });

  it('goes on firing when a record interrupts the recovery', () => {
    const { node } = start(rule);
    node.tick(0);
    node.send(rule, 2, [group('api', [[2, 3]])]);
    node.run(1, 13);
    node.send(rule, 14, [group('api', [[14, 1]])]);
    expect(told(node.run(14, 40))).toEqual(['resolved 28']);
  });
});

import { conditionRule } from './evaluator.fixture.js';
import type { ConditionRule } from './rule.js';
import { Judge, type Verdict } from './window-verdict.js';

describe('A window', () => {
  const ratio = { kind: 'ratio', threshold: { comparator: 'above', value: 0.5 }, minTotal: 4 } as const;
  const spike = { kind: 'spike', threshold: { comparator: 'at_least', value: 3 }, minCount: 6 } as const;
  const few = { threshold: { comparator: 'below', value: 2 } } as const;
  it.each<[string, Partial<ConditionRule>, { matches: number; whole?: number; before?: number }, Verdict]>([
    ['rate is per second', { kind: 'rate', threshold: { comparator: 'at_least', value: 0.5 } }, { matches: 5 }, 'holds'],
    ['ratio above', ratio, { matches: 3, whole: 4 }, 'holds'],
    ['ratio not above', ratio, { matches: 2, whole: 4 }, 'recovers'],
    ['ratio below min_total says nothing', ratio, { matches: 3, whole: 3 }, 'neither'],
    ['ratio below min_total, no_data ok', { ...ratio, noData: 'ok' }, { matches: 3, whole: 3 }, 'recovers'],
    ['ratio of nothing, no_data fire', { ...ratio, noData: 'fire' }, { matches: 0 }, 'no_data'],
    ['spike up', spike, { matches: 6, before: 2 }, 'holds'],
    ['spike below min_count', spike, { matches: 5, before: 1 }, 'recovers'],
    ['spike from nothing', spike, { matches: 6 }, 'holds'],
    ['spike down', { ...spike, direction: 'down' }, { matches: 2, before: 6 }, 'holds'],
    ['spike down is not up', spike, { matches: 2, before: 6 }, 'recovers'],
    ['few, and none is few', few, { matches: 0 }, 'holds'],
    ['few, no_data ok', { ...few, noData: 'ok' }, { matches: 0 }, 'recovers'],
    ['few, no_data fire', { ...few, noData: 'fire' }, { matches: 0 }, 'no_data'],
  ])('is judged: %s', (_name, changed, { matches, whole = 0, before = 0 }, verdict) => {
    expect(new Judge(conditionRule(changed)).verdict({ matches, whole, before }, true)).toBe(verdict);
  });

  it('that was not watched from its begin says nothing of silence', () => {
    expect(new Judge(conditionRule(few)).verdict({ matches: 0, whole: 0, before: 0 }, false)).toBe('neither');
  });
});

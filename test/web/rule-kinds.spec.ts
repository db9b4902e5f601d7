import { FIELDS, hasThreshold, KINDS, kindOf, withComparator, withKind, withValue } from '#apps/web/src/alerting/rule/source';
import { parseRule } from '#libs/rules';

const parse = (source: object) => parseRule(source, { kind: 'rest' });

describe('the form for a rule', () => {
  it('has every kind that there is', () => {
    const parsed = parse({ name: 'x' });
    expect('problems' in parsed && parsed.problems[0]?.message).toContain(`write one of ${KINDS.join(', ')}`);
  });

  it.each(KINDS)('begins with a whole rule for %s, from whatever kind it was before', (kind) => {
    for (const before of KINDS) {
      const source = withKind(withKind({ name: 'x', where: 'a' }, before), kind);
      expect(parse(source)).toMatchObject({ rule: { name: 'x' } });
      expect(kindOf(source)).toBe(kind);
    }
  });

  it.each(KINDS)('has a field for each value of %s', (kind) => {
    // The API names the keys that it knows when it is given one that it does not.
    const parsed = parse(withValue(withKind({ name: 'x', where: 'a' }, kind), `${kind}.qqqqqqqqqq`, 1));
    const message = 'problems' in parsed ? (parsed.problems.find(({ field }) => field === `${kind}.qqqqqqqqqq`)?.message ?? '') : '';
    const known = message.split('allowed: ')[1]?.split(', ') ?? [];
    const thresholds = ['at_least', 'above', 'at_most', 'below'];
    expect(new Set(known.filter((key) => key !== '' && !thresholds.includes(key)))).toEqual(new Set(FIELDS[kind]));
    expect(known.includes('at_least')).toBe(hasThreshold(kind));
  });

  it.each(KINDS.filter(hasThreshold))('compares in every way for %s', (kind) => {
    for (const comparator of ['at_least', 'above', 'at_most', 'below'] as const) {
      expect(parse(withComparator(withKind({ name: 'x' }, kind), kind, comparator))).toHaveProperty('rule');
    }
  });
});

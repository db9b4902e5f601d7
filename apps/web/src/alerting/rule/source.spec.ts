import fc from 'fast-check';
import { KINDS, kindOf, readSource, shownPaths, type Source, valueAt, withComparator, withKind, withValue } from './source.js';

const count: Source = { name: 'x', count: { over: '1m', at_least: 10 }, recover: { below: 2 }, for: '5s', max_groups: 7 };

describe('the source of a rule', () => {
  it('has a kind, or none', () => {
    expect([kindOf(count), kindOf({ level: 'warn' }), kindOf({ name: 'x' })]).toEqual(['count', 'level', undefined]);
  });

  it('is changed in one place, and keeps its order', () => {
    const changed = withValue(count, 'count.over', '5m');
    expect(changed).toEqual({ ...count, count: { over: '5m', at_least: 10 } });
    expect(Object.keys(changed)).toEqual(Object.keys(count));
    expect(valueAt(changed, 'count.over')).toBe('5m');
  });

  it('loses what is taken out, and nothing else', () => {
    expect(withValue(count, 'for', undefined)).toEqual({ name: 'x', count: count['count'], recover: { below: 2 }, max_groups: 7 });
    expect(withValue(count, 'count.at_least', undefined)).toEqual({ ...count, count: { over: '1m' } });
  });

  it('keeps what the form does not know, whatever is changed', () => {
    const change = fc.constantFrom('name', 'where', 'group_by', 'count.over', 'labels', 'severity');
    fc.assert(
      fc.property(fc.array(fc.tuple(change, fc.option(fc.string(), { nil: undefined }))), (changes) => {
        const changed = changes.reduce<Source>((source, [path, value]) => withValue(source, path, value), count);
        expect(changed).toMatchObject({ recover: { below: 2 }, for: '5s', max_groups: 7 });
      }),
    );
  });

  it.each([[{ match: true }], [{ count: null }], [{}]])('makes an object where %j has none', (source) => {
    expect(withValue(source, 'count.over', '5m')).toMatchObject({ count: { over: '5m' } });
  });

  it('of another kind has none of what only the old one can have', () => {
    expect(withKind(count, 'match')).toEqual({ name: 'x', max_groups: 7, match: {} });
    expect(withKind(count, 'rate')).toEqual({ name: 'x', for: '5s', max_groups: 7, rate: { over: '1m', above: '5/s' } });
    expect(withKind({ match: {}, cooldown: '1h' }, 'level')).toEqual({ level: 'error', cooldown: '1h' });
    expect(withKind({ match: {}, cooldown: '1h' }, 'absence')).toEqual({ absence: { over: '5m' } });
    expect(withKind({}, 'match')).toEqual({ match: {} });
    expect(withKind(count, 'count')).toBe(count);
  });

  it('has one kind, whatever was chosen before', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...KINDS), { minLength: 1 }), (kinds) => {
        const changed = kinds.reduce(withKind, count);
        expect(KINDS.filter((kind) => changed[kind] !== undefined)).toEqual([kinds.at(-1)]);
      }),
    );
  });

  it('has one threshold, whatever compares it', () => {
    expect(withComparator(count, 'count', 'below')).toMatchObject({ count: { over: '1m', below: 10 } });
    expect(withComparator({ absence: { over: '1m' } }, 'absence', 'at_most')).toEqual({ absence: { over: '1m', at_most: 0 } });
    expect(withComparator({ absence: { over: '1m', below: 3 } }, 'absence', undefined)).toEqual({ absence: { over: '1m' } });
  });

  it('says what the form has a field for', () => {
    expect(shownPaths(count)).toEqual(expect.arrayContaining(['count', 'count.over', 'count.at_least', 'for']));
    expect(shownPaths(count)).not.toContain('cooldown');
    expect(shownPaths({ match: {} })).toContain('cooldown');
    expect(shownPaths({})).toContain('where');
  });

  it('is read out of JSON, or says why not', () => {
    expect(readSource('{"name":"x"}')).toEqual({ source: { name: 'x' } });
    expect([readSource('[]'), readSource('{')]).toEqual([{ wrong: '{ … }' }, { wrong: expect.stringMatching(/JSON/) }]);
  });
});

import fc from 'fast-check';
import { DEFAULTS, formatState, ORDERS, parseState, SCOPES, TRIED, VIEWS, type PageState } from './page-state.js';

const name = fc.stringMatching(/^[a-z@_.가-힣-]{1,12}$/);
const some = fc.string({ minLength: 1, unit: 'grapheme' });
const anyState: fc.Arbitrary<PageState> = fc.record({
  view: fc.constantFrom(...VIEWS),
  q: fc.oneof(fc.constant(''), some),
  from: fc.constantFrom('now-15m', 'now-1h', '2026-11-20T10:00:00.123456789Z'),
  to: fc.constantFrom('now', '2026-11-21T10:00:00+09:00'),
  filters: fc.array(some, { maxLength: 5 }),
  columns: fc.uniqueArray(name, { minLength: 1, maxLength: 20 }),
  facets: fc.uniqueArray(name, { minLength: 1, maxLength: 20 }),
  zone: fc.constantFrom('local', 'utc'),
  wrap: fc.boolean(),
  density: fc.constantFrom('dense', 'airy'),
  mark: fc.oneof(fc.constant(''), some),
  record: fc.oneof(fc.constant(''), some),
  around: fc.constantFrom(...SCOPES, ''),
  tail: fc.boolean(),
  order: fc.constantFrom(...ORDERS),
  rule: fc.oneof(fc.constant(''), some),
  draft: fc.oneof(fc.constant(''), fc.json()),
  version: fc.nat(),
  tried: fc.constantFrom(...TRIED),
});

describe('the state in the address', () => {
  it('comes back as it was, whatever it is', () => {
    fc.assert(fc.property(anyState, (state) => expect(parseState(formatState(state))).toEqual(state)));
  });

  it('says nothing of what nobody chose', () => {
    expect(formatState(DEFAULTS)).toBe('');
    expect(formatState({ ...DEFAULTS, q: 'level:error', wrap: true })).toBe('?q=level%3Aerror&wrap=1');
  });

  it('never fails to be read, and what is wrong in it counts as not said', () => {
    fc.assert(fc.property(fc.string(), (text) => expect(parseState(text)).toMatchObject({ view: expect.any(String) })));
    expect(parseState('?zone=mars&columns=,,&facets=,&filter=&from=&around=up&order=old')).toEqual(DEFAULTS);
  });

  it('keeps what the API would refuse out of it', () => {
    const filters = Array.from({ length: 60 }, (_, at) => `filter=a:${at}`).join('&');
    expect(parseState(`?${filters}`).filters).toHaveLength(50);
    expect(parseState('?columns=a,b,a').columns).toEqual(['a', 'b']);
    expect(parseState(`?facets=${Array.from({ length: 30 }, (_, at) => `a${at}`).join(',')}`).facets).toHaveLength(20);
  });
});

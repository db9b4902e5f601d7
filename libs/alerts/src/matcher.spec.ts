import { formatMatchers, matcherFromApi, matcherToApi, matchesAll, parseMatcher, parseMatchers } from './matcher.js';

describe('a matcher', () => {
  it.each([
    ['severity="critical"', { severity: 'critical' }, true],
    ['severity=critical', { severity: 'critical' }, true],
    ['severity="critical"', {}, false],
    ['severity!="critical"', {}, true],
    ['severity=""', {}, true],
    ['service=~"api|web"', { service: 'web' }, true],
    ['service=~"api|web"', { service: 'web-1' }, false],
    ['service=~"web.*"', { service: 'web-1' }, true],
    ['service!~"web.*"', { service: 'web-1' }, false],
    ['service!~".+"', {}, true],
    ['message="say \\"x\\", \\\\ n"', { message: 'say "x", \\ n' }, true],
  ])('%s on %j: %s', (text, labels, expected) => {
    expect(matchesAll(parseMatchers(text), labels)).toBe(expected);
  });

  it.each([['{a="x", b=~"y,z"}'], ['a="x",b=~"y,z",'], [' a = x , b =~ "y,z" ']])('stands beside others: %s', (text) => {
    expect(formatMatchers(parseMatchers(text))).toBe('{a="x",b=~"y,z"}');
  });

  it.each([
    ['', /bad matcher format/],
    ['alert name', /position 0.*|a comma/],
    ['a="x" b="y"', /comma/],
    ['a.b="x"', /not a label name/],
    ['a=~"("', /invalid regular expression/],
    ['a="x", ,', /bad matcher format/],
    [`a="${'x'.repeat(2_000)}"`, /at most 1024/],
    [Array.from({ length: 33 }, (_, index) => `a${index}="x"`).join(), /at most 32/],
  ])('that cannot be understood is refused with the reason: %s', (text, message) => {
    expect(() => parseMatchers(text)).toThrow(message);
  });

  it('is one where one is wanted', () => {
    expect(() => parseMatcher('a="x",b="y"')).toThrow(/one matcher is wanted/);
  });

  it.each(['=', '!=', '=~', '!~'])('with %s is the same in the form of the API', (operator) => {
    const matcher = parseMatcher(`a${operator}"x"`);
    expect(matcherToApi(matcherFromApi(matcherToApi(matcher)))).toEqual(matcherToApi(matcher));
    expect(matcherFromApi(matcherToApi(matcher)).operator).toBe(operator);
  });
});

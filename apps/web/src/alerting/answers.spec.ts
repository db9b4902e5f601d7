import { matcherText } from './answers.js';

it.each([
  [true, false, 'a="b"'],
  [false, false, 'a!="b"'],
  [true, true, 'a=~"b"'],
  [false, true, 'a!~"b"'],
])('a matcher reads as Alertmanager writes it: equal %s, pattern %s', (isEqual, isRegex, expected) => {
  expect(matcherText({ name: 'a', value: 'b', isEqual, isRegex })).toBe(expected);
});

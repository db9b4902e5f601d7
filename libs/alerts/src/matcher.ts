/**
 * Matchers in Alertmanager's words: `name="value"`, `!=`, `=~`, `!~`; several are separated by commas and may stand in
 * braces; quotes may be left out where the value has no comma, quote, brace or space. An absent label is an empty one.
 */
import type { Labels } from './alert.js';
import { AlertsError } from './errors.js';
import { isLabelName, MAX_LABEL_VALUE } from './labels.js';
import { compilePattern } from './pattern.js';

export type MatcherOperator = '=' | '!=' | '=~' | '!~';

export interface Matcher {
  readonly name: string;
  readonly operator: MatcherOperator;
  readonly value: string;
  /** Of one label's value. */
  readonly test: (value: string) => boolean;
}

/** `/api/v2`'s form. */
export interface ApiMatcher {
  readonly name: string;
  readonly value: string;
  readonly isRegex: boolean;
  readonly isEqual: boolean;
}

/** Of one route, silence or inhibition rule. */
export const MAX_MATCHERS = 32;

/** Throws AlertsError `matcher_syntax` or `matcher_regex`. */
export function makeMatcher(name: string, operator: MatcherOperator, value: string): Matcher {
  if (!isLabelName(name)) throw syntax(`"${name}" is not a label name: letters, digits and _ are, not beginning with a digit`);
  if (value.length > MAX_LABEL_VALUE)
    throw syntax(`the value for ${name} has ${value.length} characters, at most ${MAX_LABEL_VALUE} are allowed`);
  return { name, operator, value, test: testOf(operator, value) };
}

function testOf(operator: MatcherOperator, value: string): (value: string) => boolean {
  if (operator === '=') return (other) => other === value;
  if (operator === '!=') return (other) => other !== value;
  const matches = compilePattern(value);
  return operator === '=~' ? matches : (other) => !matches(other);
}

export function matchesAll(matchers: readonly Matcher[], labels: Labels): boolean {
  return matchers.every(({ name, test }) => test(labels[name] ?? ''));
}

const ONE = /\s*([^\s=!~,{}"]+)\s*(=~|!~|!=|=)\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"{}]*))\s*/suy;

/** One matcher. */
export function parseMatcher(text: string): Matcher {
  const [only, ...others] = parseMatchers(text);
  if (only === undefined || others.length > 0)
    throw syntax(`bad matcher format: ${text}: one matcher is wanted, for instance severity="critical"`);
  return only;
}

/** One or several: `a="x"`, `a="x", b=~"y|z"`, `{a="x"}`; none for `{}`. */
export function parseMatchers(text: string): readonly Matcher[] {
  const inner = /^\s*\{(.*)\}\s*$/su.exec(text)?.[1];
  if (inner?.trim() === '') return [];
  const matchers: Matcher[] = [];
  for (let at = 0; at < (inner ?? text).length || matchers.length === 0;) {
    const { matcher, end } = parseAt(inner ?? text, at);
    matchers.push(matcher);
    at = end;
  }
  if (matchers.length > MAX_MATCHERS) throw syntax(`${matchers.length} matchers, at most ${MAX_MATCHERS} are allowed`);
  return matchers;
}

/** One, and the comma after it (which may also end the list). */
function parseAt(text: string, at: number): { readonly matcher: Matcher; readonly end: number } {
  ONE.lastIndex = at;
  const found = ONE.exec(text);
  if (found === null) throw syntax(`bad matcher format: ${text}: write name="value" with one of = != =~ !~ (at position ${at})`);
  const [whole, name = '', operator = '=', quoted, bare = ''] = found;
  const matcher = makeMatcher(name, operatorOf(operator), quoted === undefined ? bare : unquote(quoted));
  const end = at + whole.length;
  if (end < text.length && text[end] !== ',') throw syntax(`bad matcher format: ${text}: a comma is wanted at position ${end}`);
  const rest = text.slice(end + 1);
  return { matcher, end: rest.trim() === '' ? text.length : end + 1 };
}

function operatorOf(text: string): MatcherOperator {
  switch (text) {
    case '!=':
    case '=~':
    case '!~':
      return text;
    default:
      return '=';
  }
}

function unquote(text: string): string {
  return text.replace(/\\(.)/gsu, (all, character: string) => (character === 'n' ? '\n' : '"\\'.includes(character) ? character : all));
}

export function formatMatcher({ name, operator, value }: Matcher): string {
  return `${name}${operator}"${value.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`;
}

/** `{a="x",b=~"y"}`, as it stands in group keys. */
export function formatMatchers(matchers: readonly Matcher[]): string {
  return `{${matchers.map(formatMatcher).sort().join(',')}}`;
}

export function matcherFromApi({ name, value, isRegex, isEqual }: ApiMatcher): Matcher {
  if (isRegex) return makeMatcher(name, isEqual ? '=~' : '!~', value);
  return makeMatcher(name, isEqual ? '=' : '!=', value);
}

export function matcherToApi({ name, operator, value }: Matcher): ApiMatcher {
  return { name, value, isRegex: operator.endsWith('~'), isEqual: operator.startsWith('=') };
}

function syntax(message: string): AlertsError {
  return new AlertsError('matcher_syntax', message);
}

/** What the parts of a query are, for their colours and for what could come next. The API alone decides what a query means. */
export type TokenKind = 'field' | 'operator' | 'text' | 'pattern' | 'bracket' | 'word';

export interface Token {
  readonly from: number;
  readonly to: number;
  readonly kind: TokenKind;
}

/** Text in quotes (also without its end), a pattern, a word of logic, brackets, signs, everything else up to one of these. */
const TOKEN = /"(?:\\[^]|[^"\\])*"?|\/(?:\\[^]|[^/\\\n])+\/|[(){}]|[:<>=~]+|(?:\\[^]|[^\s"(){}:<>=\\])+|\\$/gu;
const LOGIC = /^(?:and|or|not)$/i;
/** Words that mean something else than themselves where a value stands. */
const MEANING = /^(?:and|or|not|null)$/i;

/** In order, without the space between; together with it they are the whole query. */
export function tokensOf(query: string): Token[] {
  return [...query.matchAll(TOKEN)].map(({ index, 0: text }) => {
    const to = index + text.length;
    return { from: index, to, kind: kindOf(text, query.slice(to)) };
  });
}

function kindOf(text: string, rest: string): TokenKind {
  if (text.startsWith('"')) return 'text';
  if (/^\/.+\/$/.test(text)) return 'pattern';
  if (/^[(){}]$/.test(text)) return 'bracket';
  if (/^[:<>=~]+$/.test(text)) return 'operator';
  if (/^\s*[:<>]/.test(rest)) return 'field';
  return LOGIC.test(text) ? 'operator' : 'word';
}

/** What somebody is typing: the name of a field, which may also become a word, or a value of one. `from` is where it begins. */
export type Typing = { readonly from: number; readonly prefix: string } & ({ readonly field: string } | { readonly field?: undefined });

const VALUE = /(?:^|[\s(-])([^\s"(){}:<>=\\]+)\s*:\s*("?)([^\s"():<>\\]*)$/u;
const NAME = /(?:^|[\s(-])([\p{L}_@][\p{L}\p{N}_.@-]*)$/u;

/** Undefined where nothing can be proposed: in a text, after a space. */
export function typingAt(query: string, position: number): Typing | undefined {
  const before = query.slice(0, position);
  const value = VALUE.exec(before);
  if (value !== null) {
    const [, field = '', quote = '', prefix = ''] = value;
    return { field: field.replace(/^-/, ''), prefix, from: position - prefix.length - quote.length };
  }
  const inText = tokensOf(before).at(-1);
  if (inText?.kind === 'text' && inText.to === position) return undefined;
  const prefix = NAME.exec(before)?.[1];
  return prefix === undefined ? undefined : { prefix, from: position - prefix.length };
}

/** A value as the query needs it: in quotes where it would not be one word. */
export function quoted(value: string): string {
  return /^[\p{L}\p{N}_.@/-]+$/u.test(value) && !MEANING.test(value) && !value.startsWith('/') && !value.startsWith('-')
    ? value
    : `"${value.replace(/[\\"]/g, '\\$&')}"`;
}

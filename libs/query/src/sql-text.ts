/**
 * Words in text fields that DuckDB keeps without their tokens (`error.message`, `error.stack_trace`), as RE2 patterns over
 * the text in lower case. RE2 has no look-behind, so a word's edges are spelled out: nothing that joins may stand there.
 * Exact for letters, digits, `_` and ideographs; Katakana beside letters and emoji are taken as one word.
 */
const WORD = '\\p{L}\\p{N}\\p{M}_';
const LETTER = '\\p{L}\\p{M}';
const DIGIT = '\\p{N}';
const IDEOGRAPH = /[\p{Script=Han}\p{Script=Hiragana}]/u;

/** What lies between two tokens, roughly: for regular expressions on single tokens. */
export const TOKEN_GAPS = `[^${WORD}.:']+|[.:']+(?:[^${WORD}.:']|$)`;

type Edge = 'letter' | 'digit' | 'ideograph' | 'open';

/** These tokens one behind the other. */
export function sequencePattern(tokens: readonly string[]): string {
  const first = edgeOf(firstChar(tokens[0]));
  const last = edgeOf(lastChar(tokens.at(-1)));
  const body = tokens.map(
    (token, index) => (index === 0 ? '' : gap(edgeOf(lastChar(tokens[index - 1])), edgeOf(firstChar(token)))) + quote(token),
  );
  return before(first) + body.join('') + after(last);
}

/** One token with anything at its stars. */
export function piecePattern(parts: readonly string[]): string {
  const first = parts[0] === '' ? 'open' : edgeOf(firstChar(parts[0]));
  const last = parts.at(-1) === '' ? 'open' : edgeOf(lastChar(parts.at(-1)));
  const within = `(?:[${WORD}]|[.:',;])*`;
  const inner = parts.filter((part, index) => part !== '' || (index > 0 && index < parts.length - 1));
  return before(first) + inner.map(quote).join(within) + after(last);
}

function firstChar(text = ''): string {
  return [...text][0] ?? '';
}

function lastChar(text = ''): string {
  return [...text].at(-1) ?? '';
}

function edgeOf(char: string): Edge {
  if (IDEOGRAPH.test(char)) return 'ideograph';
  if (/[\p{L}\p{M}]/u.test(char)) return 'letter';
  return /\p{N}/u.test(char) ? 'digit' : 'open';
}

/** What joins there, and what must stand on its other side to do so. */
function joint(edge: 'letter' | 'digit'): { signs: string; kind: string } {
  return edge === 'letter' ? { signs: ".:'", kind: LETTER } : { signs: ".,;'", kind: DIGIT };
}

function before(edge: Edge): string {
  if (edge === 'ideograph') return '';
  if (edge === 'open') return '';
  const { signs, kind } = joint(edge);
  return `(?:^|[^${WORD}${signs}]|(?:^|[^${kind}])[${signs}])`;
}

function after(edge: Edge): string {
  if (edge === 'ideograph' || edge === 'open') return '';
  const { signs, kind } = joint(edge);
  return `(?:$|[^${WORD}${signs}]|[${signs}](?:$|[^${kind}]))`;
}

function gap(left: Edge, right: Edge): string {
  if (left === 'ideograph' || right === 'ideograph') return `[^${WORD}]*`;
  const signs = left === right && left !== 'open' ? joint(left).signs : '';
  return `(?:[^${WORD}${signs}]|[^${WORD}]{2,})`;
}

function quote(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/gu, '\\$&');
}

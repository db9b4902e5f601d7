/**
 * Whether a text may hold anything that a built-in pattern finds: true too often, never too seldom. Most lines end here, at
 * three expressions that run over the text without going back; it knows nothing of JSON but that its escapes hide. (One loop
 * over the characters with tables cost a third more.)
 */

/** What e-mail addresses, passwords in URLs and tokens have; an escape or a colour may hide any of it. */
const SIGNS =
  /[@\u001b\u009b]|\\u0|eyJ|A[KS]IA|AIza|gh[pousr]_|b_pat_|lpat-|xox[a-z]-|_(?:live|test)_|npm_|(?<![ai])sk-|-----B|ks\.slack|[bB](?:[eE][aA][rR][eE][rR]|[aA][sS][iI][cC])/;

/** A secret's name (see `secret-keys.ts`; any key, as that is cheaper), and what stands between it and its value: quotes, blanks, both also as escapes. */
const NAMES =
  /(?:passw(?:or)?d|passphrase|passcode|pwd|secret|token|authorization|credentials?|key(?:_base)?)(?:(?:[\s"'\\]|(?<=\\)[nrt])*[=:.%]|(?<=--[\w-]{0,90})[ \t])/i;

/** Thirteen digits with single gaps, that begin as a card's number may; written out, as a count costs half as much again. */
const DIGITS = new RegExp(`(?<!\\d)[2-6]${'[ -]?\\d'.repeat(12)}`);

export function maySuspect(text: string): boolean {
  return SIGNS.test(text) || NAMES.test(text) || DIGITS.test(text);
}

/**
 * `password=…`, `api_key: "…"`, `{\"token\":\"…\"}`, `--password …`: a secret's name and its value in one text. A bare value ends
 * at white space, a quote or one of `, ; & ) ] } < >`; one that is never closed ends with the text.
 */
import { isMark, type Span } from './marks.js';
import { SECRET_WORD } from './secret-keys.js';

const NAME = new RegExp(
  `--[\\w-]{0,64}(?:${SECRET_WORD})[ \\t]{1,8}|(?:${SECRET_WORD})(?:\\\\{0,16}["'])? {0,8}(?:=>?|:=?|%3D)\\s{0,8}`,
  'gi',
);
const QUOTE = /(\\*)(["'])/y;
const OPENING = /[([{<]{0,4}/y;
const BARE = /(?:(?!\\{1,16}["'nrt])[^\s"',;&)\]}<>])+/y;
/** `Authorization: Bearer …`: the secret is behind the scheme. */
const SCHEME = /(?:bearer|basic|digest|token|apikey|negotiate)\s+/iy;

export function findPairs(text: string): Span[] {
  const found: Span[] = [];
  NAME.lastIndex = 0;
  for (let name = NAME.exec(text); name !== null; name = NAME.exec(text)) {
    const span = valueAt(text, NAME.lastIndex);
    if (span === undefined) continue;
    NAME.lastIndex = Math.max(NAME.lastIndex, span.to);
    if (!isMark(text.slice(span.from, span.to))) found.push(span);
  }
  return found;
}

function valueAt(text: string, start: number): Span | undefined {
  QUOTE.lastIndex = start;
  const quote = QUOTE.exec(text);
  if (quote !== null) return quotedAt(text, QUOTE.lastIndex, { quote: quote[2] ?? '"', escapes: quote[1]?.length ?? 0 });
  const from = afterMatch(SCHEME, text, afterMatch(OPENING, text, start));
  const to = afterMatch(BARE, text, from);
  return to === from ? undefined : { from, to };
}

/** To the quote that is escaped as often as the first one. */
function quotedAt(text: string, start: number, { quote, escapes }: { quote: string; escapes: number }): Span | undefined {
  const from = afterMatch(SCHEME, text, start);
  let at = text.indexOf(quote, from);
  while (at >= 0 && !isClosing(text, at, escapes)) at = text.indexOf(quote, at + 1);
  const to = at < 0 ? text.length : at - escapes;
  return to <= from ? undefined : { from, to };
}

/** Backslashes that are themselves escaped may stand before the quote. */
function isClosing(text: string, at: number, escapes: number): boolean {
  let run = 0;
  while (text.charCodeAt(at - 1 - run) === 92) run += 1;
  return run >= escapes && (run - escapes) % (2 * (escapes + 1)) === 0;
}

function afterMatch(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.exec(text) === null ? at : pattern.lastIndex;
}

/** `scheme://user:password@host`, also with passwords that should have been escaped; and tokens in the place of the user. */
import { isMark, type Span } from './marks.js';

const URL_END = /[\s"'<>`\\]/g;
/** A user's name is shorter; a token is not. */
const MIN_TOKEN = 16;

export function findUrlPasswords(text: string): Span[] {
  const found: Span[] = [];
  let end = 0;
  for (const { index, 0: scheme } of text.matchAll(/:(?:\/\/|\\\/\\\/)/g)) {
    const from = index + scheme.length;
    if (from < (found.at(-1)?.to ?? 0)) continue;
    if (end < from) end = endOfUrl(text, from);
    const at = userinfoEnd(text, from, end);
    if (at < 0) continue;
    const colon = text.indexOf(':', from);
    const start = colon >= 0 && colon < at ? colon + 1 : at - from < MIN_TOKEN ? at : from;
    if (start < at && !isMark(text.slice(start, at))) found.push({ from: start, to: at });
  }
  return found;
}

function endOfUrl(text: string, from: number): number {
  URL_END.lastIndex = from;
  return URL_END.exec(text)?.index ?? text.length;
}

/** Where the `@` before the host is, or -1. */
function userinfoEnd(text: string, from: number, end: number): number {
  const next = text.indexOf('://', from);
  const url = text.slice(from, next >= 0 && next < end ? next : end);
  const authority = url.split(/[/?#]/, 1)[0] ?? '';
  const at = authority.lastIndexOf('@');
  if (at >= 0) return from + at;
  // `u:p/a#s@host`: no port, so a password that was not escaped.
  if (!authority.includes(':') || /^(?:[^:]*|\[.*\]):\d*$/.test(authority)) return -1;
  const late = url.lastIndexOf('@');
  return late < 0 ? -1 : from + late;
}

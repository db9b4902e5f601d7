/** E-mail addresses: what stands around an `@`, with a dot in the host. Time is linear: no address reaches over another's `@`. */
import { isMark, MASK, type Span } from './marks.js';

const LOCAL = /[\p{L}\p{N}_.%+*~^-]/u;
const HOST = /[\p{L}\p{N}.-]/u;
const DOMAIN = /^[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*\.(?:\p{L}{2,}|xn--[a-z0-9-]+)/u;

export function findEmails(text: string): Span[] {
  const found: Span[] = [];
  let before = 0;
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    let from = at;
    while (from > before && LOCAL.test(charBefore(text, from))) from -= charBefore(text, from).length;
    let end = at + 1;
    while (end < text.length && HOST.test(charAt(text, end))) end += charAt(text, end).length;
    const domain = DOMAIN.exec(text.slice(at + 1, end))?.[0];
    before = at + 1;
    if (domain === undefined || from === at || isRedacted(text, from, at)) continue;
    const to = at + 1 + domain.length;
    found.push({ from, to, masked: (address) => MASK + address.slice(address.lastIndexOf('@')) });
    before = to;
  }
  return found;
}

function charAt(text: string, at: number): string {
  return String.fromCodePoint(text.codePointAt(at) ?? 0);
}

function charBefore(text: string, at: number): string {
  const low = text.charCodeAt(at - 1);
  return low >= 0xdc00 && low <= 0xdfff && at > 1 ? text.slice(at - 2, at) : text.charAt(at - 1);
}

/** A URL's password that was taken out stands before its host. */
function isRedacted(text: string, from: number, at: number): boolean {
  const local = text.slice(from, at);
  return isMark(local) || isMark(text.slice(Math.max(0, from - 5), at));
}

/** Tokens that can be told by how they begin (JSON Web Tokens, keys of AWS, GitHub, …), bearer and basic credentials, private keys. */
import { findPairs } from './find-pair.js';
import { isMark, type Span } from './marks.js';

/** No word goes on here; an escape may have ended. */
const START = String.raw`(?<![A-Za-z0-9_-])|(?<=%[0-9A-Fa-f]{2})|(?<=\\[nrt])`;

/** How each begins, and what follows. Runs of one class, so that time is linear. */
const PREFIXED: readonly (readonly [prefix: string, rest: string])[] = [
  ['eyJ', String.raw`[\w.~+/=-]{17,}`],
  ['(?:AKIA|ASIA)', '[A-Z0-9]{16,}'],
  ['gh[pousr]_', '[A-Za-z0-9_]{20,}'],
  ['github_pat_', '[A-Za-z0-9_]{20,}'],
  ['glpat-', String.raw`[\w-]{16,}`],
  ['xox[a-z]-', String.raw`[\w-]{10,}`],
  ['(?:sk|rk|pk)_(?:live|test)_', '[A-Za-z0-9]{10,}'],
  ['sk-', String.raw`[\w-]{20,}`],
  ['AIza', String.raw`[\w-]{35,}`],
  ['npm_', '[A-Za-z0-9]{30,}'],
];
const PREFIXES = new RegExp(`(?:${START})(?:${PREFIXED.map(([prefix, rest]) => `(?:(${prefix})${rest})`).join('|')})`, 'g');

const HOOK = /hooks\.slack\.com\/services\/([\w/-]{10,})/g;
const BEARER = /\bbearer(?:[ \t]|%20|\+){1,8}([\w.~+/=-]{8,})/gi;
const BASIC = /\bbasic(?:[ \t]|%20|\+){1,8}([A-Za-z0-9+/]{6,}={0,2})/gi;
/** What prose goes on with. */
const PROSE = /^(?:authenticat\w+|authori[sz]\w+|tokens?|credentials?|scheme|realm|headers?|errors?|challenge)[.,:;]?$/i;

const KEY_BEGIN = '-----BEGIN ';
const KEY_NAME = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
const KEY_END = '-----END ';
const KEY_END_LENGTH = 64;

export function findTokens(text: string): Span[] {
  return [...prefixed(text), ...schemes(text), ...hooks(text), ...privateKeys(text), ...findPairs(text)];
}

function prefixed(text: string): Span[] {
  return Array.from(text.matchAll(PREFIXES), (match) => {
    const prefix = match.slice(1).find((group) => group !== undefined) ?? '';
    return { from: match.index, to: match.index + match[0].length, masked: () => `${prefix}****` };
  });
}

function schemes(text: string): Span[] {
  const bearers = [...text.matchAll(BEARER)].filter((match) => !PROSE.test(match[1] ?? ''));
  const basics = [...text.matchAll(BASIC)].filter((match) => isUserAndPassword(match[1] ?? ''));
  return [...bearers, ...basics].map(valueOf).filter(({ from, to }) => !isMark(text.slice(from, to)));
}

function hooks(text: string): Span[] {
  return Array.from(text.matchAll(HOOK), valueOf);
}

/** The value ends the match. */
function valueOf(match: RegExpExecArray): Span {
  const to = match.index + match[0].length;
  return { from: to - (match[1]?.length ?? 0), to };
}

function isUserAndPassword(base64: string): boolean {
  return /^[\x20-\x7e]*:[\x20-\x7e\u0080-\u{10ffff}]*$/u.test(Buffer.from(base64, 'base64').toString('utf8'));
}

/** All between the lines that frame a key; to the end of the text when its end is missing. */
function privateKeys(text: string): Span[] {
  if (!text.includes(KEY_BEGIN)) return [];
  const found: Span[] = [];
  for (const match of text.matchAll(KEY_NAME)) {
    const from = match.index + match[0].length;
    if (from < (found.at(-1)?.to ?? 0)) continue;
    const end = text.indexOf(KEY_END, from);
    const to = end < 0 ? text.length : end;
    if (to > from && !isMark(text.slice(from, Math.min(to, from + KEY_END_LENGTH)))) found.push({ from, to });
  }
  return found;
}

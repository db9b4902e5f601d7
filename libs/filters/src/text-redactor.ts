/** Takes out of one text what patterns find in it; the first filter that finds something has it. */
import type { RegexSearch } from '#libs/query';
import { PATTERNS, type Action, type PatternName, type RedactFilter } from './filter.js';
import { findCards } from './find-card.js';
import { findEmails } from './find-email.js';
import { findTokens } from './find-token.js';
import { findUrlPasswords } from './find-url-password.js';
import { markOf, type Hash, type Span } from './marks.js';
import { maySuspect } from './screen.js';

const FINDERS: Readonly<Record<PatternName, (text: string) => readonly Span[]>> = {
  url_password: findUrlPasswords,
  token: findTokens,
  card: findCards,
  email: findEmails,
};

/** Marks that a pattern of one's own may match. */
const MARKS = /hash:[0-9a-f]{12}|\[removed\]|\*{4,}/g;

/** Printable signs but for quotes and backslashes, which JSON needs. */
const HIDDEN = /\\{1,16}u00((?!22|5c)[2-7][0-9a-f])/gi;

/** Whether a filter looks into the field of this full name. */
export type Applies = (path: string) => boolean;

interface Step {
  readonly filter: RedactFilter;
  readonly applies: Applies;
  /** By an expression of one's own. */
  readonly isOwn: boolean;
  readonly find: (text: string) => readonly Span[];
}

/** Told of everything that is taken out. */
export type Report = (filter: string, path: string) => void;

export interface Around {
  readonly path: string;
  readonly report: Report;
  /** The text is a piece of a longer one: what reaches one of its ends may go on there, and is left for the whole. */
  readonly isPiece?: boolean;
}

export class TextRedactor {
  readonly #steps: readonly Step[];

  constructor(
    filters: readonly RedactFilter[],
    private readonly hash: Hash,
  ) {
    const own = filters.flatMap((filter) => (filter.regex === undefined ? [] : [stepOf(filter, ownFinder(filter.regex), true)]));
    const built = PATTERNS.flatMap((name) =>
      filters.filter(({ patterns }) => patterns.includes(name)).map((filter) => stepOf(filter, FINDERS[name], false)),
    );
    this.#steps = [...own, ...built];
  }

  /** What JSON's escapes hide is found too: a text in which they do then comes out without them. */
  redact(text: string, around: Around): string {
    if (!text.includes('\\u00')) return this.#redact(text, around);
    const open = text.replaceAll(HIDDEN, (_escape, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
    const redacted = this.#redact(open, around);
    return redacted === open ? text : redacted;
  }

  #redact(text: string, around: Around): string {
    let result = text;
    const isSuspicious = maySuspect(text);
    for (const { filter, applies, find, isOwn } of this.#steps) {
      if ((!isOwn && !isSuspicious) || !applies(around.path)) continue;
      const spans = find(result).filter(({ from, to }) => around.isPiece !== true || (from > 0 && to < result.length));
      if (spans.length === 0) continue;
      result = this.#replace(result, spans, filter.action);
      around.report(filter.name, around.path);
    }
    return result;
  }

  #replace(text: string, spans: readonly Span[], action: Action): string {
    let result = '';
    let copied = 0;
    for (const span of [...spans].sort((a, b) => a.from - b.from || b.to - a.to)) {
      if (span.to <= copied) continue;
      const from = Math.max(span.from, copied);
      // Of two that overlap, nothing of either's shape is kept.
      const masked = from === span.from ? span.masked : undefined;
      result += text.slice(copied, from) + markOf(text.slice(from, span.to), action, this.hash, masked);
      copied = span.to;
    }
    return result + text.slice(copied);
  }
}

function stepOf(filter: RedactFilter, find: Step['find'], isOwn: boolean): Step {
  return { filter, applies: appliesTo(filter.fields), isOwn, find };
}

/** No fields: all of them. */
export function appliesTo(fields: readonly string[]): Applies {
  if (fields.length === 0) return () => true;
  const exact = new Set(fields.filter((field) => !field.endsWith('*')));
  const prefixes = fields.filter((field) => field.endsWith('*')).map((field) => field.slice(0, -1));
  return (path) => exact.has(path) || prefixes.some((prefix) => path.startsWith(prefix));
}

/** What is a mark already stays. */
function ownFinder(regex: RegexSearch): Step['find'] {
  return (text) => {
    const found = regex.find(text);
    if (found.length === 0) return found;
    const marks = Array.from(text.matchAll(MARKS), ({ 0: mark, index }) => ({ from: index, to: index + mark.length }));
    return marks.length === 0 ? found : found.flatMap((span) => without(span, marks));
  };
}

function without(span: Span, marks: readonly Span[]): Span[] {
  const rest: Span[] = [];
  let from = span.from;
  for (const mark of marks) {
    if (mark.to <= from || mark.from >= span.to) continue;
    if (mark.from > from) rest.push({ from, to: mark.from });
    from = mark.to;
  }
  if (from < span.to) rest.push({ from, to: span.to });
  return rest;
}

import { QueryError } from './errors.js';

/** A word as read: its literal texts between unescaped `*`s. */
export interface Word {
  readonly parts: readonly string[];
  /** `and`, `or`, `not` when it stands there unescaped, in lower case. */
  readonly keyword: 'and' | 'or' | 'not' | undefined;
  readonly position: number;
}

const SPACE = /\s/u;
const ESCAPED_KEYWORD = /(?:and|or|not)(?![^\s(){}:<>"])/iy;
const ESCAPED_CODE = /u([0-9a-fA-F]{4})/y;
const CONTROLS: Readonly<Record<string, string>> = { t: '\t', r: '\r', n: '\n' };

/** Ends a word where a field or free text may stand, and where a value stands: a value may hold `:` (times, IPv6, URLs). */
const TERM_ENDS = '(){}:<>"';
const VALUE_ENDS = '(){}<>"';

/** Reads a query's text from left to right; knows characters and escapes, not the grammar. */
export class Scanner {
  position = 0;

  constructor(readonly text: string) {}

  /** The next character that is not white space, not taken; '' at the end. */
  peek(): string {
    while (this.position < this.text.length && SPACE.test(this.text.charAt(this.position))) this.position += 1;
    return this.text.charAt(this.position);
  }

  /** Takes `literal` if the text goes on with it. */
  take(literal: string): boolean {
    this.peek();
    if (!this.text.startsWith(literal, this.position)) return false;
    this.position += literal.length;
    return true;
  }

  /** `"…"`, when the text goes on with a quote. */
  phrase(): string | undefined {
    if (this.peek() !== '"') return undefined;
    const start = this.position;
    this.position += 1;
    let value = '';
    for (;;) {
      const char = this.text.charAt(this.position);
      if (char === '')
        throw new QueryError('query_syntax', 'The quote is never closed.', start, 'Write " at the end, or \\" for a quote itself.');
      this.position += 1;
      if (char === '"') return value;
      value += char === '\\' ? this.escape(false) : char;
    }
  }

  /** `/…/` as a whole value, when the text goes on with one; a slash inside is `\/`. A path such as `/api/users` is none. */
  regex(): string | undefined {
    const match = this.matchAt(/\/((?:[^/\\\n]|\\.)+)\/(?=[\s(){}]|$)/y);
    return match?.replaceAll('\\/', '/');
  }

  /** A word of at least one character. */
  word(place: 'term' | 'value'): Word {
    this.peek();
    const position = this.position;
    const ends = place === 'term' ? TERM_ENDS : VALUE_ENDS;
    const parts = [''];
    for (let char = this.text.charAt(this.position); char !== '' && !ends.includes(char) && !SPACE.test(char);) {
      this.position += 1;
      if (char === '*') parts.push('');
      else parts[parts.length - 1] += char === '\\' ? this.escape(true) : this.plain(char, place);
      char = this.text.charAt(this.position);
    }
    return { parts: withoutDoubleStars(parts), keyword: keywordOf(this.text.slice(position, this.position)), position };
  }

  private plain(char: string, place: 'term' | 'value'): string {
    if (char === '=' && place === 'term') {
      throw new QueryError(
        'query_syntax',
        'KQL has no "=".',
        this.position - 1,
        'Use ":" (level:error), or quotes to find the text itself ("a=b").',
      );
    }
    return char;
  }

  /** What stands behind a backslash. */
  private escape(keywords: boolean): string {
    const keyword = keywords ? this.matchAt(ESCAPED_KEYWORD) : undefined;
    if (keyword !== undefined) return keyword;
    const code = this.matchAt(ESCAPED_CODE);
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
    const char = this.text.charAt(this.position);
    if (char === '')
      throw new QueryError('query_syntax', 'Nothing follows the backslash.', this.position - 1, 'Write \\\\ for a backslash itself.');
    this.position += 1;
    return CONTROLS[char] ?? char;
  }

  private matchAt(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.position;
    const match = pattern.exec(this.text);
    if (match === null) return undefined;
    this.position = pattern.lastIndex;
    return match[1] ?? match[0];
  }
}

function keywordOf(raw: string): Word['keyword'] {
  const lower = raw.length <= 3 ? raw.toLowerCase() : '';
  return lower === 'and' || lower === 'or' || lower === 'not' ? lower : undefined;
}

/** `a**b` is `a*b`. */
function withoutDoubleStars(parts: readonly string[]): string[] {
  return parts.filter((part, index) => part !== '' || index === 0 || index === parts.length - 1);
}

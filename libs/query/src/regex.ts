/**
 * The regular expressions that Lucene, RE2 (DuckDB) and our own matcher read alike. Whole value, case counts.
 *
 *   literals · `.` · `[a-z_]` `[^…]` · `\d` `\w` `\s` (ASCII) and `\D` `\W` `\S` · `(a|b)` · `*` `+` `?` `{2}` `{2,}` `{2,5}`
 *
 * Everything else is refused with a hint: anchors, look-around, back references, lazy quantifiers, groups with `(?`.
 */
import { QueryError } from './errors.js';
import { MAX_REGEX_DEPTH, MAX_REGEX_LENGTH, MAX_REGEX_STEPS } from './limits.js';

export type Range = readonly [low: number, high: number];

export type Node =
  | { readonly type: 'set'; readonly negated: boolean; readonly ranges: readonly Range[] }
  | { readonly type: 'sequence' | 'choice'; readonly items: readonly Node[] }
  | { readonly type: 'repeat'; readonly item: Node; readonly min: number; readonly max: number };

export interface Regex {
  readonly root: Node;
  /** Its text for Lucene's `regexp` query and for RE2 with `.` matching line breaks: every special character escaped. */
  readonly source: string;
}

const CLASSES: Readonly<Record<string, readonly Range[]>> = {
  d: [[48, 57]],
  w: [
    [48, 57],
    [65, 90],
    [95, 95],
    [97, 122],
  ],
  s: [
    [9, 10],
    [12, 13],
    [32, 32],
  ],
};
const CONTROLS: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' };
const ANY: Node = { type: 'set', negated: true, ranges: [] };

export function parseRegex(pattern: string): Regex {
  if (pattern.length > MAX_REGEX_LENGTH) throw regexError(`A regular expression has at most ${MAX_REGEX_LENGTH} characters.`, 0);
  const root = new RegexParser(pattern).parse();
  if (stepsOf(root) > MAX_REGEX_STEPS) throw regexError('The regular expression repeats too much.', 0, 'Use smaller counts in {…}.');
  return { root, source: sourceOf(root) };
}

function regexError(message: string, position: number, hint = ''): QueryError {
  return new QueryError('query_regex', message, position, hint);
}

class RegexParser {
  private readonly chars: readonly string[];
  private index = 0;
  private depth = 0;

  constructor(pattern: string) {
    this.chars = [...pattern];
  }

  parse(): Node {
    const node = this.choice();
    if (this.index < this.chars.length) throw regexError('A ")" has no "(" before it.', this.index, 'Write \\) for the character.');
    return node;
  }

  private choice(): Node {
    const items = [this.sequence()];
    while (this.take('|')) items.push(this.sequence());
    return items.length === 1 && items[0] !== undefined ? items[0] : { type: 'choice', items };
  }

  private sequence(): Node {
    const items: Node[] = [];
    while (this.index < this.chars.length && !'|)'.includes(this.chars[this.index] ?? '')) items.push(this.repeated());
    if (items.length === 0) throw regexError('An empty alternative is not allowed.', this.index, 'Write (abc)? for something optional.');
    return { type: 'sequence', items };
  }

  private repeated(): Node {
    const item = this.atom();
    const [min, max] = this.counts();
    if (min === 1 && max === 1) return item;
    if ('*+?'.includes(this.chars[this.index] ?? ' ') || this.chars[this.index] === '{') {
      throw regexError('Two quantifiers stand together.', this.index, 'Lazy and possessive quantifiers are not known; use brackets.');
    }
    return { type: 'repeat', item, min, max };
  }

  private counts(): [min: number, max: number] {
    if (this.take('*')) return [0, Infinity];
    if (this.take('+')) return [1, Infinity];
    if (this.take('?')) return [0, 1];
    if (this.chars[this.index] !== '{') return [1, 1];
    const match = /^\{(\d{1,3})(,(\d{1,3})?)?\}/u.exec(this.chars.slice(this.index, this.index + 9).join(''));
    const min = Number(match?.[1]);
    const max = match?.[2] === undefined ? min : Number(match[3] ?? Infinity);
    if (match === null || max < min || max === 0)
      throw regexError('The count is not right.', this.index, 'Write {2}, {2,} or {2,5}, or \\{ for the character.');
    this.index += match[0].length;
    return [min, max];
  }

  private atom(): Node {
    const char = this.chars[this.index] ?? '';
    if ('*+?{'.includes(char)) throw regexError(`Nothing stands before "${char}".`, this.index, `Write \\${char} for the character.`);
    if ('^$'.includes(char))
      throw regexError(`"${char}" is not known.`, this.index, `The expression covers the whole value; use .* at its ends, or \\${char}.`);
    if (char === '(') return this.group();
    this.index += 1;
    if (char === '.') return ANY;
    if (char === '[') return this.brackets();
    if (char === '\\') return this.escaped();
    return single(char);
  }

  private group(): Node {
    const start = this.index;
    this.index += 1;
    if (this.chars[this.index] === '?') throw regexError('"(?" is not known.', start, 'Look-around, flags and named groups are left out.');
    this.depth += 1;
    if (this.depth > MAX_REGEX_DEPTH) throw regexError(`Groups are nested more than ${MAX_REGEX_DEPTH} deep.`, start);
    const node = this.choice();
    this.depth -= 1;
    if (!this.take(')')) throw regexError('The group is never closed.', start, 'Write ")" at its end, or \\( for the character.');
    return node;
  }

  private escaped(): Node {
    const char = this.chars[this.index] ?? '';
    this.index += 1;
    const ranges = CLASSES[char.toLowerCase()];
    if (ranges !== undefined) return { type: 'set', negated: char !== char.toLowerCase(), ranges };
    return single(this.literalOf(char));
  }

  private literalOf(char: string): string {
    if (CONTROLS[char] !== undefined) return CONTROLS[char];
    if (char !== '' && !/[\p{L}\p{N}]/u.test(char)) return char;
    throw regexError(`"\\${char}" is not known.`, this.index - 1, 'Known are \\d \\w \\s \\D \\W \\S \\t \\n \\r \\f and escaped signs.');
  }

  private brackets(): Node {
    const start = this.index - 1;
    const negated = this.take('^');
    const ranges: Range[] = [];
    while (!this.take(']')) {
      if (this.index >= this.chars.length)
        throw regexError('The "[" is never closed.', start, 'Write "]" at its end, or \\[ for the character.');
      ranges.push(...this.bracketRange());
    }
    if (ranges.length === 0) throw regexError('"[]" holds nothing.', start, 'Write \\[ for the character.');
    return { type: 'set', negated, ranges };
  }

  private bracketRange(): readonly Range[] {
    const position = this.index;
    const low = this.bracketItem();
    if (typeof low !== 'string') return low;
    if (this.chars[this.index] !== '-' || this.chars[this.index + 1] === ']') return [[codeOf(low), codeOf(low)]];
    this.index += 1;
    const high = this.bracketItem();
    if (typeof high !== 'string' || codeOf(high) < codeOf(low))
      throw regexError('The range in "[…]" is not right.', position, 'Write \\- for the character.');
    return [[codeOf(low), codeOf(high)]];
  }

  private bracketItem(): string | readonly Range[] {
    const char = this.chars[this.index] ?? '';
    this.index += 1;
    if (char === '[') throw regexError('"[" inside "[…]" is not known.', this.index - 1, 'Write \\[.');
    if (char !== '\\') return char;
    const next = this.chars[this.index] ?? '';
    this.index += 1;
    return CLASSES[next] ?? this.literalOf(next);
  }

  private take(char: string): boolean {
    if (this.chars[this.index] !== char) return false;
    this.index += 1;
    return true;
  }
}

function codeOf(char: string): number {
  return char.codePointAt(0) ?? 0;
}

function single(char: string): Node {
  return { type: 'set', negated: false, ranges: [[codeOf(char), codeOf(char)]] };
}

function stepsOf(node: Node): number {
  switch (node.type) {
    case 'set':
      return 1;
    case 'repeat':
      return stepsOf(node.item) * (Number.isFinite(node.max) ? node.max : node.min + 1) + 1;
    default:
      return node.items.reduce((sum, item) => sum + stepsOf(item), 1);
  }
}

function sourceOf(node: Node): string {
  switch (node.type) {
    case 'set':
      return setSource(node.negated, node.ranges);
    case 'sequence':
      return node.items.map(sourceOf).join('');
    case 'choice':
      return `(${node.items.map(sourceOf).join('|')})`;
    case 'repeat':
      return `(${sourceOf(node.item)})${countSource(node.min, node.max)}`;
  }
}

function countSource(min: number, max: number): string {
  if (max === Infinity) return min === 0 ? '*' : min === 1 ? '+' : `{${min},}`;
  return min === 0 && max === 1 ? '?' : `{${min},${max}}`;
}

function setSource(negated: boolean, ranges: readonly Range[]): string {
  const [first] = ranges;
  if (first === undefined) return '.';
  if (!negated && ranges.length === 1 && first[0] === first[1]) return charSource(first[0]);
  const inside = ranges.map(([low, high]) => (low === high ? charSource(low) : `${charSource(low)}-${charSource(high)}`));
  return `[${negated ? '^' : ''}${inside.join('')}]`;
}

/** Signs are escaped, letters and digits never, as an escaped letter has meanings. */
function charSource(code: number): string {
  const char = String.fromCodePoint(code);
  return code > 32 && code < 127 && !/[A-Za-z0-9_]/u.test(char) ? `\\${char}` : char;
}

import { ALL, join, negate, type LeafQuery, type Query, type RangeOperator, type Value } from './ast.js';
import { checkLeaf } from './condition.js';
import { QueryError } from './errors.js';
import { MAX_CLAUSES, MAX_DEPTH, MAX_QUERY_LENGTH, MAX_WILDCARDS } from './limits.js';
import { Scanner, type Word } from './scanner.js';

/**
 * Parses a query as `docs/query-language.md` defines it. Throws `QueryError` with the place and a hint.
 *
 *   query = or;  or = and {"or" and};  and = unary {["and"] unary};  unary = ("not" | "-") unary | primary;
 *   primary = "(" or ")" | field ":" value | field ":" "(" or-of-values ")" | field ":" "{" or "}" | field (">" | …) value | value
 */
export function parseQuery(text: string): Query {
  if (text.length > MAX_QUERY_LENGTH) {
    throw new QueryError(
      'query_too_long',
      `The query has ${text.length} characters; at most ${MAX_QUERY_LENGTH} are allowed.`,
      MAX_QUERY_LENGTH,
    );
  }
  return new Parser(text).parse();
}

/** A query and whether its text is written as Kibana's KQL is: `-x` and clauses side by side leave no trace in the tree. */
export function parseTyped(text: string): { readonly query: Query; readonly isWrittenAsKql: boolean } {
  if (text.length > MAX_QUERY_LENGTH) return { query: parseQuery(text), isWrittenAsKql: false };
  const parser = new Parser(text);
  return { query: parser.parse(), isWrittenAsKql: !parser.isExtended };
}

const OPERATORS: readonly RangeOperator[] = ['>=', '<=', '>', '<'];

/** Signs of other languages at the start of a clause, and what to write here. */
const FOREIGN: readonly (readonly [sign: string, hint: string])[] = [
  ['&&', 'Use "and".'],
  ['||', 'Use "or".'],
  ['!', 'Use "not".'],
];

class Parser {
  /** A way of joining clauses was used that KQL does not know, or means otherwise. */
  isExtended = false;
  private readonly scanner: Scanner;
  private clauses = 0;
  private depth = 0;
  /** Inside `field:( … )`: the field that all values there belong to. */
  private listField: string | undefined;
  /** Inside `object:{ … }`: what goes before every field name. */
  private prefix = '';

  constructor(text: string) {
    this.scanner = new Scanner(text);
  }

  parse(): Query {
    if (this.scanner.peek() === '') return ALL;
    const query = this.or();
    const rest = this.scanner.peek();
    if (rest !== '') throw this.unexpected(rest);
    return query;
  }

  private or(): Query {
    const clauses = [this.and()];
    while (this.keyword('or')) clauses.push(this.and());
    return join('or', clauses);
  }

  private and(): Query {
    const clauses = [this.unary()];
    while (this.keyword('and') || this.continues()) clauses.push(this.unary());
    return join('and', clauses);
  }

  /** Whether another clause follows without a word between. */
  private continues(): boolean {
    const next = this.scanner.peek();
    const found = next !== '' && next !== ')' && next !== '}' && !this.atKeyword('or');
    this.isExtended ||= found;
    return found;
  }

  private unary(): Query {
    if (this.keyword('not') || this.minus()) return this.nested(() => negate(this.unary()));
    if (!this.scanner.take('(')) return this.listField === undefined ? this.clause() : this.fieldValue(this.listField);
    return this.bracket(')');
  }

  private bracket(end: ')' | '}'): Query {
    const start = this.scanner.position - 1;
    const query = this.nested(() => this.or());
    if (!this.scanner.take(end)) {
      throw new QueryError('query_syntax', `The bracket is never closed.`, start, `Write "${end}" at its end.`);
    }
    return query;
  }

  private nested<T>(read: () => T): T {
    this.depth += 1;
    if (this.depth > MAX_DEPTH) {
      throw new QueryError('query_too_deep', `The query is nested more than ${MAX_DEPTH} levels deep.`, this.scanner.position);
    }
    const result = read();
    this.depth -= 1;
    return result;
  }

  /** `-x`, but not `--x` or a dash by itself. */
  private minus(): boolean {
    if (this.scanner.peek() !== '-') return false;
    const next = this.scanner.text.charAt(this.scanner.position + 1);
    const found = /[\p{L}\p{N}_@"(*\\/]/u.test(next) && this.scanner.take('-');
    this.isExtended ||= found;
    return found;
  }

  private clause(): Query {
    this.refuseForeign();
    const position = this.scanner.position;
    const phrase = this.scanner.phrase();
    const word = phrase === undefined ? this.word('term') : undefined;
    const next = this.scanner.peek();
    if (next !== ':' && next !== '<' && next !== '>') return this.freeText(phrase, word, position);
    const field = this.fieldName(phrase, word, position);
    const operator = OPERATORS.find((sign) => this.scanner.take(sign));
    if (operator !== undefined) return this.range(field, operator);
    this.scanner.take(':');
    return this.matchOf(field);
  }

  private freeText(phrase: string | undefined, word: Word | undefined, position: number): Query {
    const value = valueOf(phrase, word);
    if (isStar(value)) return ALL;
    return this.leaf({ type: 'match', value }, position);
  }

  private fieldName(phrase: string | undefined, word: Word | undefined, position: number): string {
    const typed = phrase ?? word?.parts.join('*') ?? '';
    const literalStar = phrase ?? word?.parts.join('') ?? '';
    if (literalStar.includes('*')) throw new QueryError('query_field', 'A field name cannot hold a literal "*".', position);
    return this.prefix + typed;
  }

  private matchOf(field: string): Query {
    const next = this.scanner.peek();
    if (next === '<' || next === '>') {
      throw new QueryError(
        'query_syntax',
        `"${next}" cannot follow ":".`,
        this.scanner.position,
        `Write the range without ":", such as ${field} >= 5.`,
      );
    }
    if (this.scanner.take('(')) return this.valueList(field);
    if (this.scanner.take('{')) return this.object(field);
    return this.fieldValue(field);
  }

  private valueList(field: string): Query {
    const outer = this.listField;
    this.listField = field;
    const query = this.bracket(')');
    this.listField = outer;
    return query;
  }

  private object(field: string): Query {
    const outer = this.prefix;
    this.prefix = `${field}.`;
    const query = this.bracket('}');
    this.prefix = outer;
    return query;
  }

  private fieldValue(field: string): Query {
    const position = this.valuePosition();
    const value = this.value();
    if (!isStar(value)) return this.leaf({ type: 'match', field, value }, position);
    return field === '*' ? ALL : this.leaf({ type: 'exists', field }, position);
  }

  private range(field: string, operator: RangeOperator): Query {
    const position = this.valuePosition();
    const value = this.value();
    if (value.kind === 'wildcard' || value.kind === 'regex') {
      throw new QueryError(
        'query_syntax',
        `"${operator}" needs a plain value.`,
        position,
        'Wildcards and regular expressions go with ":".',
      );
    }
    return this.leaf({ type: 'range', field, operator, value: value.text }, position);
  }

  private valuePosition(): number {
    this.scanner.peek();
    return this.scanner.position;
  }

  private value(): Value {
    const phrase = this.scanner.phrase();
    if (phrase !== undefined) return valueOf(phrase, undefined);
    const pattern = this.scanner.regex();
    if (pattern !== undefined) return Object.freeze({ kind: 'regex', pattern });
    if (this.scanner.peek() === '[') {
      const hint = 'Write a range as field >= 1 and field <= 5; put quotes around a value that begins with "[".';
      throw new QueryError('query_syntax', 'KQL has no "[… TO …]".', this.scanner.position, hint);
    }
    return valueOf(undefined, this.word('value'));
  }

  private word(place: 'term' | 'value'): Word {
    const word = this.scanner.word(place);
    if (word.parts.length - 1 > MAX_WILDCARDS) {
      throw new QueryError('query_value', `At most ${MAX_WILDCARDS} "*" may stand in one value.`, word.position);
    }
    if (word.keyword !== undefined) {
      const hint = `Write \\${word.keyword} or "${word.keyword}" to find the word itself.`;
      throw new QueryError('query_syntax', `Something is missing around "${word.keyword}".`, word.position, hint);
    }
    if (this.scanner.position === word.position) throw this.unexpected(this.scanner.peek());
    return word;
  }

  private leaf(leaf: LeafQuery, position: number): Query {
    this.clauses += 1;
    if (this.clauses > MAX_CLAUSES) {
      throw new QueryError('query_too_many_clauses', `The query has more than ${MAX_CLAUSES} clauses.`, position);
    }
    checkLeaf(leaf, position);
    return Object.freeze(leaf);
  }

  private keyword(wanted: 'and' | 'or' | 'not'): boolean {
    return (
      this.atKeyword(wanted) && this.scanner.take(this.scanner.text.slice(this.scanner.position, this.scanner.position + wanted.length))
    );
  }

  /** Whether the next word is this one, unescaped and in any case. */
  private atKeyword(wanted: string): boolean {
    this.scanner.peek();
    const { text, position } = this.scanner;
    if (text.slice(position, position + wanted.length).toLowerCase() !== wanted) return false;
    return /[\s(){}:<>"]|^$/u.test(text.charAt(position + wanted.length));
  }

  private refuseForeign(): void {
    this.scanner.peek();
    const foreign = FOREIGN.find(([sign]) => this.scanner.text.startsWith(sign, this.scanner.position));
    if (foreign === undefined) return;
    throw new QueryError('query_syntax', `KQL has no "${foreign[0]}".`, this.scanner.position, foreign[1]);
  }

  private unexpected(char: string): QueryError {
    const { position } = this.scanner;
    if (char === '') return new QueryError('query_syntax', 'The query ends where a value should stand.', position);
    return new QueryError(
      'query_syntax',
      `"${char}" does not belong here.`,
      position,
      `Write \\${char} or put the text in quotes to find it.`,
    );
  }
}

function valueOf(phrase: string | undefined, word: Word | undefined): Value {
  if (phrase !== undefined) return Object.freeze({ kind: 'phrase', text: phrase });
  const parts = word?.parts ?? [''];
  if (parts.length > 1) return Object.freeze({ kind: 'wildcard', parts: Object.freeze([...parts]) });
  return Object.freeze({ kind: 'word', text: parts[0] ?? '' });
}

function isStar(value: Value): boolean {
  return value.kind === 'wildcard' && value.parts.every((part) => part === '');
}

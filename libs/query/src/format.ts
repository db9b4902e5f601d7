import type { LeafQuery, Query, Value } from './ast.js';

/** A query as text that parses to the same tree; `formatQuery(parseQuery(x))` is a fixed point. */
export function formatQuery(query: Query): string {
  return query.type === 'all' ? '*' : format(query, 0);
}

const BINDING = { or: 1, and: 2 } as const;

function format(query: Query, outer: number): string {
  switch (query.type) {
    case 'all':
      return '*';
    case 'not':
      return `not ${format(query.clause, 3)}`;
    case 'and':
    case 'or': {
      const inner = BINDING[query.type];
      const text = query.clauses.map((clause) => format(clause, inner)).join(` ${query.type} `);
      return inner < outer ? `(${text})` : text;
    }
    default:
      return formatLeaf(query);
  }
}

function formatLeaf(leaf: LeafQuery): string {
  if (leaf.type === 'match')
    return leaf.field === undefined ? formatValue(leaf.value) : `${formatField(leaf.field)}:${formatValue(leaf.value)}`;
  const field = formatField(leaf.field);
  return leaf.type === 'exists' ? `${field}:*` : `${field} ${leaf.operator} ${plain(leaf.value) ? leaf.value : quote(leaf.value)}`;
}

function formatField(field: string): string {
  return field.split('*').map(escapePart).join('*').replace(/^$/u, '""');
}

function formatValue(value: Value): string {
  switch (value.kind) {
    case 'word':
      return escape(value.text);
    case 'phrase':
      return quote(value.text);
    case 'wildcard':
      return value.parts.map(escapePart).join('*');
    case 'regex':
      return `/${value.pattern.replaceAll('/', '\\/')}/`;
  }
}

function plain(text: string): boolean {
  return /^[\p{L}\p{N}_.+][\p{L}\p{N}_.:+-]*$/u.test(text) && !/^(?:and|or|not)$/iu.test(text);
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/gu, '\\$&').replace(/[\t\r\n]/gu, control)}"`;
}

/** A part between stars. `not*` is no keyword, and `\not*` would be read as a line end and `ot*`. */
function escapePart(text: string, index: number, parts: readonly string[]): string {
  if (parts.length === 1) return escape(text);
  const escaped = escapeSigns(text);
  return index === 0 && /^[-/!&|[]/u.test(escaped) ? `\\${escaped}` : escaped;
}

function escape(text: string): string {
  const escaped = escapeSigns(text);
  return /^(?:[-/!&|[]|(?:and|or|not)$)/iu.test(escaped) ? `\\${escaped}` : escaped;
}

function escapeSigns(text: string): string {
  return text
    .replace(/[\\():<>"*{}=]/gu, '\\$&')
    .replace(/[\t\r\n]/gu, control)
    .replace(/[^\S\t\r\n]/gu, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function control(char: string): string {
  return { '\t': '\\t', '\r': '\\r', '\n': '\\n' }[char] ?? char;
}

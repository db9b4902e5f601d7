import { quoted } from './query-tokens.js';

/** `field:value` of a facet click, or undefined for a value that is too long to be one. */
export function filterFor(name: string, value: string): string | undefined {
  return value !== '' && name.length + value.length < 2_000 ? `${name}:${value}` : undefined;
}

/** The query without the records that have this value. */
export function excluding(q: string, name: string, value: string): string {
  const term = `not ${escaped(name)}:"${value.replace(/[\\"]/g, '\\$&')}"`;
  return q.trim() === '' ? term : `(${q}) and ${term}`;
}

/** A query and the filters beside it as one query. */
export function narrowed(q: string, filters: readonly string[]): string {
  const clauses = filters.flatMap((filter) => {
    const [, name, value] = /^([^:]+):([^]+)$/.exec(filter) ?? [];
    return name === undefined || value === undefined ? [] : [`${escaped(name)}: ${quoted(value)}`];
  });
  const asked = q.trim();
  if (asked === '' || clauses.length === 0) return [asked, ...clauses].filter(Boolean).join(' and ');
  return [`(${asked})`, ...clauses].join(' and ');
}

function escaped(name: string): string {
  return name.replace(/[\\(){}<>"*:]/g, '\\$&');
}

import { isObject } from './source.js';
import { TEXT } from './typed.js';

/** A label or an annotation while it is typed: a name, which may still be missing, and its text. */
export type Row = readonly [name: string, text: string];

export function rowsOf(value: unknown): Row[] {
  return isObject(value) ? Object.entries(value).map(([name, text]) => [name, TEXT.format(text)]) : [];
}

/** What has a name; undefined where nothing has. */
export function textsOf(rows: readonly Row[]): Readonly<Record<string, string>> | undefined {
  const named = rows.filter(([name]) => name.trim() !== '');
  return named.length === 0 ? undefined : Object.fromEntries(named.map(([name, text]) => [name.trim(), text]));
}

/** The rows that somebody is typing, as long as they stand for the value; else the value's own. */
export function rowsFor(typed: readonly Row[], value: unknown): readonly Row[] {
  const own = rowsOf(value);
  return JSON.stringify(rowsOf(textsOf(typed))) === JSON.stringify(own) ? typed : own;
}

/** Reading fields out of a parsed record, and making bounded texts of their values. */
import { createHash } from 'node:crypto';
import { fieldOf } from '#libs/query';

export type StoredRecord = Readonly<Record<string, unknown>>;

/** Characters of one value of a group or of `distinct`: a longer one keeps its beginning and gets a hash. */
const MAX_VALUE = 256;
const HASH_DIGITS = 32;
/** Values of one array in one record. */
const MAX_ELEMENTS = 64;

/** The keys to a field from the outside in. */
export function pathOf(field: string): readonly string[] {
  return fieldOf(field).path;
}

export function valueAt(record: StoredRecord, path: readonly string[]): unknown {
  let value: unknown = record;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, key)) return undefined;
    value = (value as StoredRecord)[key];
  }
  return value;
}

/** '' where there is nothing; an array is its elements with commas. */
export function textAt(record: StoredRecord, path: readonly string[]): string {
  return bounded(textOf(valueAt(record, path)));
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? value.map(textOf).join(',') : JSON.stringify(value);
}

/** Every value of a field, an array's elements each; objects are none. */
export function textsAt(record: StoredRecord, path: readonly string[]): string[] {
  const value = valueAt(record, path);
  const values: readonly unknown[] = Array.isArray(value) ? value.slice(0, MAX_ELEMENTS) : [value];
  return values.flatMap((each) => (each === undefined || each === null || typeof each === 'object' ? [] : [bounded(textOf(each))]));
}

/** At most so many characters, never half of a surrogate pair. */
export function firstOf(text: string, length: number): string {
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}

function bounded(text: string): string {
  if (text.length <= MAX_VALUE) return text;
  const hash = createHash('sha256').update(text).digest('hex').slice(0, HASH_DIGITS);
  return `${firstOf(text, MAX_VALUE - HASH_DIGITS - 1)}…${hash}`;
}

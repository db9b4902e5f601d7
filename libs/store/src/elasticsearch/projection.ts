import type { StoredRecord } from '../log-store.js';

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The asked fields of a record and its time. Elasticsearch has already left out most of the rest; what it cannot do is look
 * into folded fields, or leave their text out.
 */
export function projectRecord(record: StoredRecord, fields: readonly string[]): StoredRecord {
  return pick(record, ['@timestamp', ...fields], '');
}

function pick(object: Json, fields: readonly string[], prefix: string): Json {
  const kept: [string, unknown][] = [];
  for (const [key, value] of Object.entries(object)) {
    const name = prefix + key;
    if (fields.some((field) => field === name || name.startsWith(`${field}.`))) {
      kept.push([key, value]);
    } else if (isObject(value)) {
      const inner = pick(value, fields, `${name}.`);
      if (Object.keys(inner).length > 0) kept.push([key, inner]);
    }
  }
  return Object.fromEntries(kept);
}

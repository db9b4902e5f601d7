import type { Event, Fields, Value } from '#libs/record';

/** A line is an event either way: what is no JSON object is kept as its text, and a door that can answer says why. */
export type JsonLine =
  { readonly ok: true; readonly event: Event } | { readonly ok: false; readonly event: Event; readonly reason: string };

/** Objects and arrays inside one another. What reads the fields later may call itself for each level. */
export const MAX_JSON_NESTING = 64;

const REASON_LENGTH = 200;

/** One object on one line. Time, message and level are among the fields: the normaliser finds them by their names. */
export function decodeJsonLine(text: string): JsonLine {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return failed(text, `not JSON: ${(error instanceof Error ? error.message : String(error)).slice(0, REASON_LENGTH)}`);
  }
  return decodeJsonValue(value, text);
}

/** A parsed value; `text` is what it was parsed from, for when it is no object. */
export function decodeJsonValue(value: unknown, text: string): JsonLine {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return failed(text, `not a JSON object but ${nameOf(value)}`);
  if (isDeeper(value as Value, MAX_JSON_NESTING)) return failed(text, `objects and arrays nested more than ${MAX_JSON_NESTING} deep`);
  return { ok: true, event: { tag: '', seconds: -1, nanos: 0, text: undefined, fields: value as Fields } };
}

function failed(text: string, reason: string): JsonLine {
  const fields = Object.create(null) as Fields;
  return { ok: false, reason, event: { tag: '', seconds: -1, nanos: 0, text, fields } };
}

function nameOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`;
}

function isDeeper(value: Value, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  const members = value as Fields;
  for (const key in members) {
    if (isDeeper(members[key] as Value, levels - 1)) return true;
  }
  return false;
}

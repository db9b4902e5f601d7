import type { Arrival, Event, Value } from './event.js';

/**
 * A part of a join as one line of JSON, in the journal between its arrival and the end of its join:
 *
 *     {"tag":"…","seconds":1,"nanos":0,"text":"…","fields":{…},"created":"…ns","source":"forward","dataset":"…"}
 *
 * The dataset was decided when the part came and stays; without one the key is left out.
 * Values that JSON does not know are wrapped: `{"\u0000bigint":"…"}`, `{"\u0000bytes":"base64"}`, `{"\u0000number":"NaN"}`.
 */
export interface Part {
  readonly event: Event;
  readonly arrival: Arrival;
  /** Empty for none. */
  readonly dataset: string;
}

const BIGINT = '\u0000bigint';
const BYTES = '\u0000bytes';
const NUMBER = '\u0000number';

export function encodePart({ event, arrival, dataset }: Part): string {
  const { tag, seconds, nanos, text, fields } = event;
  const { createdNs, source } = arrival;
  const named = dataset === '' ? {} : { dataset };
  return JSON.stringify({ tag, seconds, nanos, text, fields: wrap(fields), created: String(createdNs), source, ...named });
}

export function decodePart(line: string): Part {
  const { created, source, tag, seconds, nanos, text, fields, dataset = '' } = JSON.parse(line) as Written;
  const event: Event = { tag, seconds, nanos, text, fields: unwrap(fields) as Event['fields'] };
  return { event, arrival: { createdNs: BigInt(created), source }, dataset };
}

interface Written extends Event {
  readonly created: string;
  readonly source: Arrival['source'];
  readonly dataset?: string;
}

/** One event of the parts in order: texts joined, everything else from the first part. */
export function joinTexts(parts: readonly Part[], separator: '' | '\n'): Part {
  const [first] = parts;
  if (first === undefined)
    return { event: { tag: '', seconds: -1, nanos: 0, text: '', fields: {} }, arrival: { createdNs: 0n, source: 'forward' }, dataset: '' };
  const text = parts.map((part) => textOf(part.event, separator)).join(separator);
  return { ...first, event: { ...first.event, text } };
}

/** Lines of a TTY end with `\r`, which is no part of a trace. */
function textOf({ text = '' }: Event, separator: '' | '\n'): string {
  return separator === '\n' && text.endsWith('\r') ? text.slice(0, -1) : text;
}

function wrap(value: Value): unknown {
  if (typeof value === 'bigint') return { [BIGINT]: String(value) };
  if (typeof value === 'number' && !Number.isFinite(value)) return { [NUMBER]: String(value) };
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return { [BYTES]: Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) return value.map(wrap);
  return mapValues(value as Event['fields'], wrap);
}

function unwrap(value: unknown): Value {
  if (typeof value !== 'object' || value === null) return value as Value;
  if (Array.isArray(value)) return value.map(unwrap);
  const fields = value as Record<string, unknown>;
  const { [BIGINT]: bigint, [BYTES]: bytes, [NUMBER]: number } = fields;
  if (typeof bigint === 'string') return BigInt(bigint);
  if (typeof bytes === 'string') return Buffer.from(bytes, 'base64');
  if (typeof number === 'string') return Number(number);
  return mapValues(fields, unwrap) as Value;
}

function mapValues<From, To>(fields: Readonly<Record<string, From>>, change: (value: From) => To): Record<string, To> {
  const changed = Object.create(null) as Record<string, To>;
  for (const key of Object.keys(fields)) changed[key] = change(fields[key] as From);
  return changed;
}

import type { Value } from './event.js';
import type { KeyNode, KeyTable } from './keys.js';
import { KIND, type Placer } from './place.js';
import { isSafe, quote, quoteUnsafe } from './quote.js';

/** Objects inside objects that become dotted keys; deeper ones are JSON text. */
const MAX_DEPTH = 6;

/** Nesting written out in JSON text; below it stands a mark. */
const MAX_NESTING = 100;

/** Fields that came as values (MessagePack maps, JSON objects): the same table as for JSON lines. */
export class StructuredFields {
  readonly #keys: KeyTable;
  readonly #placer: Placer;

  constructor(keys: KeyTable, placer: Placer) {
    this.#keys = keys;
    this.#placer = placer;
  }

  place(entries: readonly (readonly [string, Value])[]): void {
    this.#object(this.#keys.root, entries, 1);
  }

  #object(parent: KeyNode, entries: readonly (readonly [string, Value])[], depth: number): void {
    for (const [key, value] of entries) this.#value(this.#keys.child(parent, key), value, depth);
  }

  #value(node: KeyNode, value: Value, depth: number): void {
    if (typeof value === 'string') {
      const safe = isSafe(value);
      this.#placer.place(node.entry, safe ? KIND.string : KIND.escaped, safe ? `"${value}"` : quoteUnsafe(value));
    } else if (typeof value === 'number' || typeof value === 'bigint') this.#number(node, value);
    else if (typeof value === 'boolean') this.#placer.place(node.entry, KIND.boolean, String(value));
    else if (value === null) return;
    else if (value instanceof Uint8Array) this.#value(node, textOf(value), depth);
    else if (isArray(value)) this.#array(node, value);
    else if (depth < MAX_DEPTH) this.#object(node, Object.entries(value), depth + 1);
    else this.#placer.place(node.entry, KIND.escaped, quote(jsonOf(value)));
  }

  #number(node: KeyNode, value: number | bigint): void {
    const raw = numberOf(value);
    this.#placer.place(node.entry, raw.startsWith('"') ? KIND.string : KIND.number, raw);
  }

  #array(node: KeyNode, items: readonly Value[]): void {
    const isFlat = items.every((item) => typeof item !== 'object' || item === null || item instanceof Uint8Array);
    const json = jsonOf(items);
    this.#placer.place(node.entry, isFlat ? KIND.array : KIND.escaped, isFlat ? json : quote(json));
  }
}

/** Compact JSON of any value; bytes as UTF-8 text, numbers that JSON or a double cannot hold as strings. */
export function jsonOf(value: Value, depth = 0): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'number' || typeof value === 'bigint') return numberOf(value);
  if (typeof value === 'boolean' || value === null) return String(value);
  if (value instanceof Uint8Array) return quote(textOf(value));
  if (depth >= MAX_NESTING) return '"…"';
  if (isArray(value)) return `[${value.map((item) => jsonOf(item, depth + 1)).join(',')}]`;
  return `{${Object.entries(value)
    .map(([key, item]) => `${quote(key)}:${jsonOf(item, depth + 1)}`)
    .join(',')}}`;
}

function numberOf(value: number | bigint): string {
  const exact = typeof value === 'bigint' ? Number.isSafeInteger(Number(value)) : Number.isFinite(value);
  return exact ? JSON.stringify(Number(value)) : `"${String(value)}"`;
}

function isArray(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

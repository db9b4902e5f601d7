import type { Entry, KeyTable } from './keys.js';
import { NO_LEVEL } from './levels.js';
import { quote } from './quote.js';
import { SLOT, SLOT_COUNT } from './slots.js';

/** Attributes of one record before the rest goes into one JSON text: an index copes with it, a person cannot read more. */
export const MAX_ATTRIBUTES = 256;

/** Names tried (`a_2`, `a_3`, ...) for a field that stands in a record again. */
const MAX_TWINS = 8;

/**
 * A record in the making; one is used again and again. Every value is finished JSON text. The first value for a slot
 * stays, later ones become attributes, so nothing is lost when an inner and an outer field mean the same.
 */
export class Draft {
  readonly slots: string[] = Array.from({ length: SLOT_COUNT }, () => '');
  /** Bit per filled slot. */
  mask = 0;
  level = NO_LEVEL;
  /** The message's text where it is known without its quotes and escapes, or ''. */
  text = '';
  /** The id of the message's template. */
  pattern = '';
  /** The `@timestamp` found inside in two halves, which are JSON together, or ''. */
  second = '';
  tail = '';
  /** `},"attributes":{"a":1` without the end, or ''; labels without the beginning too. */
  attributes = '';
  labels = '';
  /** Bunyan and pino write `name` for the logger: kept until it is clear what wrote the line. */
  name = '';
  nameIsLogger = false;
  /** Serilog leaves `@l` out for Information. */
  compact = false;

  readonly #keys: KeyTable;
  #stamp = 0;
  #count = 0;
  #more: string[] = [];

  constructor(keys: KeyTable) {
    this.#keys = keys;
  }

  reset(): void {
    this.#keys.prune();
    this.mask = 0;
    this.level = NO_LEVEL;
    this.text = '';
    this.second = '';
    this.tail = '';
    this.attributes = '';
    this.labels = '';
    this.name = '';
    this.nameIsLogger = false;
    this.compact = false;
    this.#stamp += 1;
    this.#count = 0;
    if (this.#more.length > 0) this.#more = [];
  }

  has(slot: number): boolean {
    return (this.mask & (1 << slot)) !== 0;
  }

  /** False when the slot is taken. */
  put(slot: number, raw: string): boolean {
    const bit = 1 << slot;
    if ((this.mask & bit) !== 0) return false;
    this.mask |= bit;
    this.slots[slot] = raw;
    return true;
  }

  /** For formats whose message is a part of the line. */
  clearMessage(): void {
    this.mask &= ~(1 << SLOT.message);
    this.text = '';
  }

  attribute(entry: Entry, raw: string): void {
    if (entry.stamp === this.#stamp) return this.#twin(entry, raw);
    entry.stamp = this.#stamp;
    if (this.#count >= MAX_ATTRIBUTES) {
      this.#more.push(quote(entry.path) + ':' + raw);
      return;
    }
    this.#count += 1;
    this.attributes = (this.attributes === '' ? entry.first : this.attributes + entry.next) + raw;
  }

  /** For fields that a text format names. */
  attributeNamed(path: string, raw: string): void {
    this.attribute(this.#keys.entry(path), raw);
  }

  label(entry: Entry, raw: string): void {
    if (entry.stamp === this.#stamp || this.#count >= MAX_ATTRIBUTES) return this.attribute(entry, raw);
    entry.stamp = this.#stamp;
    this.#count += 1;
    this.labels += (this.labels === '' ? entry.label : ',' + entry.label) + raw;
  }

  /** True when attributes were over the limit; they are one JSON text then. */
  closeAttributes(): boolean {
    if (this.#more.length === 0) return false;
    const text = quote(`{${this.#more.join(',')}}`);
    this.#count = 0;
    this.#more = [];
    this.attributeNamed('more', text);
    return true;
  }

  #twin(entry: Entry, raw: string): void {
    for (let number = 2; number < MAX_TWINS; number += 1) {
      const twin = this.#keys.entry(`${entry.path}_${number}`);
      if (twin.stamp !== this.#stamp) return this.attribute(twin, raw);
    }
    this.#more.push(quote(entry.path) + ':' + raw);
  }
}

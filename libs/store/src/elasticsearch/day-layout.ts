import { hasAt } from './bulk-lines.js';
import type { Layout, Refusal } from './layout.js';
import { parseDayPattern, type DayPattern } from './index-pattern.js';

const TIMESTAMP = Buffer.from('"@timestamp":"');
/** How a record begins that the normaliser wrote; nothing between it and its time can look like `TIMESTAMP`. */
const HEAD = Buffer.from('{"event":{"sequence":');
/** `2026-11-21T10:00:00.123456789Z` and the quote behind it. */
const TIME_BYTES = 30;
const LETTER_Z = 0x5a;
const QUOTE = 0x22;
const DAY_BYTES = 10;
const DAY = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
/** What `date_nanos` can hold. */
const FIRST_DAY = '1970-01-01';
const LAST_DAY = '2262-04-11';

/** One plain index for each UTC day of `@timestamp`: no rollover, so an `_id` that is there (409) is always the same record. */
export class DayLayout implements Layout {
  readonly all: string;
  readonly only = undefined;
  readonly rolls = false;
  readonly mixed = true;
  readonly #pattern: DayPattern;
  #droppedBefore = '';

  constructor(pattern: string, namespace: string) {
    this.#pattern = parseDayPattern(pattern, namespace);
    this.all = this.#pattern.wildcard;
  }

  placeOf(bulk: Buffer, from: number, to: number): string | undefined {
    const day = readDay(bulk, from, to);
    return day === undefined || day < this.#droppedBefore ? undefined : this.#pattern.nameOf(day);
  }

  refusalOf(source: Buffer): Refusal {
    if (readDay(source, 0, source.length) !== undefined) return 'expired';
    return { type: 'no_day', reason: `its @timestamp must be a time from ${FIRST_DAY} to ${LAST_DAY}, as it names the index of its day` };
  }

  samples(nowMs: number): readonly string[] {
    return [this.#pattern.nameOf(new Date(nowMs).toISOString().slice(0, DAY_BYTES))];
  }

  dayOf(index: string): string | undefined {
    return this.#pattern.dayOf(index);
  }

  /** From now on records of these days have no place any more. */
  dropBefore(day: string): void {
    if (day > this.#droppedBefore) this.#droppedBefore = day;
  }
}

/** UTC day of a record; undefined when it has no time that Elasticsearch could hold. */
function readDay(bulk: Buffer, from: number, to: number): string | undefined {
  const day = readWrittenDay(bulk, from, to) ?? parseDay(bulk.toString('utf8', from, to));
  return day !== undefined && day >= FIRST_DAY && day <= LAST_DAY ? day : undefined;
}

/** The usual form, by its bytes. */
function readWrittenDay(bulk: Buffer, from: number, to: number): string | undefined {
  if (!hasAt(bulk, from, HEAD)) return undefined;
  const at = bulk.indexOf(TIMESTAMP, from) + TIMESTAMP.length;
  const end = at + TIME_BYTES;
  if (at < TIMESTAMP.length || end >= to || bulk[end - 1] !== LETTER_Z || bulk[end] !== QUOTE) return undefined;
  const day = bulk.toString('latin1', at, at + DAY_BYTES);
  return DAY.test(day) ? day : undefined;
}

/** Any other form: what a person wrote into a dead letter. */
function parseDay(text: string): string | undefined {
  try {
    const time = Date.parse(String((JSON.parse(text) as Record<string, unknown>)['@timestamp']));
    return Number.isNaN(time) ? undefined : new Date(time).toISOString().slice(0, DAY_BYTES);
  } catch {
    return undefined;
  }
}

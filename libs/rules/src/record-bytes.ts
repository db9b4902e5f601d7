/**
 * One record of a delivery, read only as far as somebody asks:
 *
 *     {"create":{"_id":"…"}}
 *     {"event":{"sequence":N,"created":"…Z","severity":17},"@timestamp":"…Z","message":"…",…}
 *
 * The severity is absent without a level; a duration and the coloured original may follow it. A record whose sequence is not
 * its position is a replayed dead letter, perhaps corrected by hand: its layout is not relied on, it is parsed.
 */
import { LEVELS, parseTimestamp } from '#libs/record';
import { eventMs, isTime, NO_TIME, TIME_LENGTH, TimeReader } from './event-time.js';
import { ABSENT, FACT_FIELDS, type Facts, NEEDLES, TIME_NEEDLE, UNCLEAR } from './facts.js';
import { pathOf, type StoredRecord, textAt } from './record-fields.js';
import type { RecordLines } from './record-lines.js';
import { type SampleHead, sampleHead } from './sample.js';

const NO_LEVEL = -1;
/** Of `LEVELS`: 1, 5, 9, 13, 17, 21. */
const MAX_SEVERITY = 21;
const SEQUENCE_AT = '{"event":{"sequence":'.length;
const CREATED = ',"created":"'.length;
const SEVERITY = ',"severity":'.length;
const DURATION = ',"duration":'.length;
const TIME = '},"@timestamp":"'.length;
const MESSAGE = '","message":"'.length;
const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;
const [LETTER_C, LETTER_E, LETTER_M, LETTER_S] = [99, 101, 109, 115];
const NOT_READ = -2;

const FACT_PATHS = FACT_FIELDS.map(pathOf);

/** Fields that `lean` records have: all else takes a parser. */
export const LEAN_FIELDS: ReadonlySet<string> = new Set([
  ...FACT_FIELDS,
  'message',
  '@timestamp',
  'event.sequence',
  'event.severity',
  'log.level',
]);

export class RecordBytes {
  isRegular = false;
  /** Index into `LEVELS`, or -1. */
  level = NO_LEVEL;
  messageFrom = 0;
  #hasTime = false;
  #second = 0;
  #latenessMs = 0;
  #position = 0;
  #createdAt = 0;
  #timeAt = 0;
  #lean: StoredRecord | undefined;
  #full: StoredRecord | undefined;
  #head: SampleHead | undefined;
  readonly #ids = new Int32Array(FACT_FIELDS.length);
  readonly #createdTimes = new TimeReader();
  readonly #times = new TimeReader();

  constructor(
    readonly lines: RecordLines,
    private readonly facts: Facts,
  ) {}

  /** Reads the head of the record that `lines` stands at; one that is not as it should be is parsed. Throws when it is no JSON. */
  read(position: number): void {
    this.#lean = undefined;
    this.#full = undefined;
    this.#head = undefined;
    for (let fact = 0; fact < this.#ids.length; fact += 1) this.#ids[fact] = NOT_READ;
    this.#position = position;
    this.#hasTime = false;
    this.isRegular = this.#readHead();
    if (!this.isRegular) this.#full = asRecord(this.lines.parse());
  }

  /** The second it counts at. */
  get second(): number {
    this.#readTime();
    return this.#second;
  }

  /** How late it came. */
  get latenessMs(): number {
    this.#readTime();
    return this.#latenessMs;
  }

  #readHead(): boolean {
    const { bytes, from } = this.lines;
    if (bytes[from + 2] !== LETTER_E || bytes[from + 11] !== LETTER_S) return false;
    let at = from + SEQUENCE_AT;
    let sequence = 0;
    for (let digit = digitAt(bytes, at); digit >= 0; digit = digitAt(bytes, at)) {
      sequence = sequence * 10 + digit;
      at += 1;
    }
    if (sequence !== this.#position || bytes[at] !== COMMA || bytes[at + 2] !== LETTER_C || bytes[at + CREATED - 1] !== QUOTE) return false;
    this.#createdAt = at + CREATED;
    return isTime(bytes, this.#createdAt) && this.#readRest(this.#createdAt + TIME_LENGTH + 1);
  }

  /** From behind `event.created` on. */
  #readRest(from: number): boolean {
    const { bytes } = this.lines;
    let at = this.#readLevel(from);
    if (at > 0 && bytes[at] === COMMA) at = this.#behindDuration(at);
    if (at < 0) return false;
    this.#timeAt = at + TIME;
    const quote = this.#timeAt + TIME_LENGTH;
    if (!isTime(bytes, this.#timeAt) || bytes[quote + 3] !== LETTER_M || bytes[quote + MESSAGE - 1] !== QUOTE) return false;
    this.messageFrom = quote + MESSAGE;
    return true;
  }

  /** A duration is all that stands there as a rule. */
  #behindDuration(from: number): number {
    const { bytes } = this.lines;
    let at = from + DURATION;
    while (digitAt(bytes, at) >= 0) at += 1;
    return this.lines.isAt(NEEDLES[TIME_NEEDLE] as Buffer, at) ? at : this.lines.find(TIME_NEEDLE, from);
  }

  /** Behind the severity, if there is one; -1 when it is none of ours. */
  #readLevel(at: number): number {
    const { bytes } = this.lines;
    this.level = NO_LEVEL;
    if (bytes[at] !== COMMA || bytes[at + 2] !== LETTER_S) return at;
    const units = digitAt(bytes, at + SEVERITY + 1);
    const first = digitAt(bytes, at + SEVERITY);
    const severity = units < 0 ? first : first * 10 + units;
    if ((severity & 3) !== 1 || severity < 1 || severity > MAX_SEVERITY) return -1;
    this.level = severity >> 2;
    return at + SEVERITY + (units < 0 ? 1 : 2);
  }

  /** Once somebody asks: most records match nothing. */
  #readTime(): void {
    if (this.#hasTime) return;
    this.#hasTime = true;
    if (this.isRegular) {
      const { bytes } = this.lines;
      const [timestampMs, createdMs] = [this.#times.read(bytes, this.#timeAt), this.#createdTimes.read(bytes, this.#createdAt)];
      if (timestampMs !== NO_TIME && createdMs !== NO_TIME) return this.#placeTime(timestampMs, createdMs);
    }
    this.#placeTime(msOf(textAt(this.full, ['@timestamp'])), msOf(textAt(this.full, ['event', 'created'])));
  }

  #placeTime(timestampMs: number, createdMs: number): void {
    const ms = eventMs(timestampMs, createdMs);
    this.#second = Math.floor(ms / 1_000);
    this.#latenessMs = ms === NO_TIME ? Infinity : createdMs - ms;
  }

  /** The number of a fact's value; see `Facts.id`. */
  id(fact: number): number {
    const id = this.#ids[fact] as number;
    return id === NOT_READ ? (this.#ids[fact] = this.facts.id(fact, this.lines, this.messageFrom)) : id;
  }

  /** The whole record. */
  get full(): StoredRecord {
    return (this.#full ??= asRecord(this.lines.parse()));
  }

  /** The record with `LEAN_FIELDS` only; the whole one where a fact is unclear. */
  get lean(): StoredRecord {
    if (this.#full !== undefined || !this.isRegular) return this.full;
    return (this.#lean ??= this.#makeLean() ?? this.full);
  }

  get sampleHead(): SampleHead {
    return (this.#head ??= sampleHead(this.lean));
  }

  #makeLean(): StoredRecord | undefined {
    const { bytes } = this.lines;
    const ids = FACT_FIELDS.map((_, fact) => this.id(fact));
    if (ids.includes(UNCLEAR)) return undefined;
    const record = factsRecord(this.level, ids, this.facts);
    const event = record['event'] as Record<string, unknown>;
    event['sequence'] = this.#position;
    record['@timestamp'] = bytes.toString('latin1', this.#timeAt, this.#timeAt + TIME_LENGTH);
    record['message'] = this.#message();
    return record;
  }

  #message(): string {
    const { bytes, to } = this.lines;
    const from = this.messageFrom;
    let hasEscapes = false;
    let end = from;
    for (; end < to && bytes[end] !== QUOTE; end += 1) {
      if (bytes[end] !== BACKSLASH) continue;
      hasEscapes = true;
      end += 1;
    }
    return hasEscapes ? String(JSON.parse(bytes.toString('utf8', from - 1, end + 1))) : bytes.toString('utf8', from, end);
  }
}

/** A record of what is known; `ids` by fact. */
export function factsRecord(level: number, ids: readonly number[], facts: Facts): Record<string, unknown> {
  const record: Record<string, unknown> = { event: {} };
  const name = LEVELS[level];
  if (name !== undefined) {
    record['event'] = { severity: level * 4 + 1 };
    record['log'] = { level: name };
  }
  for (const [fact, id] of ids.entries()) if (id > ABSENT) put(record, FACT_PATHS[fact] ?? [], facts.value(fact, id));
  return record;
}

function put(record: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let object = record;
  for (const key of path.slice(0, -1)) object = (object[key] ??= {}) as Record<string, unknown>;
  object[path.at(-1) ?? ''] = value;
}

function asRecord(value: unknown): StoredRecord {
  return typeof value === 'object' && value !== null ? (value as StoredRecord) : {};
}

function digitAt(bytes: Uint8Array, at: number): number {
  const digit = (bytes[at] ?? 0) - 48;
  return digit <= 9 ? digit : -1;
}

function msOf(text: string): number {
  const ns = parseTimestamp(text);
  return ns === undefined ? NO_TIME : Number(ns / 1_000_000n);
}

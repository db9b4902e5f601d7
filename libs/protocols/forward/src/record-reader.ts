import type { Event, Fields, Value } from '#libs/record';
import { type FieldCache, MAX_CACHED_BYTES } from './field-cache.js';
import { skipValue } from './frame-scanner.js';
import { SIZE } from './msgpack-format.js';
import { MalformedValue, ValueReader, type ValueReaderOptions } from './value-reader.js';

const TEXT_KEY = 'log';
const MAX_NANOS = 999_999_999;
/** Later seconds, about the year 36800, are milliseconds or a mistake. */
const MAX_SECONDS = 2 ** 40;
/** The same as it is on the wire: a fixstr of three bytes. */
const LOG_KEY = 0xa36c6f67;

/**
 * Reads `time` and `record` of one entry. The walk over the record's keys finds `log` and where the record ends;
 * everything else is looked up by its bytes before it is decoded.
 */
export class RecordReader extends ValueReader {
  /** Of the time read last; -1 when the sender gave none. */
  seconds = -1;
  nanos = 0;
  /** `[EventTime, {metadata}]` of forward v1.5, when it has any. */
  metadata: Fields | undefined;

  private readonly surround = { from: 0, logFrom: 0, logTo: 0, to: 0 };
  private textFrom = 0;
  private textTo = 0;

  constructor(
    private readonly reading: ValueReaderOptions,
    private readonly cache: FieldCache,
  ) {
    super(reading);
  }

  /** Reads an EventTime in its usual form, fixext8, or says false and stays. */
  fastTime(): boolean {
    const at = this.pos;
    if (at + 10 > this.end || this.view.getUint16(at) !== 0xd700) return false;
    this.seconds = this.view.getUint32(at + 2);
    this.nanos = this.view.getUint32(at + 6);
    if (this.nanos > MAX_NANOS || this.seconds === 0) return false;
    this.metadata = undefined;
    this.pos = at + 10;
    return true;
  }

  /** Any time: EventTime in both forms, int, uint, float, nil, or `[time, {metadata}]`. One that makes no sense is none, and counted. */
  time(): void {
    if (this.fastTime()) return;
    this.metadata = undefined;
    const items = this.arrayHeader();
    if (items < 0) return this.plainTime();
    if (items === 0) throw new MalformedValue('empty time');
    if (!this.fastTime()) this.plainTime();
    if (items > 1) this.readMetadata();
    for (let index = 2; index < items; index += 1) this.skip();
  }

  /** The record at `pos` as an event with the time read before, if it has a `log`, is whole and usual; else undefined, and `pos` stays. */
  fastEvent(tag: string): Event | undefined {
    const start = this.pos;
    if (!this.walk()) return undefined;
    const fields = this.cache.get(this.view, this.surround) ?? this.keep(start);
    this.pos = this.surround.to;
    return { tag, seconds: this.seconds, nanos: this.nanos, text: this.bytes.utf8Slice(this.textFrom, this.textTo), fields };
  }

  /** The record at `pos`, of any shape, as an event with the time read before. Throws MalformedValue when it is no map. */
  event(tag: string): Event {
    const { seconds, nanos, metadata } = this;
    if (metadata === undefined) {
      const event = this.fastEvent(tag);
      if (event !== undefined) return event;
    }
    const record = this.fields() as Record<string, Value>;
    if (metadata !== undefined && record.metadata === undefined) record.metadata = metadata;
    const text = record[TEXT_KEY];
    if (typeof text !== 'string') return { tag, seconds, nanos, text: undefined, fields: record };
    delete record[TEXT_KEY];
    return { tag, seconds, nanos, text, fields: record };
  }

  /** Whether a whole map with one short `log` string and few other bytes lies at `pos`: then `surround` and the text's range are set. */
  private walk(): boolean {
    const { bytes, end, pos, surround } = this;
    const first = pos < end ? (bytes[pos] as number) : 0;
    if (first < 0x80 || first > 0x8f) return false;
    let at = pos + 1;
    let found = 0;
    for (let pairs = first & 0x0f; pairs > 0; pairs -= 1) {
      const key = at;
      at = this.after(at);
      if (at < 0 || at >= end) return false;
      const value = at;
      at = this.after(at);
      if (at < 0) return false;
      if (value - key === 4 && this.view.getUint32(key) === LOG_KEY) {
        found += 1;
        surround.logFrom = key;
        if (!this.markText(value, at)) return false;
        surround.logTo = at;
      }
    }
    surround.from = pos;
    surround.to = at;
    return found === 1 && at - pos - (surround.logTo - surround.logFrom) <= MAX_CACHED_BYTES;
  }

  /** Where the value at `at` ends, or -1. Strings up to 64 KiB and scalars are told here, the rest by `skipValue`. */
  private after(at: number): number {
    const { bytes, end } = this;
    const first = bytes[at] as number;
    let next: number;
    if (first >= 0xa0 && first < 0xc0) next = at + 1 + (first & 0x1f);
    else if (first === 0xd9 && at + 1 < end) next = at + 2 + (bytes[at + 1] as number);
    else if (first === 0xda && at + 2 < end) next = at + 3 + (((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number));
    else if (first >= 0xc0 && (SIZE[first] as number) > 0) next = at + (SIZE[first] as number);
    else return skipValue(bytes, at, end);
    return next <= end ? next : -1;
  }

  private markText(value: number, to: number): boolean {
    const first = this.bytes[value] as number;
    this.textTo = to;
    if (first >= 0xa0 && first < 0xc0) this.textFrom = value + 1;
    else if (first === 0xd9) this.textFrom = value + 2;
    else if (first === 0xda) this.textFrom = value + 3;
    else return false;
    return to - value <= this.reading.maxStringBytes;
  }

  private keep(start: number): Fields {
    this.pos = start;
    const fields = this.fields() as Record<string, Value>;
    delete fields[TEXT_KEY];
    this.cache.set(this.bytes, this.surround, fields);
    return fields;
  }

  private readMetadata(): void {
    if (this.mapIsEmpty()) this.pos += 1;
    else {
      const value = this.value();
      if (isFields(value) && Object.keys(value).length > 0) this.metadata = value;
    }
  }

  private mapIsEmpty(): boolean {
    return this.pos < this.end && this.bytes[this.pos] === 0x80;
  }

  private plainTime(): void {
    if (this.eventTime()) return;
    const value = this.value();
    const time = typeof value === 'bigint' ? Number(value) : value;
    this.seconds = -1;
    this.nanos = 0;
    if (time === null || time === 0) return;
    if (typeof time !== 'number' || !(time > 0 && time < MAX_SECONDS)) return this.unreadable(-1);
    this.seconds = Math.floor(time);
    this.nanos = Math.min(MAX_NANOS, Math.round((time - this.seconds) * 1e9));
  }

  /** EventTime in both forms: d7 00, or c7 08 00. */
  private eventTime(): boolean {
    const first = this.pos < this.end ? this.bytes[this.pos] : 0;
    const at = this.pos + (first === 0xd7 ? 1 : 2);
    if ((first !== 0xd7 && first !== 0xc7) || at + 9 > this.end || this.bytes[at] !== 0) return false;
    if (first === 0xc7 && this.bytes[at - 1] !== 8) return false;
    this.seconds = this.view.getUint32(at + 1) || -1;
    this.nanos = this.view.getUint32(at + 5);
    this.pos = at + 9;
    if (this.nanos > MAX_NANOS) this.unreadable(this.seconds);
    return true;
  }

  private unreadable(seconds: number): void {
    this.seconds = seconds;
    this.nanos = 0;
    this.reading.count('time_unreadable');
  }
}

export function isFields(value: Value): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

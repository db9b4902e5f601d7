import type { Event, Fields } from '#libs/record';
import { GROUP_END, GROUP_START } from './event-time.js';
import type { FieldCache } from './field-cache.js';
import { skipValue } from './frame-scanner.js';
import { type Compression, compressionOf, inflateAside, inflateNow } from './inflate.js';
import { type ForwardCount, type ForwardLimits, MAX_GROUP_FIELDS } from './limits.js';
import { RecordReader } from './record-reader.js';
import { MalformedValue } from './value-reader.js';

/**
 * Entries of a chunk, one after another without an array around them (PackedForward), or the inside of one (Forward):
 *
 *   [time, record]                      v0, v1
 *   [[EventTime, {metadata}], record]   v1.5, which Fluent Bit sends since 5.0.5
 *
 * An entry that is none is counted and costs itself only. Seconds 0xffffffff open a group whose body (OTLP resource and
 * scope) belongs to every entry up to 0xfffffffe; neither is a record.
 */
export interface EntryContext {
  readonly limits: ForwardLimits;
  readonly cache: FieldCache;
  readonly count: (reason: ForwardCount) => void;
}

export class EntryReader {
  /** Entries given up so far: not an array of time and record, or no MessagePack. */
  malformed = 0;
  /** What the payload is compressed with; undefined when it is plain. */
  readonly compression: Compression | undefined;

  private readonly reader: RecordReader;
  private group: Fields | undefined;
  private inflated: boolean;

  constructor(
    private readonly tag: string,
    private payload: Buffer,
    private readonly context: EntryContext,
  ) {
    this.compression = compressionOf(payload);
    this.inflated = this.compression === undefined;
    this.reader = new RecordReader({ ...context.limits, count: context.count }, context.cache);
    if (this.inflated) this.reader.reset(payload, 0, payload.length);
  }

  /**
   * Inflates aside when that is worth it; at once resolved for a plain payload. Optional: `next` inflates by itself, on
   * its own thread. Rejects with ForwardError: the chunk must not be acknowledged then.
   */
  async inflate(): Promise<void> {
    if (this.inflated || this.compression === undefined) return;
    this.open(await inflateAside(this.payload, this.compression, this.context.limits.maxInflatedBytes));
  }

  /** Up to `max` events; an empty array is the end. Throws ForwardError when the payload cannot be inflated. */
  next(max: number): Event[] {
    if (!this.inflated && this.compression !== undefined) {
      this.open(inflateNow(this.payload, this.compression, this.context.limits.maxInflatedBytes));
    }
    const events: Event[] = [];
    const { reader } = this;
    while (events.length < max && reader.pos < reader.end) {
      const event = this.fastEntry() ?? this.entry();
      if (event !== undefined) events.push(event);
    }
    return events;
  }

  private open(payload: Buffer): void {
    if (this.inflated) return;
    this.payload = payload;
    this.inflated = true;
    this.reader.reset(payload, 0, payload.length);
  }

  /** The usual entry: an array of two with an EventTime and a record with a `log`, in no group. Stays where it is otherwise. */
  private fastEntry(): Event | undefined {
    const { reader } = this;
    const start = reader.pos;
    if (this.group !== undefined || reader.bytes[start] !== 0x92) return undefined;
    reader.pos = start + 1;
    const event = reader.fastTime() && reader.seconds < GROUP_END ? reader.fastEvent(this.tag) : undefined;
    if (event === undefined) reader.pos = start;
    return event;
  }

  private entry(): Event | undefined {
    const { reader } = this;
    const end = skipValue(reader.bytes, reader.pos, reader.end);
    if (end < 0) {
      reader.pos = reader.end;
      this.giveUp('truncated_payload');
      return undefined;
    }
    try {
      return this.decode();
    } catch (error) {
      if (!(error instanceof MalformedValue)) throw error;
      this.giveUp('malformed_entry');
      return undefined;
    } finally {
      reader.pos = end;
    }
  }

  private decode(): Event | undefined {
    const { reader } = this;
    if (reader.arrayHeader() < 2) throw new MalformedValue('not an entry');
    reader.time();
    if (reader.seconds >= GROUP_END) {
      this.mark(reader.seconds);
      return undefined;
    }
    const event = reader.event(this.tag);
    if (this.group === undefined) return event;
    return { ...event, fields: Object.assign(Object.create(null), this.group, event.fields) as Fields };
  }

  private mark(seconds: number): void {
    this.group = undefined;
    if (seconds !== GROUP_START) return;
    const body = this.reader.fields();
    const size = Object.keys(body).length;
    if (size > MAX_GROUP_FIELDS) this.context.count('group_too_large');
    else if (size > 0) this.group = body;
  }

  private giveUp(reason: ForwardCount): void {
    this.malformed += 1;
    this.context.count(reason);
  }
}

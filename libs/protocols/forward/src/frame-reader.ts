import type { Event, Fields } from '#libs/record';
import { chunkId, encodeAck } from './chunk-id.js';
import { type EntryContext, EntryReader } from './entry-reader.js';
import { ForwardError } from './errors.js';
import { GROUP_END } from './event-time.js';
import type { ChunkId, Frame, Ping } from './frame.js';
import { isFields, RecordReader } from './record-reader.js';
import { MalformedValue } from './value-reader.js';

/** `option`: may be absent, nil, or empty; unknown keys are senders' own (Fluent Bit's `add_option`). */
interface Option {
  readonly chunk: Buffer | undefined;
  readonly size: number | undefined;
  readonly signal: number;
  readonly metadata: Fields | undefined;
}

const NO_OPTION: Option = { chunk: undefined, size: undefined, signal: 0, metadata: undefined };
const SIGNALS: Readonly<Record<number, 'metrics' | 'traces'>> = { 1: 'metrics', 2: 'traces' };
const PING_FIELDS = 6;

/** Decodes one whole frame. A Message without an ack comes back as its bare event, for the decoder to put together with its neighbours. */
export type WholeFrame = Frame | { readonly kind: 'message'; readonly event: Event | undefined };

export class FrameReader {
  private readonly reader: RecordReader;

  constructor(private readonly context: EntryContext) {
    this.reader = new RecordReader({ ...context.limits, count: context.count }, context.cache);
  }

  /** `[from, to)` is one whole MessagePack value. Throws ForwardError when it is no frame. */
  read(bytes: Buffer, from: number, to: number): WholeFrame {
    this.reader.reset(bytes, from, to);
    try {
      return this.frame();
    } catch (error) {
      if (!(error instanceof MalformedValue)) throw error;
      throw new ForwardError('bad_frame', `a frame of ${to - from} bytes is no forward frame (${error.message})`);
    }
  }

  private frame(): WholeFrame {
    const { reader } = this;
    if (reader.bytes[reader.pos] === 0xc0) return { kind: 'heartbeat' };
    const items = reader.arrayHeader();
    const tag = items < 2 ? undefined : reader.raw();
    if (tag === undefined)
      throw new ForwardError('not_forward', 'a value that is no array with a tag first: the sender does not speak forward');
    if (items === PING_FIELDS && tag.toString('latin1') === 'PING') return { kind: 'ping', ping: this.ping() };
    return this.mode(tag.utf8Slice(0, tag.length), items);
  }

  private mode(tag: string, items: number): WholeFrame {
    const { reader } = this;
    const start = reader.pos;
    const packed = reader.raw();
    if (packed !== undefined) return this.chunk(tag, packed, items - 2);
    const first = reader.bytes[start] as number;
    if ((first & 0xf0) !== 0x90 && first !== 0xdc && first !== 0xdd) return this.message(tag, items);
    reader.skip();
    const end = reader.pos;
    reader.pos = start;
    reader.arrayHeader();
    const entries = reader.bytes.subarray(reader.pos, end);
    reader.pos = end;
    return this.chunk(tag, entries, items - 2);
  }

  private chunk(tag: string, payload: Buffer, rest: number): WholeFrame {
    const option = this.option(rest);
    return refused(option) ?? this.entries(tag, payload, option);
  }

  private entries(tag: string, payload: Buffer, option: Option): Frame {
    return {
      kind: 'chunk',
      tag,
      chunk: this.id(option, payload),
      declaredSize: option.size,
      payloadBytes: payload.length,
      entries: new EntryReader(tag, payload, this.context),
    };
  }

  private id(option: Option, payload: Buffer): ChunkId | undefined {
    return option.chunk === undefined ? undefined : chunkId(option.chunk, payload, encodeAck);
  }

  /** `[tag, time, record, option?]`. With a chunk id it becomes a chunk whose one entry is this record. */
  private message(tag: string, items: number): WholeFrame {
    const { reader } = this;
    const from = reader.pos;
    if (items < 3) throw new ForwardError('bad_frame', `a message of ${items} elements: tag, time and record are needed`);
    reader.skip();
    reader.skip();
    const to = reader.pos;
    const option = this.option(items - 3);
    const refusal = refused(option);
    if (refusal !== undefined) return refusal;
    if (option.chunk !== undefined && option.metadata === undefined) {
      return this.entries(tag, entryOf(reader.bytes.subarray(from, to)), option);
    }
    return this.bare(tag, from, option.metadata);
  }

  private bare(tag: string, from: number, metadata: Fields | undefined): WholeFrame {
    const { reader } = this;
    reader.pos = from;
    reader.time();
    if (reader.seconds >= GROUP_END) return { kind: 'message', event: undefined };
    reader.metadata ??= metadata;
    try {
      return { kind: 'message', event: reader.event(tag) };
    } catch (error) {
      if (!(error instanceof MalformedValue)) throw error;
      this.context.count('malformed_entry');
      return { kind: 'message', event: undefined };
    }
  }

  /** The map at `pos` if there are elements left; nil, absent or anything else is no option. */
  private option(rest: number): Option {
    const { reader } = this;
    if (rest < 1) return NO_OPTION;
    const pairs = reader.mapHeader();
    if (pairs < 0) return NO_OPTION;
    const option: { -readonly [K in keyof Option]: Option[K] } = { ...NO_OPTION };
    for (let index = 0; index < pairs; index += 1) this.optionPair(reader.key(), option);
    return option;
  }

  private optionPair(key: string, option: { -readonly [K in keyof Option]: Option[K] }): void {
    const { reader } = this;
    if (key === 'chunk') {
      option.chunk = reader.raw();
      if (option.chunk === undefined) reader.skip();
    } else if (key === 'size') option.size = this.optionNumber();
    else if (key === 'fluent_signal') option.signal = this.optionNumber() ?? 0;
    else if (key === 'metadata') option.metadata = this.optionMetadata();
    else reader.skip();
  }

  private optionNumber(): number | undefined {
    const value = this.reader.value();
    return typeof value === 'number' ? value : undefined;
  }

  private optionMetadata(): Fields | undefined {
    const value = this.reader.value();
    return isFields(value) && Object.keys(value).length > 0 ? value : undefined;
  }

  private ping(): Ping {
    const strings: Buffer[] = [];
    for (let index = 1; index < PING_FIELDS; index += 1) {
      const raw = this.reader.raw();
      if (raw === undefined) throw new ForwardError('bad_ping', `element ${index} of a PING is no string`);
      strings.push(Buffer.from(raw));
    }
    const [hostname, salt, key, username, password] = strings as [Buffer, Buffer, Buffer, Buffer, Buffer];
    return { hostname, salt, sharedKeyDigest: key.toString('latin1'), username, passwordDigest: password.toString('latin1') };
  }
}

/** Time and record of a Message, put into an array of two. */
function entryOf(timeAndRecord: Buffer): Buffer {
  return Buffer.concat([Buffer.of(0x92), timeAndRecord]);
}

function refused(option: Option): Frame | undefined {
  const signal = SIGNALS[option.signal];
  if (signal === undefined) return undefined;
  return {
    kind: 'refused',
    signal,
    reason: `${signal} are not stored here, only logs: send them elsewhere (Fluent Bit: match logs only in this output)`,
  };
}

import type { Event, Fields, Value } from '#libs/record';
import { chunkId, encodeJsonAck } from './chunk-id.js';
import { type EntryContext, EntryReader } from './entry-reader.js';
import { ForwardError } from './errors.js';
import type { ChunkFrame, Frame } from './frame.js';
import { FrameBuffer } from './frame-buffer.js';
import { encodeMessagePack } from './msgpack-writer.js';

/**
 * A connection whose first byte is `{` or `[` speaks JSON: values one after another, with white space between them or not.
 * Only arrays are frames: `[tag, time, record, option?]` and `[tag, [[time, record], ...], option?]`. Acks are JSON too.
 */
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

export class JsonFrames {
  private readonly buffer = new FrameBuffer();
  private batch: Event[] = [];
  private depth = 0;
  private quoted = false;
  private escaped = false;

  constructor(private readonly context: EntryContext) {}

  get pendingBytes(): number {
    return this.buffer.length;
  }

  /** Adds to `frames`; throws ForwardError. */
  push(bytes: Buffer, frames: Frame[]): void {
    try {
      this.scan(bytes, frames);
    } finally {
      this.flush(frames);
    }
  }

  private scan(bytes: Buffer, frames: Frame[]): void {
    let from = 0;
    for (let at = 0; at < bytes.length; at += 1) {
      const before = this.depth;
      this.step(bytes[at] as number);
      if (before === 0 && this.depth === 1) from = at;
      if (before === 1 && this.depth === 0) this.value(bytes, from, at + 1, frames);
    }
    if (this.depth > 0) this.keep(bytes, from, bytes.length);
  }

  private value(bytes: Buffer, from: number, to: number, frames: Frame[]): void {
    this.keep(bytes, this.buffer.length > 0 ? 0 : from, to);
    const text = this.buffer.bytes.toString('utf8', 0, this.buffer.length);
    this.buffer.clear();
    const frame = this.frame(parse(text));
    if (frame === undefined) return;
    if (frame.kind !== 'message') this.flush(frames);
    if (frame.kind === 'message') this.batch.push(frame.event);
    else frames.push(frame);
  }

  private flush(frames: Frame[]): void {
    if (this.batch.length === 0) return;
    frames.push({ kind: 'events', events: this.batch });
    this.batch = [];
  }

  private keep(bytes: Buffer, from: number, to: number): void {
    const limit = this.context.limits.maxFrameBytes;
    if (this.buffer.length + to - from > limit) throw new ForwardError('frame_too_large', `a JSON frame of more than ${limit} bytes`);
    this.buffer.append(bytes, from, to);
  }

  private step(byte: number): void {
    if (this.quoted) return this.stepQuoted(byte);
    if (byte === 0x5b || byte === 0x7b) this.open(byte);
    else if (byte === 0x5d || byte === 0x7d) this.close();
    else if (this.depth === 0 && !isSpace(byte)) throw badJson('something between two frames');
    else if (byte === QUOTE) this.quoted = true;
  }

  private stepQuoted(byte: number): void {
    if (this.escaped) this.escaped = false;
    else if (byte === BACKSLASH) this.escaped = true;
    else if (byte === QUOTE) this.quoted = false;
  }

  private close(): void {
    this.depth -= 1;
    if (this.depth < 0) throw badJson('a bracket closes that was never opened');
  }

  private open(byte: number): void {
    if (this.depth === 0 && byte === 0x7b) throw badJson('only arrays are frames; send JSON objects to the JSON lines port');
    this.depth += 1;
    if (this.depth > this.context.limits.maxNesting)
      throw badJson(`arrays and objects nested more than ${this.context.limits.maxNesting} deep`);
  }

  private frame(value: unknown): ChunkFrame | { kind: 'message'; event: Event } | undefined {
    if (!Array.isArray(value) || typeof value[0] !== 'string' || value.length < 2)
      throw badJson('a frame is [tag, time, record] or [tag, [[time, record], ...]]');
    const [tag, second] = value as [string, Value];
    const grouped = Array.isArray(second);
    const entries = grouped ? second : [[second, value[2] as Value]];
    const option = optionOf(value[grouped ? 2 : 3]);
    const payload = Buffer.concat(entries.map((entry: Value) => encodeMessagePack(entry)));
    const reader = new EntryReader(tag, payload, this.context);
    if (!grouped && option.chunk === undefined) {
      const event = reader.next(1)[0];
      return event === undefined ? undefined : { kind: 'message', event };
    }
    const chunk = option.chunk === undefined ? undefined : chunkId(Buffer.from(option.chunk), payload, encodeJsonAck);
    return { kind: 'chunk', tag, chunk, declaredSize: option.size, payloadBytes: payload.length, entries: reader };
  }
}

function optionOf(value: unknown): { chunk: string | undefined; size: number | undefined } {
  const option = (typeof value === 'object' && value !== null ? value : {}) as Fields;
  return {
    chunk: typeof option.chunk === 'string' ? option.chunk : undefined,
    size: typeof option.size === 'number' ? option.size : undefined,
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badJson(error instanceof Error ? error.message : String(error));
  }
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function badJson(why: string): ForwardError {
  return new ForwardError('bad_json', `a JSON connection with what is no forward frame: ${why}`);
}

import type { Event } from '#libs/record';
import type { EntryContext } from './entry-reader.js';
import { ForwardError } from './errors.js';
import { GROUP_END } from './event-time.js';
import { FieldCache } from './field-cache.js';
import { FrameBuffer } from './frame-buffer.js';
import { FrameReader } from './frame-reader.js';
import { FrameScanner } from './frame-scanner.js';
import type { Frame } from './frame.js';
import { JsonFrames } from './json-frames.js';
import { FORWARD_LIMITS, type ForwardCount, type ForwardLimits } from './limits.js';
import { MessageReader } from './message-reader.js';

/**
 * Fluentd's forward protocol, receiving side (Forward Protocol Specification v1 and what senders made of it since):
 * MessagePack values one after another, without a length in front.
 *
 *   Message        [tag, time, record, option?]              Docker, fluent-logger
 *   Forward        [tag, [[time, record], ...], option?]     Fluent Bit
 *   PackedForward  [tag, str|bin of entries, option?]        Fluentd; the payload may be gzip or zstd
 *   heartbeat      nil
 *   PING           ["PING", ...]                             second step of the handshake
 *
 * A connection whose first byte is `{` or `[` is JSON throughout.
 *
 * Any split of the bytes gives the same events. A frame that lies whole in one piece is read where it lies; one that does
 * not is put together first, and the decoder knows at each moment how many bytes that takes at least, so nothing is
 * scanned or copied twice. Memory: at most the frame limit, doubled while growing, and only for bytes that are there.
 */
export interface ForwardDecoderOptions extends Partial<ForwardLimits> {
  /** Called for what is lost or repaired inside sound frames. */
  readonly count?: (reason: ForwardCount) => void;
  /** Share one among connections to bound it for all of them. */
  readonly cache?: FieldCache;
  /** The first frame must be a PING, and small: nothing else is decoded before it. */
  readonly handshake?: boolean;
}

export class ForwardDecoder {
  private readonly context: EntryContext;
  private readonly scanner = new FrameScanner();
  private readonly buffer = new FrameBuffer();
  private readonly messages: MessageReader;
  private readonly reader: FrameReader;
  private json: JsonFrames | undefined;
  private batch: Event[] = [];
  private pingExpected: boolean;
  private started = false;
  private broken = false;

  constructor(options: ForwardDecoderOptions = {}) {
    const { count = (): void => undefined, cache = new FieldCache(), handshake = false, ...limits } = options;
    this.context = { limits: { ...FORWARD_LIMITS, ...limits }, cache, count };
    this.messages = new MessageReader(this.context);
    this.reader = new FrameReader(this.context);
    this.pingExpected = handshake;
  }

  /** How acks, HELO and PONG must be written on this connection; `chunk.ack` is so already. */
  get encoding(): 'msgpack' | 'json' {
    return this.json === undefined ? 'msgpack' : 'json';
  }

  /** Bytes of a frame that is not whole yet. */
  get pendingBytes(): number {
    return this.json?.pendingBytes ?? this.buffer.length;
  }

  /**
   * Frames in the order they were sent. Never throws for what a sender sent: broken framing is the last frame, and all
   * later bytes are ignored. `bytes` belongs to the frames until their entries are read: do not reuse it.
   */
  push(bytes: Buffer): Frame[] {
    const frames: Frame[] = [];
    if (this.broken || bytes.length === 0) return frames;
    try {
      this.pushAll(bytes, frames);
      this.flush(frames);
    } catch (error) {
      if (!(error instanceof ForwardError)) throw error;
      this.broken = true;
      this.flush(frames);
      this.buffer.release();
      frames.push({ kind: 'broken', error });
    }
    return frames;
  }

  private pushAll(bytes: Buffer, frames: Frame[]): void {
    if (!this.started) this.start(bytes[0] as number);
    if (this.json !== undefined) return this.json.push(bytes, frames);
    let at = this.buffer.length > 0 ? this.resume(bytes, frames) : 0;
    while (at < bytes.length) {
      at = this.pingExpected ? at : this.readMessages(bytes, at);
      if (at < bytes.length) at = this.readFrame(bytes, at, frames);
    }
  }

  private start(first: number): void {
    this.started = true;
    if ((first === 0x7b || first === 0x5b) && !this.pingExpected) this.json = new JsonFrames(this.context);
  }

  /** Takes Messages as long as they are whole and usual; the rest is for `readFrame`. */
  private readMessages(bytes: Buffer, from: number): number {
    const { messages, batch } = this;
    messages.reset(bytes, from, bytes.length);
    for (;;) {
      const event = messages.next();
      if (event === undefined) return messages.pos;
      if (event.seconds < GROUP_END) batch.push(event);
    }
  }

  private readFrame(bytes: Buffer, from: number, frames: Frame[]): number {
    this.scanner.begin(from);
    if (this.scanner.scan(bytes, bytes.length, this.limit)) {
      this.take(bytes, from, this.scanner.at, frames);
      return this.scanner.at;
    }
    this.scanner.rebase();
    this.buffer.append(bytes, from, bytes.length);
    return bytes.length;
  }

  /** Completes the frame in the buffer; where in `bytes` it ends. */
  private resume(bytes: Buffer, frames: Frame[]): number {
    const { buffer, scanner } = this;
    let at = 0;
    while (at < bytes.length) {
      const to = Math.min(bytes.length, at + scanner.missing(buffer.length));
      buffer.append(bytes, at, to);
      at = to;
      if (!scanner.scan(buffer.bytes, buffer.length, this.limit)) continue;
      const last = frames.length;
      const whole = buffer.bytes;
      buffer.clear();
      this.take(whole, 0, scanner.at, frames);
      if (frames.length > last && frames.at(-1)?.kind === 'chunk') buffer.release();
      return at;
    }
    return at;
  }

  private take(bytes: Buffer, from: number, to: number, frames: Frame[]): void {
    const frame = this.reader.read(bytes, from, to);
    if (this.pingExpected && frame.kind !== 'ping' && frame.kind !== 'heartbeat') throw pingExpected();
    if (frame.kind === 'message') {
      if (frame.event !== undefined) this.batch.push(frame.event);
      return;
    }
    if (frame.kind === 'ping') this.pingExpected = false;
    this.flush(frames);
    frames.push(frame);
  }

  private flush(frames: Frame[]): void {
    if (this.batch.length === 0) return;
    frames.push({ kind: 'events', events: this.batch });
    this.batch = [];
  }

  private get limit(): number {
    const { maxHandshakeBytes, maxFrameBytes } = this.context.limits;
    return this.pingExpected ? Math.min(maxHandshakeBytes, maxFrameBytes) : maxFrameBytes;
  }
}

function pingExpected(): ForwardError {
  return new ForwardError(
    'ping_expected',
    'this port is secured and the sender did not begin with PING: give it the shared key, or send to the open forward port (Docker cannot use a shared key)',
  );
}

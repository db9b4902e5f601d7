import type net from 'node:net';
import type { ChunkFrame, ForwardDecoder, ForwardError, Frame, Handshake } from '#libs/protocols/forward';
import type { Event } from '#libs/record';
import type { Pipeline } from '../../pipeline.js';
import type { Conversation, SocketReader } from '../socket-reader.js';
import type { Throttle } from '../throttle.js';

export interface ConversationOptions {
  readonly reader: SocketReader;
  readonly decoder: ForwardDecoder;
  /** On a secured listener: nothing but the handshake is taken until it has succeeded. */
  readonly handshake?: Handshake;
  readonly pipeline: Pipeline;
  readonly throttle?: Throttle;
  readonly onBytes: (bytes: number) => void;
  /** A connection that cannot go on, or a frame that is not stored. */
  readonly onRefused: (reason: string, message: string, peer: string) => void;
}

/** Chunks of one connection that wait for the disk at once; a client that sends on without reading its acks waits then. */
const MAX_UNACKED = 32;
/** Acks that the client does not read: a few hundred of them. Reading stops until it takes them. */
const MAX_UNREAD_ACK_BYTES = 64 * 1024;

/** One connection of the Forward protocol: frames in, appends, acks out in order, each in one write. */
export class ForwardConversation implements Conversation {
  private readonly frames: Frame[] = [];
  private working: Promise<void> | undefined;
  /** Settles when every ack so far was written. */
  private acks: Promise<void> = Promise.resolve();
  /** Settles when everything so far that asks for no ack is stored. */
  private unanswered: Promise<unknown> = Promise.resolve();
  private unacked = 0;
  private over = false;

  constructor(private readonly options: ConversationOptions) {}

  private get socket(): net.Socket {
    return this.options.reader.socket;
  }

  /** Said at once on a secured listener, before the client has sent anything. */
  greet(): void {
    const { handshake } = this.options;
    if (handshake) this.socket.write(handshake.helo());
  }

  read(bytes: Buffer): Promise<void> | undefined {
    if (this.over) return undefined;
    this.options.onBytes(bytes.length);
    for (const frame of this.options.decoder.push(bytes)) {
      if (this.working === undefined && frame.kind === 'events' && !this.options.handshake) this.takeEvents(frame.events, bytes.length);
      else this.frames.push(frame);
    }
    if (this.frames.length > 0 && this.working === undefined) {
      this.working = this.work(bytes.length).finally(() => (this.working = undefined));
    }
    return this.working;
  }

  /** Half a chunk that nobody waits for is a loss as well. */
  get isMidway(): boolean {
    return this.options.decoder.pendingBytes > 0 && !this.over;
  }

  async settled(): Promise<void> {
    await this.working;
    await Promise.all([this.acks, this.unanswered]);
  }

  finish(): Promise<void> {
    return this.settled();
  }

  private async work(bytes: number): Promise<void> {
    for (let frame = this.frames.shift(); frame && !this.over; frame = this.frames.shift()) await this.take(frame, bytes);
    this.frames.length = 0;
    if (this.socket.writableLength > MAX_UNREAD_ACK_BYTES && !this.socket.destroyed) await this.drained();
  }

  private async take(frame: Frame, bytes: number): Promise<void> {
    if (this.options.handshake && frame.kind !== 'heartbeat' && frame.kind !== 'broken' && !this.greeted(frame)) return;
    switch (frame.kind) {
      case 'events':
        this.takeEvents(frame.events, bytes);
        return;
      case 'chunk':
        await this.takeChunk(frame);
        return;
      case 'refused':
        this.options.onRefused(frame.signal, frame.reason, this.options.reader.peer);
        this.giveUp();
        return;
      case 'broken':
        this.broken(frame.error);
        return;
      case 'ping':
      case 'heartbeat':
    }
  }

  /** Whether the client has proved who it is; its PING is answered here. */
  private greeted(frame: Frame): boolean {
    const handshake = this.options.handshake;
    if (!handshake || handshake.done) return true;
    if (frame.kind !== 'ping') {
      this.options.onRefused('handshake', 'events came before the PING of the handshake', this.options.reader.peer);
      this.giveUp();
      return false;
    }
    const answer = handshake.answer(frame.ping);
    this.socket.write(answer.pong);
    if (!answer.ok) {
      this.options.onRefused('handshake', answer.reason, this.options.reader.peer);
      this.giveUp();
    }
    return false;
  }

  private takeEvents(events: Extract<Frame, { kind: 'events' }>['events'], bytes: number): void {
    const { pipeline, throttle } = this.options;
    throttle?.take(events.length, 0);
    this.unanswered = pipeline.append(events, pipeline.arrival('forward'), { bytes, wanted: false }).catch(() => undefined);
  }

  private async takeChunk(frame: ChunkFrame): Promise<void> {
    const { pipeline } = this.options;
    const { chunk, entries, payloadBytes } = frame;
    try {
      await entries.inflate();
    } catch (error) {
      this.broken(error as ForwardError);
      return;
    }
    const append = { bytes: payloadBytes, wanted: chunk !== undefined, ...(chunk ? { chunk: chunk.hash } : {}) };
    const { durable } = await pipeline.appendSliced((max) => this.metered(entries.next(max)), pipeline.arrival('forward'), append);
    if (!chunk) {
      this.unanswered = durable.catch(() => undefined);
      return;
    }
    this.unacked++;
    const before = this.acks;
    this.acks = this.acknowledge(before, durable, chunk.ack);
    if (this.unacked >= MAX_UNACKED) await before;
  }

  private metered(events: Event[]): Event[] {
    this.options.throttle?.take(events.length, 0);
    return events;
  }

  /** Acks keep the order of the chunks. One that failed closes the connection: the client then sends it again. */
  private async acknowledge(before: Promise<void>, durable: Promise<void>, ack: Buffer): Promise<void> {
    try {
      await before;
      await durable;
      if (!this.socket.destroyed && this.socket.writable && !this.over) this.socket.write(ack);
    } catch (error) {
      this.options.onRefused('append_failed', (error as Error).message, this.options.reader.peer);
      this.giveUp();
    } finally {
      this.unacked--;
    }
  }

  private drained(): Promise<void> {
    return new Promise((resolve) => {
      const go = (): void => {
        this.socket.off('drain', go).off('close', go);
        resolve();
      };
      this.socket.on('drain', go).on('close', go);
    });
  }

  private broken(error: ForwardError): void {
    this.options.onRefused(error.code, error.message, this.options.reader.peer);
    this.giveUp();
  }

  private giveUp(): void {
    this.over = true;
    this.frames.length = 0;
    this.options.reader.discard();
  }
}

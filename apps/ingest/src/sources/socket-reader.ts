import type net from 'node:net';
import type { Gate } from '../gate.js';
import type { Connection } from './tcp-listener.js';

/** What a protocol makes of a connection's bytes. */
export interface Conversation {
  /** Takes what was read. A promise means: read no more until it settles. */
  read(bytes: Buffer): Promise<void> | undefined;
  /** The peer has sent its last byte: store the rest. Resolves when all that is owed to the peer was written. */
  finish(): Promise<void>;
}

/** After broken framing the rest is read and thrown away this long: a close with unread bytes would reset the connection. */
const DISCARD_MS = 1_000;
/** A sender that was told to go and has sent nothing for this long has nothing more on the way. */
const IDLE_MS = 250;

/**
 * Reads one socket with back-pressure: nothing is read while the gate is closed or the conversation is busy, so the
 * kernel's buffers fill and the sender waits. The socket is never closed with unread bytes.
 */
export class SocketReader implements Connection {
  private conversation: Conversation | undefined;
  private discarding = false;
  private ending = false;
  private lastRead = 0;

  constructor(
    readonly socket: net.Socket,
    private readonly gate: Gate,
    private readonly now: () => number,
  ) {}

  /** `host:port` of the peer, for logs and reports. */
  get peer(): string {
    return `${this.socket.remoteAddress ?? 'gone'}:${this.socket.remotePort ?? 0}`;
  }

  converse(conversation: Conversation): void {
    this.conversation = conversation;
  }

  open(): void {
    this.socket.on('data', (bytes: Buffer) => this.take(bytes));
    this.socket.on('end', () => void this.finish());
    this.socket.resume();
  }

  async end(deadlineMs: number): Promise<void> {
    if (this.socket.destroyed) return;
    const deadline = this.now() + deadlineMs;
    this.ending = true;
    this.lastRead = this.now();
    const closed = new Promise<void>((resolve) => this.socket.once('close', () => resolve()));
    const timer = setInterval(() => {
      const at = this.now();
      if (at >= deadline || at - this.lastRead >= IDLE_MS) this.socket.destroy();
    }, 50);
    await Promise.race([this.conversation?.finish(), closed]);
    if (!this.socket.destroyed) this.socket.end();
    await closed;
    clearInterval(timer);
  }

  /** Broken framing: nothing more of this connection is understood. */
  discard(): void {
    this.discarding = true;
    this.socket.resume();
    this.socket.end();
    const timer = setTimeout(() => this.socket.destroy(), DISCARD_MS);
    this.socket.once('close', () => clearTimeout(timer));
  }

  private take(bytes: Buffer): void {
    this.lastRead = this.now();
    if (this.discarding) return;
    const busy = this.conversation?.read(bytes);
    if (busy || !this.gate.open) void this.wait(busy);
  }

  private async wait(busy: Promise<void> | undefined): Promise<void> {
    this.socket.pause();
    await busy;
    if (!this.gate.open && !this.discarding) await this.gate.opened();
    this.lastRead = this.now();
    if (!this.socket.destroyed) this.socket.resume();
  }

  private async finish(): Promise<void> {
    if (this.ending) return;
    if (!this.discarding) await this.conversation?.finish();
    this.socket.end();
  }
}

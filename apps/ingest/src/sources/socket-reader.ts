import type net from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Gate } from '../gate.js';
import type { Connection } from './tcp-listener.js';
import type { Throttle } from './throttle.js';

/** What a protocol makes of a connection's bytes. */
export interface Conversation {
  /** Something was begun whose end has not come yet: a frame, a line. */
  readonly isMidway: boolean;
  /** Takes what was read. A promise means: read no more until it settles. */
  read(bytes: Buffer): Promise<void> | undefined;
  /** Resolves when all that was read as a whole is stored, and its answers were written. */
  settled(): Promise<void>;
  /** The peer has sent its last byte: stores the rest as well. */
  finish(): Promise<void>;
}

/** After broken framing the rest is read and thrown away this long: a close with unread bytes would reset the connection. */
const DISCARD_MS = 1_000;
/** At the end: who has been silent for so long has nothing on the way that could still be answered. */
const QUIET_MS = 100;
/** Who never is silent is told to go after this; what it sends then is stored, but can no longer be answered. */
const ANSWER_MS = 1_000;
/** A sender that was told to go and has sent nothing for this long has nothing more on the way. */
const IDLE_MS = 250;
const LOOK_MS = 20;

/** Connections of one address share its limit: each looks again whether it is its turn. */
const MAX_PAUSE_MS = 1_000;

/**
 * Reads one socket with back-pressure: nothing is read while the gate is closed or the conversation is busy, so the
 * kernel's buffers fill and the sender waits. The socket is never closed with unread bytes.
 */
export class SocketReader implements Connection {
  private conversation: Conversation | undefined;
  private discarding = false;
  private ending = false;
  private peerEnded = false;
  /** Reading is held back: silence says nothing about the peer. */
  private holds = 0;
  /** Ends a throttle's pause at once. */
  private release: (() => void) | undefined;
  private lastRead = 0;

  constructor(
    readonly socket: net.Socket,
    private readonly gate: Gate,
    private readonly now: () => number,
    /** None where nothing is limited. */
    private readonly throttle?: Throttle,
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

  /**
   * First what is on its way is read and answered, as after the half-close no answer is possible; then half-close; then
   * what the peer sent before it heard of that is read and stored.
   */
  async end(deadlineMs: number): Promise<void> {
    if (this.socket.destroyed) return;
    this.ending = true;
    this.release?.();
    const began = this.now();
    this.lastRead = began;
    const deadline = began + deadlineMs;
    await this.quiet(QUIET_MS, Math.min(deadline, began + ANSWER_MS));
    await this.within(deadline, this.conversation?.settled());
    if (!this.socket.destroyed) this.socket.end();
    this.lastRead = this.now();
    await this.quiet(IDLE_MS, deadline);
    await this.within(deadline, this.conversation?.finish());
    this.socket.destroy();
  }

  /** Broken framing: nothing more of this connection is understood. */
  discard(): void {
    this.discarding = true;
    this.socket.resume();
    this.socket.end();
    const timer = setTimeout(() => this.socket.destroy(), DISCARD_MS);
    this.socket.once('close', () => clearTimeout(timer));
  }

  /** Resolves when the peer has been silent for `ms` and left nothing half said, has ended, or at the deadline. */
  private async quiet(ms: number, deadline: number): Promise<void> {
    for (;;) {
      if (this.socket.destroyed || this.peerEnded) return;
      const at = this.now();
      const isSilent = this.holds === 0 && at - this.lastRead >= ms && !(this.conversation?.isMidway ?? false);
      if (isSilent || at >= deadline) return;
      await pause(LOOK_MS);
    }
  }

  private async within(deadline: number, done: Promise<void> | undefined): Promise<void> {
    const over = new AbortController();
    const late = pause(Math.max(0, deadline - this.now()), undefined, { signal: over.signal }).catch(() => undefined);
    await Promise.race([done, late]);
    over.abort();
  }

  private take(bytes: Buffer): void {
    this.lastRead = this.now();
    if (this.discarding) return;
    const busy = this.conversation?.read(bytes);
    this.throttle?.take(0, bytes.length);
    if (busy || !this.gate.open || (this.throttle?.waitMs ?? 0) > 0) void this.wait(busy);
  }

  private async wait(busy: Promise<void> | undefined): Promise<void> {
    this.holds++;
    this.socket.pause();
    await busy;
    if (!this.gate.open && !this.discarding) await this.gate.opened();
    if (this.throttle) await this.throttled(this.throttle);
    this.holds--;
    this.lastRead = this.now();
    if (!this.socket.destroyed) this.socket.resume();
  }

  /** Over when the address may send again; at the end nobody waits, as what is on its way would be lost. */
  private async throttled(throttle: Throttle): Promise<void> {
    if (throttle.waitMs > 0 && !this.ending) throttle.onPaused();
    for (let ms = throttle.waitMs; ms > 0 && !this.ending && !this.discarding && !this.socket.destroyed; ms = throttle.waitMs) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(ms, MAX_PAUSE_MS));
        this.release = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.release = undefined;
  }

  private async finish(): Promise<void> {
    this.peerEnded = true;
    if (this.ending) return;
    if (!this.discarding) await this.conversation?.finish();
    this.socket.end();
  }
}

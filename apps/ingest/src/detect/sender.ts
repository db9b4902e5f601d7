/**
 * Signals on their way to the evaluator. Each is kept until a checkpoint holds it, and sent again to every new owner;
 * past the limit detection waits. Nothing here is durable: the ranges in the cursor file are.
 */
import type { Coordination, Queue } from '#libs/coordination';
import { CHANNELS, type OwnerMessage, SIGNALS, type Signal, signalJobId, type WatermarkMessage } from '#libs/rules';
import type { Logger } from '#libs/telemetry';

/** Signals in memory that nobody holds yet: a minute of very busy rules, or days of quiet ones. */
const MAX_UNHELD_BYTES = 16 * 1024 * 1024;
/** Their ranges stand in the cursor file, which is written as a whole. */
const MAX_UNHELD = 1_000;
const LISTEN_AGAIN_MS = 1_000;
/** An owner that has not held a signal after this long may never have got it. */
const AGAIN_MS = 5_000;

interface Unheld {
  readonly signal: Signal;
  readonly bytes: number;
  sentAt: number;
}

export interface SenderOptions {
  readonly coordination: Coordination;
  readonly log: Logger;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Position up to which signals are held, by journal. */
  readonly onHeld: (position: number) => void;
  readonly journal: string;
  /** Default: MAX_UNHELD and MAX_UNHELD_BYTES. */
  readonly limits?: { readonly signals: number; readonly bytes: number };
}

export class Sender {
  private readonly queue: Queue;
  private readonly unheld: Unheld[] = [];
  private bytes = 0;
  private fence: number | undefined;
  private away = false;
  private waiting: (() => void)[] = [];
  private subscription: { close(): Promise<void> } | undefined;
  private opening: Promise<void> | undefined;
  private closed = false;

  constructor(private readonly options: SenderOptions) {
    this.queue = options.coordination.queue(SIGNALS);
  }

  /** Listens to the owner from now on, or as soon as the queues can be used. */
  open(): void {
    this.opening ??= this.listen();
  }

  private async listen(): Promise<void> {
    const { coordination, log } = this.options;
    while (!this.closed) {
      try {
        this.subscription = await coordination.subscribe(CHANNELS.owner, (message) => void this.heard(message as OwnerMessage));
        return;
      } catch (error) {
        log.warn('alerts wait: the queues cannot be used', { reason: (error as Error).message });
        await new Promise((resolve) => setTimeout(resolve, LISTEN_AGAIN_MS));
      }
    }
  }

  get full(): boolean {
    const { signals, bytes } = this.options.limits ?? { signals: MAX_UNHELD, bytes: MAX_UNHELD_BYTES };
    return this.bytes >= bytes || this.unheld.length >= signals;
  }

  /** Signals that no checkpoint holds. */
  get count(): number {
    return this.unheld.length;
  }

  /** Resolves when there may be room; also at every word of the owner. */
  async room(): Promise<void> {
    if (this.full) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  /** The range must be on disk already. */
  async send(signal: Signal): Promise<void> {
    const each: Unheld = { signal, bytes: Buffer.byteLength(JSON.stringify(signal)), sentAt: -Infinity };
    this.unheld.push(each);
    this.bytes += each.bytes;
    await this.add([each]);
  }

  async watermark(message: WatermarkMessage): Promise<void> {
    await this.options.coordination.publish(CHANNELS.watermark, message).catch(() => undefined);
  }

  wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }

  async close(): Promise<void> {
    this.closed = true;
    this.wake();
    await this.opening;
    await this.subscription?.close().catch(() => undefined);
  }

  private async heard({ fence, held }: OwnerMessage): Promise<void> {
    const isNew = fence !== this.fence;
    if (fence < (this.fence ?? 0)) return;
    this.fence = fence;
    const position = held[this.options.journal];
    if (position !== undefined) this.hold(position);
    this.wake();
    const [oldest] = this.unheld;
    if (oldest !== undefined && (isNew || this.options.now() - oldest.sentAt > AGAIN_MS)) await this.add(this.unheld);
  }

  private hold(position: number): void {
    while (this.unheld[0] !== undefined && this.unheld[0].signal.to <= position) this.bytes -= (this.unheld.shift() as Unheld).bytes;
    this.options.onHeld(position);
  }

  /** What cannot be added now goes with the owner's next word. */
  private async add(signals: readonly Unheld[]): Promise<void> {
    const { fence } = this;
    if (fence === undefined) return;
    const now = this.options.now();
    const first = this.unheld[0]?.signal.from;
    for (const each of signals) each.sentAt = now;
    try {
      await this.queue.addAll(signals.map(({ signal }) => ({ id: signalJobId(signal, fence), data: { first, ...signal } })));
      this.away = false;
    } catch (error) {
      for (const each of signals) each.sentAt = -Infinity;
      if (!this.away) this.options.log.warn('alerts wait: signals cannot be queued', { reason: String(error) });
      this.away = true;
    }
  }
}

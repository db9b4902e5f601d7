import type { Context } from './context.js';
import { CoordinationError } from './errors.js';

/** Control messages say "look again", they carry no data: what is larger belongs into a document. */
const MAX_MESSAGE_BYTES = 64 * 1024;

export type Listener = (message: unknown) => void;

/** How messages travel between processes; each kind of server has its own. */
export interface Bus {
  publish(channel: string, text: string): Promise<void>;
  /** `listener` is given every text that comes; one call per channel that anybody here listens to. */
  listen(channel: string, listener: (text: string) => void): Promise<void>;
  unlisten(channel: string): Promise<void>;
  close(): Promise<void>;
}

/** Many listeners of this process on one subscription per channel. */
export class Channels {
  private readonly listeners = new Map<string, Set<Listener>>();

  constructor(
    private readonly bus: Bus,
    private readonly context: Pick<Context, 'log'>,
  ) {}

  async publish(channel: string, message: unknown): Promise<void> {
    const text = JSON.stringify(message) ?? 'null';
    const bytes = Buffer.byteLength(text);
    if (bytes > MAX_MESSAGE_BYTES) {
      const what = `a message for channel "${channel}" has ${bytes} bytes, at most ${MAX_MESSAGE_BYTES} are allowed`;
      throw new CoordinationError('coordination_message', `${what}: put it into a document and publish its name`);
    }
    await this.bus.publish(channel, text).catch((cause: Error) => {
      throw new CoordinationError('coordination_unavailable', `channel "${channel}" cannot be reached: ${cause.message}`, { cause });
    });
  }

  async subscribe(channel: string, listener: Listener): Promise<{ close(): Promise<void> }> {
    // The same function may listen twice: each subscription is one of its own.
    const own: Listener = (message) => listener(message);
    const known = this.listeners.get(channel);
    const listeners = known ?? new Set<Listener>();
    this.listeners.set(channel, listeners.add(own));
    if (known === undefined) await this.listen(channel, listeners);
    return { close: () => this.unsubscribe(channel, own) };
  }

  /** What could not be listened to is asked for anew by the next who subscribes. */
  private async listen(channel: string, listeners: ReadonlySet<Listener>): Promise<void> {
    try {
      await this.bus.listen(channel, (text) => this.deliver(channel, text));
    } catch (error) {
      if (this.listeners.get(channel) === listeners) this.listeners.delete(channel);
      throw error;
    }
  }

  private async unsubscribe(channel: string, listener: Listener): Promise<void> {
    const listeners = this.listeners.get(channel);
    if (!listeners?.delete(listener) || listeners.size > 0) return;
    this.listeners.delete(channel);
    await this.bus.unlisten(channel);
  }

  private deliver(channel: string, text: string): void {
    for (const listener of this.listeners.get(channel) ?? []) {
      try {
        listener(JSON.parse(text));
      } catch (error) {
        this.context.log.error('a listener failed', { channel, reason: (error as Error).message });
      }
    }
  }
}

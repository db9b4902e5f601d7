import type { Bus } from '../bus.js';

/** PGlite is one process by nature, so everybody who listens is here. */
export class LocalBus implements Bus {
  private readonly listeners = new Map<string, (text: string) => void>();

  async publish(channel: string, text: string): Promise<void> {
    // Later, as from any other server: a publisher is never called back before it went on.
    setImmediate(() => this.listeners.get(channel)?.(text));
  }

  async listen(channel: string, listener: (text: string) => void): Promise<void> {
    this.listeners.set(channel, listener);
  }

  async unlisten(channel: string): Promise<void> {
    this.listeners.delete(channel);
  }

  async close(): Promise<void> {
    this.listeners.clear();
  }
}

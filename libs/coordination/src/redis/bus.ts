import type { Redis } from 'ioredis';
import type { Bus } from '../bus.js';

/** PUBLISH and SUBSCRIBE; a connection that subscribes can do nothing else, so it is one of its own. */
export class RedisBus implements Bus {
  private readonly listeners = new Map<string, (text: string) => void>();

  constructor(
    private readonly publisher: Redis,
    private readonly subscriber: Redis,
    private readonly prefix: string,
  ) {
    subscriber.on('message', (key: string, text: string) => this.listeners.get(key)?.(text));
  }

  async publish(channel: string, text: string): Promise<void> {
    await this.publisher.publish(this.keyOf(channel), text);
  }

  async listen(channel: string, listener: (text: string) => void): Promise<void> {
    this.listeners.set(this.keyOf(channel), listener);
    await this.subscriber.subscribe(this.keyOf(channel));
  }

  async unlisten(channel: string): Promise<void> {
    this.listeners.delete(this.keyOf(channel));
    await this.subscriber.unsubscribe(this.keyOf(channel));
  }

  /** After a reconnect: resolves when everything is listened to again. */
  async listenAgain(): Promise<void> {
    if (this.listeners.size > 0) await this.subscriber.subscribe(...this.listeners.keys());
  }

  async close(): Promise<void> {
    this.listeners.clear();
  }

  private keyOf(channel: string): string {
    return `${this.prefix}:channel:${channel}`;
  }
}

import { type Bus, Channels } from './bus.js';
import { silent } from './silent.fixture.js';

/** Refuses to listen while it is away. */
class Wire implements Bus {
  away = true;
  private readonly listeners = new Map<string, (text: string) => void>();

  async publish(channel: string, text: string): Promise<void> {
    this.listeners.get(channel)?.(text);
  }

  async listen(channel: string, listener: (text: string) => void): Promise<void> {
    if (this.away) throw new Error('away');
    this.listeners.set(channel, listener);
  }

  async unlisten(channel: string): Promise<void> {
    this.listeners.delete(channel);
  }

  async close(): Promise<void> {
    this.listeners.clear();
  }
}

describe('Channels', () => {
  it('are listened to after a first try that the server refused', async () => {
    const wire = new Wire();
    const channels = new Channels(wire, { log: silent });
    const heard: unknown[] = [];
    await expect(channels.subscribe('rules', () => heard.push('lost'))).rejects.toThrow('away');
    wire.away = false;
    await channels.subscribe('rules', (message) => heard.push(message));
    await channels.publish('rules', { at: 1 });
    expect(heard).toEqual([{ at: 1 }]);
  });
});

import type { Condition } from '#libs/telemetry';
import { BullJobQueue } from './bullmq/queue.js';
import { Channels } from './bus.js';
import type { Context } from './context.js';
import type { Coordination, Lease, Queue } from './coordination.js';
import { CoordinationError } from './errors.js';
import { takeLease } from './lease.js';
import type { Server } from './server.js';

/** A queue is a part of many keys and rows: the same words that a job id may have. */
const NAME = /^[a-z][A-Za-z0-9._-]{0,63}$/;

export class ServerCoordination implements Coordination {
  private readonly queues = new Map<string, BullJobQueue>();
  private readonly leases = new Set<Lease>();
  private readonly channels: Channels;
  private closing: Promise<void> | undefined;

  constructor(
    private readonly server: Server,
    private readonly context: Context,
  ) {
    this.channels = new Channels(server.bus, context);
  }

  queue(name: string): Queue {
    this.check(name);
    const known = this.queues.get(name);
    if (known !== undefined) return known;
    const queue = new BullJobQueue(name, this.server.engine, this.context);
    this.queues.set(name, queue);
    return queue;
  }

  async lease(name: string, signal: AbortSignal): Promise<Lease> {
    this.check(name);
    const lease = await takeLease(name, signal, { store: this.server.leases, channels: this.channels, context: this.context });
    this.leases.add(lease);
    return lease;
  }

  async publish(channel: string, message: unknown): Promise<void> {
    this.check(channel);
    await this.channels.publish(channel, message);
  }

  async subscribe(channel: string, listener: (message: unknown) => void): Promise<{ close(): Promise<void> }> {
    this.check(channel);
    return this.channels.subscribe(channel, listener);
  }

  onReconnect(listener: () => void): void {
    this.server.onReconnect(listener);
  }

  health(): Promise<Condition> {
    return this.server.health();
  }

  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  /** Workers are closed by who made them, before. */
  private async end(): Promise<void> {
    await Promise.all([...this.leases].map((lease) => lease.release()));
    await Promise.all([...this.queues.values()].map((queue) => queue.close().catch(() => undefined)));
    await this.server.bus.close();
    await this.server.close();
  }

  private check(name: string): void {
    if (this.closing !== undefined) throw new CoordinationError('coordination_closed', `coordination is closed: "${name}" cannot be used`);
    if (!NAME.test(name)) {
      const what = `a queue, lease or channel cannot be called ${JSON.stringify(name)}`;
      throw new CoordinationError('coordination_settings', `${what}: use letters, digits, ".", "_" and "-", a small letter first`);
    }
  }
}

import { createRedisBackend } from 'bullmq';
import { Redis, type RedisOptions as ClientOptions } from 'ioredis';
import type { Condition } from '#libs/telemetry';
import type { Context } from '../context.js';
import { CoordinationError } from '../errors.js';
import type { Engine } from '../bullmq/engine.js';
import type { Server } from '../server.js';
import { RedisBus } from './bus.js';
import { RedisLeaseStore } from './lease-store.js';
import { checkSettings } from './settings.js';

export interface RedisOptions {
  readonly kind: 'redis';
  /** `redis://user:password@host:6379/0`, `rediss://` for TLS. */
  readonly url: string;
  /** Of every key. In braces, so that a cluster keeps all of them on one node. */
  readonly prefix?: string;
  /** False only for tests: what a Redis without an append-only file holds is gone when it restarts. */
  readonly requireAppendOnly?: boolean;
  /** How long the start waits for a server that is not there yet. */
  readonly connectMs?: number;
}

const PREFIX = '{logweir}';
const CONNECT_MS = 10_000;
/** After it is back, everything works again within this time and a bit. */
const LONGEST_RETRY_MS = 1_000;
/** A server that hangs is a server that is away. */
const ANSWER_MS = 5_000;

export class RedisServer implements Server {
  readonly engine: Engine;
  readonly leases: RedisLeaseStore;
  readonly bus: RedisBus;
  private readonly reconnected: (() => void)[] = [];
  private readonly where: string;

  private constructor(
    private readonly clients: Clients,
    private readonly ending: AbortController,
    prefix: string,
    context: Context,
  ) {
    const { sender, waiter, subscriber } = clients;
    this.where = whereOf(sender);
    this.leases = new RedisLeaseStore(sender, prefix);
    this.bus = new RedisBus(sender, subscriber, prefix);
    this.engine = {
      prefix,
      producer: (name, opts, extra) => createRedisBackend(name, { ...opts, connection: sender }, extra),
      worker: (name, opts, extra) => createRedisBackend(name, { ...opts, connection: waiter }, extra),
      away: () => (sender.status === 'ready' ? undefined : `${this.where} is away`),
    };
    this.watch(context);
  }

  /** Throws `CoordinationError` when it is not there in time, or has settings that lose jobs. */
  static async open(options: RedisOptions, context: Context): Promise<RedisServer> {
    const ending = new AbortController();
    const clients = connect(options.url, ending.signal);
    try {
      await started(clients, options.connectMs ?? CONNECT_MS);
      await checkSettings(clients.sender, options.requireAppendOnly ?? true, context.log);
      return new RedisServer(clients, ending, options.prefix ?? PREFIX, context);
    } catch (error) {
      ending.abort();
      for (const client of Object.values(clients)) client.disconnect();
      throw error;
    }
  }

  onReconnect(listener: () => void): void {
    this.reconnected.push(listener);
  }

  async health(): Promise<Condition> {
    const advice = `${this.where} does not answer: look whether it runs and can be reached`;
    return this.clients.sender.ping().then(
      () => ({ ok: true, reason: '' }),
      (error: Error) => ({ ok: false, reason: `${advice} (${error.message})` }),
    );
  }

  async close(): Promise<void> {
    this.ending.abort();
    for (const client of Object.values(this.clients)) client.disconnect();
  }

  private watch({ log }: Context): void {
    const { subscriber } = this.clients;
    let away = false;
    subscriber.on('close', () => {
      if (!away && !this.closed) log.warn('Redis is away', { address: this.where });
      away = true;
    });
    subscriber.on('ready', () => {
      if (!away) return;
      away = false;
      log.info('Redis is back', { address: this.where });
      this.bus.listenAgain().then(
        () => this.reconnected.forEach((listener) => listener()),
        (error: Error) => log.warn('control messages cannot be subscribed again', { reason: error.message }),
      );
    });
  }

  private get closed(): boolean {
    return this.clients.subscriber.status === 'end';
  }
}

interface Clients {
  /** Fails at once while the server is away. */
  readonly sender: Redis;
  /** Of workers: what they ask waits until the server is back. */
  readonly waiter: Redis;
  readonly subscriber: Redis;
}

function connect(url: string, ending: AbortSignal): Clients {
  const open = (options: Pick<ClientOptions, 'enableOfflineQueue' | 'maxRetriesPerRequest' | 'commandTimeout'>): Redis => {
    const client = new Redis(url, {
      ...options,
      lazyConnect: true,
      connectTimeout: ANSWER_MS,
      // BullMQ makes copies for its blocking calls: they have this function too, and must end with the rest.
      retryStrategy: (times) => (ending.aborted ? null : Math.min(50 * 2 ** Math.min(times, 10), LONGEST_RETRY_MS)),
    });
    // Every failed attempt is one; `close` and `ready` say the same once.
    client.on('error', () => undefined);
    return client;
  };
  return {
    sender: open({ enableOfflineQueue: false, maxRetriesPerRequest: 0, commandTimeout: ANSWER_MS }),
    waiter: open({ maxRetriesPerRequest: null }),
    subscriber: open({ maxRetriesPerRequest: null }),
  };
}

async function started(clients: Clients, connectMs: number): Promise<void> {
  let reason = 'no answer';
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const what = `${whereOf(clients.sender)} cannot be reached within ${connectMs} ms (${reason})`;
      reject(new CoordinationError('coordination_unavailable', `${what}: start it, or correct its URL`));
    }, connectMs);
  });
  const all = Object.values(clients).map((client: Redis) => {
    client.on('error', (error: Error) => (reason = error.message));
    // It goes on trying after a first refusal, so only `ready` counts.
    client.connect().catch(() => undefined);
    return new Promise((resolve) => client.once('ready', resolve));
  });
  try {
    await Promise.race([Promise.all(all), late]);
  } finally {
    clearTimeout(timer);
  }
}

function whereOf({ options }: Redis): string {
  return `Redis at ${options.host}:${options.port}`;
}

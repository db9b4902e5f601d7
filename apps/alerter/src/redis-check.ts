import { Redis } from 'ioredis';
import type { Condition } from '#libs/telemetry';

/** A Redis that is alive answers PING in milliseconds; well below the limit of the readiness probe itself. */
const ANSWER_MS = 900;
/** How long the other side may take to close its end before the socket is destroyed. */
const CLOSE_MS = 500;
/** Between tries to connect again, so that a Redis that comes back is seen within seconds. */
const RECONNECT_MS = 1_000;

/** Keeps one connection and asks whether it answers. */
export class RedisCheck {
  private readonly client: Redis;
  private readonly address: string;
  private lastError = 'not connected yet';

  constructor(url: string) {
    this.address = withoutSecrets(url);
    this.client = new Redis(url, {
      connectTimeout: ANSWER_MS,
      commandTimeout: ANSWER_MS,
      disconnectTimeout: CLOSE_MS,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      retryStrategy: () => RECONNECT_MS,
    });
    this.client.on('error', (error: NodeJS.ErrnoException) => {
      this.lastError = error.code ?? error.message;
    });
  }

  async look(): Promise<Condition> {
    if (this.client.status !== 'ready') return this.away(this.lastError);
    try {
      await this.client.ping();
      return { ok: true, reason: '' };
    } catch (error) {
      return this.away(error instanceof Error ? error.message : String(error));
    }
  }

  close(): void {
    this.client.disconnect();
  }

  private away(why: string): Condition {
    return { ok: false, reason: `Redis at ${this.address} does not answer (${why}): start it, or change LOGWEIR_REDIS_URL` };
  }
}

function withoutSecrets(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  return parsed === undefined ? 'the given address' : `${parsed.protocol}//${parsed.host}`;
}

import { setTimeout as wait } from 'node:timers/promises';
import type { Client, Pool, PoolClient } from 'pg';
import type { Bus } from '../bus.js';
import type { Context } from '../context.js';

/**
 * NOTIFY on one PostgreSQL channel for all of ours. The payload is `<channel>\n<text>`, or `<channel>\n#<row>` with the text in
 * a table, because NOTIFY carries less than 8 000 bytes. JSON never begins with a number sign.
 */
const CHANNEL = 'logweir';
const MAX_PAYLOAD_BYTES = 7_900;
/** Who listens reads a row at once; one that was away does not want it any more. */
const KEEP = "interval '1 minute'";
const RETRY_MS = 500;

export class NotifyBus implements Bus {
  private readonly listeners = new Map<string, (text: string) => void>();
  private readonly reconnected: (() => void)[] = [];
  private client: PoolClient | undefined;
  private closed = false;
  /** Rows are read one after the other, so that long messages do not come late. */
  private order: Promise<void> = Promise.resolve();

  constructor(
    private readonly pool: Pool,
    private readonly context: Context,
  ) {}

  async start(): Promise<void> {
    const client = await this.pool.connect();
    client.on('notification', ({ payload = '' }) => {
      this.order = this.order.then(() => this.receive(payload)).catch((error: Error) => this.report(error));
    });
    client.once('error', (error) => void this.recover(client, error));
    await client.query(`LISTEN ${CHANNEL}`);
    this.client = client;
  }

  onReconnect(listener: () => void): void {
    this.reconnected.push(listener);
  }

  async publish(channel: string, text: string): Promise<void> {
    const payload = `${channel}\n${text}`;
    if (Buffer.byteLength(payload) <= MAX_PAYLOAD_BYTES) {
      await this.pool.query('SELECT pg_notify($1, $2)', [CHANNEL, payload]);
      return;
    }
    const row = `WITH row AS (INSERT INTO logweir.message (text) VALUES ($3) RETURNING id) SELECT pg_notify($1, $2 || '#' || id) FROM row`;
    await this.pool.query(row, [CHANNEL, `${channel}\n`, text]);
    await this.pool.query(`DELETE FROM logweir.message WHERE at < now() - ${KEEP}`);
  }

  async listen(channel: string, listener: (text: string) => void): Promise<void> {
    this.listeners.set(channel, listener);
  }

  async unlisten(channel: string): Promise<void> {
    this.listeners.delete(channel);
  }

  async close(): Promise<void> {
    this.closed = true;
    this.client?.release(true);
  }

  private async receive(payload: string): Promise<void> {
    const end = payload.indexOf('\n');
    const channel = payload.slice(0, end);
    const text = payload.slice(end + 1);
    if (!this.listeners.has(channel)) return;
    const whole = text.startsWith('#') ? await this.read(text.slice(1)) : text;
    if (whole !== undefined) this.listeners.get(channel)?.(whole);
  }

  private async read(id: string): Promise<string | undefined> {
    const { rows } = await this.pool.query<{ text: string }>('SELECT text FROM logweir.message WHERE id = $1', [id]);
    return rows[0]?.text;
  }

  private async recover(client: Client | PoolClient, error: Error): Promise<void> {
    if ('release' in client) client.release(true);
    this.client = undefined;
    if (this.closed) return;
    this.context.log.warn('PostgreSQL is away', { reason: error.message });
    while (!this.closed) {
      try {
        await this.start();
        this.context.log.info('PostgreSQL is back');
        for (const listener of this.reconnected) listener();
        return;
      } catch {
        await wait(RETRY_MS);
      }
    }
  }

  private report(error: Error): void {
    this.context.log.warn('a control message cannot be read', { reason: error.message });
  }
}

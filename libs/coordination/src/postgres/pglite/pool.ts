import { EventEmitter } from 'node:events';
import type { PgPool, PgPoolClient, PgQueryResult } from 'bullmq';
import type { Logger } from '#libs/telemetry';
import type { Pglite } from './pglite.js';
import { Turns } from './turns.js';

/**
 * What BullMQ wants of a `pg` pool, over the one session of PGlite: transactions of different clients must not mix, and
 * LISTEN has to go through PGlite's own call, because notifications come there only.
 */
const COMMENTS = /--[^\n]*|\/\*[\s\S]*?\*\//g;
const LISTEN = /^(LISTEN|UNLISTEN)\s+"?([A-Za-z_][A-Za-z0-9_]*|\*)"?;?$/i;

/** There is no autovacuum without processes: dead rows of finished jobs would pile up. It takes 20 to 100 ms. */
const VACUUM = 'VACUUM bullmq.job, bullmq.event, logweir.lease';
const VACUUM_EVERY_STATEMENTS = 10_000;

export class PglitePool extends EventEmitter implements PgPool {
  private readonly turns = new Turns();
  private readonly clients = new Set<PgliteClient>();
  private readonly listened = new Set<string>();
  private statements = 0;

  constructor(
    private readonly pglite: Pglite,
    private readonly log: Logger,
  ) {
    super();
    this.setMaxListeners(0);
    pglite.onNotification((channel, payload) => {
      for (const client of this.clients) client.hear(channel, payload);
    });
  }

  async query<Row>(text: string, params: readonly unknown[] = []): Promise<PgQueryResult<Row>> {
    const end = await this.turns.take();
    try {
      return await this.run<Row>(text, params);
    } finally {
      void this.vacuum().finally(end);
    }
  }

  async connect(): Promise<PgPoolClient> {
    const client = new PgliteClient(this, this.turns, () => this.clients.delete(client));
    this.clients.add(client);
    return client;
  }

  async end(): Promise<void> {}

  async run<Row>(text: string, params: readonly unknown[]): Promise<PgQueryResult<Row>> {
    this.statements++;
    const { rows, rowCount } = await this.pglite.call({ call: 'query', text, params });
    return { rows: rows as Row[], rowCount };
  }

  private async vacuum(): Promise<void> {
    if (this.statements < VACUUM_EVERY_STATEMENTS) return;
    this.statements = 0;
    await this.run(VACUUM, []).catch((error: Error) => this.log.warn('the queue database cannot be cleaned', { reason: error.message }));
  }

  /** Once for all clients: PGlite counts its listeners, not ours. */
  async listen(channel: string): Promise<void> {
    if (this.listened.has(channel)) return;
    await this.pglite.call({ call: 'listen', channel });
    this.listened.add(channel);
  }
}

class PgliteClient extends EventEmitter implements PgPoolClient {
  private readonly channels = new Set<string>();
  private endTurn: (() => void) | undefined;

  constructor(
    private readonly pool: PglitePool,
    private readonly turns: Turns,
    private readonly gone: () => void,
  ) {
    super();
    this.setMaxListeners(0);
  }

  async query<Row>(text: string, params: readonly unknown[] = []): Promise<PgQueryResult<Row>> {
    const statement = text.replace(COMMENTS, '').trim();
    const [, verb, channel] = LISTEN.exec(statement) ?? [];
    if (verb !== undefined && channel !== undefined) return this.subscribe(verb, channel);
    if (this.endTurn === undefined && /^BEGIN\b/i.test(statement)) this.endTurn = await this.turns.take();
    if (this.endTurn === undefined) return this.pool.query<Row>(text, params);
    try {
      return await this.pool.run<Row>(text, params);
    } finally {
      if (/^(COMMIT|ROLLBACK|END)\b/i.test(statement)) this.leave();
    }
  }

  hear(channel: string, payload: string): void {
    if (this.channels.has(channel)) this.emit('notification', { channel, payload });
  }

  release(): void {
    this.gone();
    this.channels.clear();
    if (this.endTurn !== undefined) void this.query('ROLLBACK').catch(() => undefined);
  }

  private async subscribe<Row>(verb: string, channel: string): Promise<PgQueryResult<Row>> {
    if (verb.toUpperCase() === 'LISTEN') {
      const end = this.endTurn === undefined ? await this.turns.take() : undefined;
      await this.pool.listen(channel.toLowerCase()).finally(end);
      this.channels.add(channel.toLowerCase());
    } else if (channel === '*') this.channels.clear();
    else this.channels.delete(channel.toLowerCase());
    return { rows: [], rowCount: 0 };
  }

  private leave(): void {
    this.endTurn?.();
    this.endTurn = undefined;
  }
}

import { createPostgresBackend, type PgPool } from 'bullmq';
import type { Condition } from '#libs/telemetry';
import type { Engine } from '../bullmq/engine.js';
import type { Bus } from '../bus.js';
import type { Server } from '../server.js';
import { PostgresLeaseStore } from './lease-store.js';

interface Parts {
  readonly pool: PgPool;
  readonly bus: Bus;
  /** Why nothing can be sent now. */
  readonly away: () => string | undefined;
  readonly onReconnect: (listener: () => void) => void;
  readonly close: () => Promise<void>;
}

/** What a PostgreSQL server and PGlite have in common: everything but the way to them. */
export class PostgresServer implements Server {
  readonly engine: Engine;
  readonly leases: PostgresLeaseStore;
  readonly bus: Bus;

  constructor(private readonly parts: Parts) {
    const { pool, bus, away } = parts;
    this.bus = bus;
    this.leases = new PostgresLeaseStore(pool);
    const create: Engine['producer'] = (name, opts, extra) => createPostgresBackend(name, { ...opts, connection: pool }, extra);
    this.engine = { prefix: 'logweir', producer: create, worker: create, away };
  }

  onReconnect(listener: () => void): void {
    this.parts.onReconnect(listener);
  }

  async health(): Promise<Condition> {
    return this.parts.pool.query('SELECT 1').then(
      () => ({ ok: true, reason: '' }),
      (error: Error) => ({ ok: false, reason: `the queue's database does not answer: look whether it runs (${error.message})` }),
    );
  }

  close(): Promise<void> {
    return this.parts.close();
  }
}

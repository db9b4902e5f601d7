import { runMigrations, type PgPool } from 'bullmq';
import { Pool } from 'pg';
import type { Context } from '../context.js';
import { CoordinationError } from '../errors.js';
import { NotifyBus } from './notify-bus.js';
import { PostgresServer } from './postgres-server.js';
import { MIGRATION } from './schema.js';

export interface PostgresOptions {
  readonly kind: 'postgres';
  /** `postgres://user:password@host:5432/database` */
  readonly url: string;
}

/** Each worker keeps one connection for LISTEN, the bus another; the rest are for queries. */
const CONNECTIONS = 20;
const CONNECT_MS = 10_000;
const ANSWER_MS = 10_000;

export async function openPostgres({ url }: PostgresOptions, context: Context): Promise<PostgresServer> {
  const pool = new Pool({
    connectionString: url,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: ANSWER_MS,
    keepAlive: true,
    options: '-c search_path=bullmq,public',
  });
  // Every worker listens to its errors.
  pool.setMaxListeners(0);
  // A connection that nobody uses broke: the next query opens another.
  pool.on('error', (error) => context.log.debug('a connection to PostgreSQL broke', { reason: error.message }));
  const bus = new NotifyBus(pool, context);
  try {
    await migrate(pool);
    await bus.start();
  } catch (error) {
    await pool.end();
    const { host, port } = new URL(url);
    const where = `PostgreSQL at ${host || 'its socket'}${port ? '' : ' (port 5432)'}`;
    const what = `${where} cannot be used (${(error as Error).message})`;
    throw new CoordinationError('coordination_unavailable', `${what}: start it, or correct its URL, user and rights`, { cause: error });
  }
  return new PostgresServer({
    // It is one, only the overloads of `on` are written down in another way.
    pool: pool as unknown as PgPool,
    bus,
    away: () => undefined,
    onReconnect: (listener) => bus.onReconnect(listener),
    close: () => pool.end(),
  });
}

async function migrate(pool: Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await runMigrations(client, 'bullmq', {});
    await client.query(MIGRATION);
  } finally {
    client.release();
  }
}

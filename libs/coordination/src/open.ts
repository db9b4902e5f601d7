import { performance } from 'node:perf_hooks';
import type { Logger } from '#libs/telemetry';
import type { Context } from './context.js';
import type { Coordination } from './coordination.js';
import type { PgliteOptions } from './postgres/open-pglite.js';
import type { PostgresOptions } from './postgres/open-postgres.js';
import type { RedisOptions } from './redis/redis-server.js';
import type { Server } from './server.js';

export type CoordinationOptions = RedisOptions | PostgresOptions | PgliteOptions;

export interface CoordinationContext {
  readonly log: Logger;
  /** Wall clock in milliseconds. */
  readonly now: () => number;
  readonly monotonic?: () => number;
}

/** Resolves when the server answers and may be used; throws `CoordinationError` that says what to change. */
export async function openCoordination(options: CoordinationOptions, { log, now, monotonic }: CoordinationContext): Promise<Coordination> {
  const context: Context = { log, now, monotonic: monotonic ?? (() => performance.now()) };
  const { ServerCoordination } = await import('./server-coordination.js');
  return new ServerCoordination(await open(options, context), context);
}

/** Loaded when they are needed: the code of queues and their servers is a quarter of the heap that every collection looks at. */
async function open(options: CoordinationOptions, context: Context): Promise<Server> {
  switch (options.kind) {
    case 'redis':
      return (await import('./redis/redis-server.js')).RedisServer.open(options, context);
    case 'postgres':
      return (await import('./postgres/open-postgres.js')).openPostgres(options, context);
    case 'pglite':
      return (await import('./postgres/open-pglite.js')).openPglite(options, context);
  }
}

import { performance } from 'node:perf_hooks';
import type { Logger } from '#libs/telemetry';
import type { Context } from './context.js';
import type { Coordination } from './coordination.js';
import { openPglite, type PgliteOptions } from './postgres/open-pglite.js';
import { openPostgres, type PostgresOptions } from './postgres/open-postgres.js';
import { RedisServer, type RedisOptions } from './redis/redis-server.js';
import type { Server } from './server.js';
import { ServerCoordination } from './server-coordination.js';

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
  return new ServerCoordination(await open(options, context), context);
}

function open(options: CoordinationOptions, context: Context): Promise<Server> {
  switch (options.kind) {
    case 'redis':
      return RedisServer.open(options, context);
    case 'postgres':
      return openPostgres(options, context);
    case 'pglite':
      return openPglite(options, context);
  }
}

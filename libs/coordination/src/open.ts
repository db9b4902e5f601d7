import { performance } from 'node:perf_hooks';
import type { Logger } from '#libs/telemetry';
import type { Context } from './context.js';
import type { Coordination } from './coordination.js';
import { RedisServer, type RedisOptions } from './redis/redis-server.js';
import type { Server } from './server.js';
import { ServerCoordination } from './server-coordination.js';

export type CoordinationOptions = RedisOptions;

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
  return RedisServer.open(options, context);
}

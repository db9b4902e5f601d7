import type { Server } from 'node:http';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { RunningService } from '#libs/service';
import { Readiness } from '#libs/telemetry';
import { AlerterModule } from './alerter.module.js';
import { RedisCheck } from './redis-check.js';

/** Where it answers for its health is the address of the API: in a container of its own nothing else is there. */
export interface AlerterSettings {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Where the work is handed out between processes; none when there is only this one. */
  readonly redisUrl?: string;
}

/** Listens when it resolves. Says whether it could work; rules to work on come with the alert store. */
export async function startAlerter(settings: AlerterSettings): Promise<RunningService> {
  const readiness = new Readiness();
  const redis = settings.redisUrl === undefined ? undefined : new RedisCheck(settings.redisUrl);
  if (redis !== undefined) readiness.add('redis', () => redis.look());
  const app = await NestFactory.create<NestExpressApplication>(AlerterModule.register(readiness), {
    bodyParser: false,
    logger: false,
    abortOnError: false,
    forceCloseConnections: true,
  });
  app.disable('x-powered-by');
  const close = async (): Promise<void> => {
    redis?.close();
    await app.close();
  };
  try {
    await app.listen(settings.port, settings.host);
  } catch (error) {
    await close();
    throw new Error(`LOGWEIR_API_PORT: cannot listen on ${settings.host}:${settings.port}: ${(error as Error).message}`, {
      cause: error,
    });
  }
  const server: Server = app.getHttpServer();
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : settings.port;
  return { addresses: { alerter: `http://${settings.host}:${port}` }, close };
}

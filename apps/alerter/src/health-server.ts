import type { Server } from 'node:http';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Metrics, Readiness } from '#libs/telemetry';
import { AlerterModule } from './alerter.module.js';

/** Where it answers for its health is the address of the API: in a container of its own nothing else is there. */
export interface HealthServerOptions {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly readiness: Readiness;
  readonly metrics: Metrics;
}

export interface RunningHealthServer {
  readonly address: string;
  close(): Promise<void>;
}

/** /healthz, /readyz and /metrics of an alerter on its own. Listens when it resolves. */
export async function startHealthServer({ host, port, readiness, metrics }: HealthServerOptions): Promise<RunningHealthServer> {
  const app = await NestFactory.create<NestExpressApplication>(AlerterModule.register(readiness, metrics), {
    bodyParser: false,
    logger: false,
    abortOnError: false,
    forceCloseConnections: true,
  });
  app.disable('x-powered-by');
  try {
    await app.listen(port, host);
  } catch (error) {
    await app.close();
    throw new Error(`LOGWEIR_API_PORT: cannot listen on ${host}:${port}: ${(error as Error).message}`, { cause: error });
  }
  const server: Server = app.getHttpServer();
  const bound = server.address();
  const open = typeof bound === 'object' && bound !== null ? bound.port : port;
  return { address: `http://${host}:${open}`, close: () => app.close() };
}

import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StandardSchemaValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import type { Readiness } from '#libs/telemetry';
import type { ApiParts, ApiSettings } from './api-parts.js';
import { ApiModule } from './api.module.js';
import { ApiDocument } from './docs/api-document.js';
import { ErrorFilter } from './error.filter.js';
import { exceptionFactory } from './parameters.js';
import { answerHeaders } from './security/answer-headers.js';
import { limitConnections } from './security/connection-limits.js';
import { webGuard } from './security/web-guard.js';

/** A fixed dead letter is the largest body: one record, which intake itself bounds at 1 MiB. */
const MAX_BODY_BYTES = 2 * 1024 * 1024;
/** How long a close waits for answers under way. */
const CLOSE_GRACE_MS = 5_000;

export interface RunningApi {
  /** With the real port, `http://127.0.0.1:4280`. */
  readonly address: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Listens when it resolves; rejects with an error that names the setting when it cannot. */
export async function startApi(parts: ApiParts): Promise<RunningApi> {
  const app = await NestFactory.create<NestExpressApplication>(ApiModule.register(parts), {
    bodyParser: false,
    logger: false,
    abortOnError: false,
  });
  const server: Server = app.getHttpServer();
  const port = (): number => portOf(server);
  app.disable('x-powered-by');
  app.use(letGo(parts.readiness), answerHeaders, webGuard({ host: parts.settings.host, allowedHosts: parts.settings.allowedHosts, port }));
  app.useBodyParser('json', { limit: MAX_BODY_BYTES });
  app.useGlobalPipes(new StandardSchemaValidationPipe({ exceptionFactory }));
  app.useGlobalFilters(new ErrorFilter(parts.logger));
  limitConnections(server);
  app.get(ApiDocument).describe(app);
  await listen(app, parts.settings);
  return { address: `http://${urlHost(parts.settings.host)}:${port()}`, port: port(), close: () => close(app, server) };
}

/** Whoever keeps a connection to a process that is about to end makes a new one, which a balancer gives to another. */
function letGo(readiness: Readiness) {
  return (_request: Request, response: Response, next: NextFunction): void => {
    if (readiness.draining) response.set('connection', 'close');
    next();
  };
}

async function listen(app: NestExpressApplication, { host, port }: ApiSettings): Promise<void> {
  try {
    await app.listen(port, host);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === 'EADDRINUSE' ? 'another program listens there already: stop it, or choose another port' : message;
    throw new Error(`LOGWEIR_API_PORT: cannot listen on ${urlHost(host)}:${port}: ${reason}`, { cause: error });
  }
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

async function close(app: NestExpressApplication, server: Server): Promise<void> {
  const deadline = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
  try {
    await app.close();
  } finally {
    clearTimeout(deadline);
  }
}

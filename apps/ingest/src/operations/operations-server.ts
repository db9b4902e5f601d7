import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import { fromForeignPage } from '../sources/intake/page-guard.js';
import { doorError } from '../sources/source.js';
import { DeadLettersController } from './dead-letters.controller.js';
import { ErrorFilter, RequestError } from './error.filter.js';
import { HealthController } from './health.controller.js';
import { OperationsParts } from './operations-parts.js';

/** A corrected dead letter is the largest body: one record. */
const MAX_BODY_BYTES = 2 * 1024 * 1024;

@Module({})
class OperationsModule {
  static register(parts: OperationsParts): DynamicModule {
    return {
      module: OperationsModule,
      controllers: [HealthController, DeadLettersController],
      providers: [{ provide: OperationsParts, useValue: parts }],
    };
  }
}

export interface RunningOperations {
  readonly address: string;
  close(): Promise<void>;
}

/** Health, metrics and dead letters of an ingest that runs alone, where the hub would have its API. */
export async function startOperations(parts: OperationsParts): Promise<RunningOperations> {
  const { host, port } = parts;
  const app = await NestFactory.create<NestExpressApplication>(OperationsModule.register(parts), {
    bodyParser: false,
    logger: false,
    abortOnError: false,
    forceCloseConnections: true,
  });
  app.disable('x-powered-by');
  app.use(guard(parts));
  app.useBodyParser('json', { limit: MAX_BODY_BYTES });
  app.useGlobalFilters(new ErrorFilter());
  await app.listen(port, host).catch(async (error: unknown) => {
    await app.close();
    throw doorError(error, 'LOGWEIR_API_PORT', `${host}:${port}`);
  });
  const server: Server = app.getHttpServer();
  const bound = (server.address() as AddressInfo).port;
  return { address: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`, close: () => app.close() };
}

function guard({ host, allowedHosts }: OperationsParts) {
  return (request: Request, response: Response, next: NextFunction): void => {
    response.set('x-content-type-options', 'nosniff');
    const called = request.headers.host ?? '';
    const ours = allowedHosts.includes(called) && request.headers.origin === undefined;
    const foreign = !ours && fromForeignPage(request.headers, host);
    next(foreign ? new RequestError(403, 'foreign_page', 'a web page of another origin may not call this') : undefined);
  };
}

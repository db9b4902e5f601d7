import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StandardSchemaValidationPipe } from '@nestjs/common';
import { NestFactory, Reflector } from '@nestjs/core';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import { createLimitedServer, type LimitedServer, listen, TlsFiles, urlHost } from '#libs/http';
import type { Readiness } from '#libs/telemetry';
import { ApiParts } from './api-parts.js';
import { ApiModule } from './api.module.js';
import { ApiDocument } from './docs/api-document.js';
import { ErrorFilter } from './error.filter.js';
import { exceptionFactory } from './parameters.js';
import { AuditInterceptor } from './security/audit.interceptor.js';
import { frontDoor } from './security/front-door.js';
import { RoleGuard } from './security/needs.js';

/** A fixed dead letter is the largest body: one record, which intake itself bounds at 1 MiB. */
const MAX_BODY_BYTES = 2 * 1024 * 1024;
/** Browsers, a dashboard and scrapers at once, and what five nodes send to a hundred tails; each connection costs a few tens of KiB. */
const MAX_CONNECTIONS = 1_024;
/** Longer than the usual 60 s of proxies would race with them; shorter costs a handshake now and then. */
const KEEP_ALIVE_MS = 65_000;
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
  const { settings, access, logger, metrics } = parts;
  const tls = TlsFiles.open(settings, { prefix: 'LOGWEIR_API', log: logger });
  const adapter = new LimitedAdapter((listener) =>
    createLimitedServer(
      {
        maxConnections: MAX_CONNECTIONS,
        requestTimeoutMs: settings.requestTimeout,
        keepAliveMs: KEEP_ALIVE_MS,
        connectionsPerAddress: access.limits.connectionsPerAddress,
      },
      tls,
      listener,
    ),
  );
  const options = { bodyParser: false, logger: false, abortOnError: false } as const;
  const app = await NestFactory.create<NestExpressApplication>(ApiModule.register(parts), adapter, options);
  const server: Server = app.getHttpServer();
  app.disable('x-powered-by');
  app.use(letGo(parts.readiness));
  // Before the front door: the secret of a tail is no key, and its stream is no JSON.
  app.use((request: Request, response: Response, next: NextFunction) => {
    if (parts.tailStreams?.receive(request, response) !== true) next();
  });
  app.use(
    frontDoor({
      ...settings,
      port: () => portOf(server),
      overTls: tls !== undefined,
      doorkeeper: access.doorkeeper(settings.host),
      isOneTooMany: (request) => adapter.limited?.isOneTooMany(request.socket) ?? false,
      onRefused: (code) => metrics.accessRefused.inc({ code }),
    }),
  );
  app.useBodyParser('json', { limit: MAX_BODY_BYTES });
  app.useGlobalPipes(new StandardSchemaValidationPipe({ exceptionFactory }));
  app.useGlobalFilters(new ErrorFilter(logger));
  app.useGlobalGuards(new RoleGuard(new Reflector(), parts));
  app.useGlobalInterceptors(new AuditInterceptor(new Reflector(), parts));
  app.get(ApiDocument).describe(app);
  await app.init();
  const port = await listen(server, settings, 'LOGWEIR_API_PORT');
  return { address: `${tls ? 'https' : 'http'}://${urlHost(settings.host)}:${port}`, port, close: () => close(app, server) };
}

/** Whoever keeps a connection to a process that is about to end makes a new one, which a balancer gives to another. */
function letGo(readiness: Readiness) {
  return (_request: Request, response: Response, next: NextFunction): void => {
    if (readiness.draining) response.set('connection', 'close');
    next();
  };
}

/** Express over a server of ours. */
class LimitedAdapter extends ExpressAdapter {
  limited: LimitedServer | undefined;

  constructor(private readonly open: (listener: RequestListener) => LimitedServer) {
    super();
  }

  override initHttpServer(): void {
    this.limited = this.open(this.getInstance<RequestListener>());
    this.setHttpServer(this.limited.server);
  }
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function close(app: NestExpressApplication, server: Server): Promise<void> {
  const deadline = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
  try {
    await app.close();
  } finally {
    clearTimeout(deadline);
  }
}

import type { Settings } from '#libs/config';
import { Alerting, Closing, Endpoints, type RunningService } from '#libs/service';
import { openDocumentCopy, openStore } from '#libs/store';
import { JsonLogger, type Logger, Metrics, Readiness } from '#libs/telemetry';
import { startApi } from './api-server.js';

export interface AloneOptions {
  readonly settings: Settings;
  /** Where the process's own log goes, one JSON object a line. */
  readonly write: (line: string) => void;
  /** Wall clock, milliseconds since the epoch. */
  readonly now: () => number;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The API as a process of its own, over an Elasticsearch that others write to. */
export async function startAlone(options: AloneOptions): Promise<RunningService> {
  if (options.settings.store.kind === 'duckdb') {
    throw new Error(
      'the API cannot run alone with duckdb, whose files belong to the process that writes them: run npm start (apps/hub), or set LOGWEIR_STORE_KIND=elasticsearch',
    );
  }
  const closing = new Closing();
  try {
    return { addresses: { api: await open(options, closing) }, close: () => closing.close() };
  } catch (error) {
    await closing.close();
    throw error;
  }
}

async function open({ settings, write, now, env }: AloneOptions, closing: Closing): Promise<string> {
  const logger = new JsonLogger({ level: settings.log.level, write, now });
  const metrics = new Metrics();
  metrics.collectProcess();
  const log = (level: 'info' | 'warn' | 'error', message: string): void => logger[level](message);
  const opened = await openStore(settings, { now, random: Math.random, log, count: (event) => metrics.storeEvents.inc({ event }) });
  closing.add('store', opened.close);
  const { store } = opened;
  const readiness = new Readiness();
  metrics.watch(readiness);
  readiness.add('store', () => store.health());
  const alerts = settings.redis.url === '' ? undefined : await openAlerts({ settings, write, now, env }, { logger, readiness, closing });
  const api = await startApi({ settings: settings.api, reader: store, readiness, metrics, logger, now, ...alerts });
  closing.add('api', () => api.close());
  alerts?.endpoints.keepOff({ api: api.address });
  return api.address;
}

interface AroundAlerts {
  readonly logger: Logger;
  readonly readiness: Readiness;
  readonly closing: Closing;
}

async function openAlerts({ settings, now, env }: AloneOptions, { logger, readiness, closing }: AroundAlerts) {
  const copy = openDocumentCopy(settings);
  if (copy !== undefined) closing.add('copy', () => copy.close());
  const alerting = await Alerting.open({ settings, env, log: logger, readiness, now, ...(copy && { copy }) });
  closing.add('alerting', () => alerting.close());
  const endpoints = new Endpoints({ ...settings.alerts, routing: alerting.routing, env, now });
  closing.add('endpoints', () => endpoints.close());
  return { alerting, endpoints };
}

import type { Settings } from '#libs/config';
import { Closing, type RunningService } from '#libs/service';
import { openStore } from '#libs/store';
import { JsonLogger, Metrics, Readiness } from '#libs/telemetry';
import { startApi } from './api-server.js';

export interface AloneOptions {
  readonly settings: Settings;
  /** Where the process's own log goes, one JSON object a line. */
  readonly write: (line: string) => void;
  /** Wall clock, milliseconds since the epoch. */
  readonly now: () => number;
}

/** The API as a process of its own, over an Elasticsearch that others write to. */
export async function startAlone({ settings, write, now }: AloneOptions): Promise<RunningService> {
  if (settings.store.kind === 'duckdb') {
    throw new Error(
      'the API cannot run alone with duckdb, whose files belong to the process that writes them: run npm start (apps/hub), or set LOGWEIR_STORE_KIND=elasticsearch',
    );
  }
  const logger = new JsonLogger({ level: settings.log.level, write, now });
  const metrics = new Metrics();
  metrics.collectProcess();
  const log = (level: 'info' | 'warn' | 'error', message: string): void => logger[level](message);
  const opened = await openStore(settings, { now, random: Math.random, log, count: (event) => metrics.storeEvents.inc({ event }) });
  const closing = new Closing();
  closing.add('store', opened.close);
  const { store } = opened;
  const readiness = new Readiness();
  readiness.add('store', () => store.health());
  try {
    const api = await startApi({ settings: settings.api, reader: store, readiness, metrics, logger, now });
    closing.add('api', () => api.close());
    return { addresses: { api: api.address }, close: () => closing.close() };
  } catch (error) {
    await closing.close();
    throw error;
  }
}

import type { Settings } from '#libs/config';
import { Alerting, Closing, Endpoints, prepareDataFolder, type RunningService } from '#libs/service';
import { openDocumentCopy, openStore } from '#libs/store';
import { JsonLogger, Metrics, Readiness } from '#libs/telemetry';
import { startAlerter } from '../../alerter/src/alerter.js';
import { startApi } from '../../api/src/api-server.js';
import { startIngest } from '../../ingest/src/ingest.module.js';

export interface HubOptions {
  readonly settings: Settings;
  /** Where the process's own log goes, one JSON object a line. */
  readonly write: (line: string) => void;
  /** Wall clock, milliseconds since the epoch. */
  readonly now: () => number;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Ingest, alerter and API in one process over one store. What has started is closed again when something after it cannot start. */
export async function startHub(options: HubOptions): Promise<RunningService> {
  const closing = new Closing();
  try {
    return { addresses: await open(options, closing), close: () => closing.close() };
  } catch (error) {
    await closing.close();
    throw error;
  }
}

async function open({ settings, write, now, env }: HubOptions, closing: Closing): Promise<Record<string, string>> {
  prepareDataFolder(settings.data.dir);
  const logger = new JsonLogger({ level: settings.log.level, write, now });
  const metrics = new Metrics();
  metrics.collectProcess();
  const readiness = new Readiness();
  metrics.watch(readiness);

  const log = (level: 'info' | 'warn' | 'error', message: string): void => logger[level](message);
  const opened = await openStore(settings, { now, random: Math.random, log, count: (event) => metrics.storeEvents.inc({ event }) });
  closing.add('store', opened.close);
  const { store } = opened;
  readiness.add('store', () => store.health());

  const copy = openDocumentCopy(settings);
  if (copy !== undefined) closing.add('copy', () => copy.close());
  const alerting = await Alerting.open({ settings, env, log: logger, readiness, now, ...(copy && { copy }) });
  closing.add('alerting', () => alerting.close());

  const ingest = await startIngest({ settings, store, metrics, logger, readiness, now, alerting });
  closing.add('ingest', () => ingest.close());

  const endpoints = new Endpoints({ ...settings.alerts, routing: alerting.routing, env, now });
  closing.add('endpoints', () => endpoints.close());
  const { deadLetters } = ingest;
  const api = await startApi({ settings: settings.api, reader: store, readiness, metrics, logger, now, deadLetters, alerting, endpoints });
  closing.add('api', () => api.close());
  const addresses = { ...ingest.addresses, api: api.address };
  endpoints.keepOff(addresses);

  const alerter = await startAlerter({ settings, alerting, endpoints, metrics, log: logger, now });
  closing.add('alerter', () => alerter.close());
  return addresses;
}

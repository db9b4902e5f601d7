import type { Settings } from '#libs/config';
import { Alerting, Closing, Endpoints, type RunningService } from '#libs/service';
import { openDocumentCopy } from '#libs/store';
import { JsonLogger, Metrics, Readiness } from '#libs/telemetry';
import { startAlerter } from './alerter.js';
import { startHealthServer } from './health-server.js';

export interface AloneOptions {
  readonly settings: Settings;
  /** Where the process's own log goes, one JSON object a line. */
  readonly write: (line: string) => void;
  /** Wall clock, milliseconds since the epoch. */
  readonly now: () => number;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The alerter as a process of its own: with others of its kind over one Redis, one of them evaluates, all deliver. */
export async function startAlone(options: AloneOptions): Promise<RunningService> {
  if (options.settings.redis.url === '') {
    throw new Error(
      'the alerter cannot run alone without a Redis that it shares with ingest: set LOGWEIR_REDIS_URL, or run npm start (apps/hub)',
    );
  }
  const closing = new Closing();
  try {
    return { addresses: await open(options, closing), close: () => closing.close() };
  } catch (error) {
    await closing.close();
    throw error;
  }
}

async function open({ settings, write, now, env }: AloneOptions, closing: Closing): Promise<Record<string, string>> {
  const log = new JsonLogger({ level: settings.log.level, write, now });
  const metrics = new Metrics();
  metrics.collectProcess();
  const readiness = new Readiness();
  metrics.watch(readiness);
  const copy = openDocumentCopy(settings);
  if (copy !== undefined) closing.add('copy', () => copy.close());
  const alerting = await Alerting.open({ settings, env, log, readiness, now, ...(copy === undefined ? {} : { copy }) });
  closing.add('alerting', () => alerting.close());
  const health = await startHealthServer({ ...settings.api, readiness, metrics });
  closing.add('health', () => health.close());
  const endpoints = new Endpoints({ ...settings.alerts, routing: alerting.routing, env, now });
  closing.add('endpoints', () => endpoints.close());
  endpoints.keepOff({ alerter: health.address });
  const alerter = await startAlerter({ settings, alerting, endpoints, metrics, log, now });
  closing.add('alerter', () => alerter.close());
  return { alerter: health.address };
}

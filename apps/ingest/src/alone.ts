import type { Settings } from '#libs/config';
import { Alerting, Closing, prepareDataFolder, type RunningService } from '#libs/service';
import { openDocumentCopy, openStore } from '#libs/store';
import { JsonLogger, Metrics, Readiness } from '#libs/telemetry';
import { startIngest } from './ingest.module.js';
import { startOperations } from './operations/operations-server.js';

export interface AloneOptions {
  readonly settings: Settings;
  /** Where the process's own log goes, one JSON object a line. */
  readonly write: (line: string) => void;
  /** Wall clock, milliseconds since the epoch. */
  readonly now: () => number;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Ingest as a process of its own: the doors, and what is needed to look after it. With duckdb it owns the files. */
export async function startAlone(options: AloneOptions): Promise<RunningService> {
  const closing = new Closing();
  try {
    return { addresses: await open(options, closing), close: () => closing.close() };
  } catch (error) {
    await closing.close();
    throw error;
  }
}

async function open({ settings, write, now, env }: AloneOptions, closing: Closing): Promise<Record<string, string>> {
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
  // Alone, nobody would take the signals: the alerter is another process, and Redis is where they meet.
  const isShared = settings.redis.url !== '';
  const alerting = isShared ? await Alerting.open({ settings, env, log: logger, readiness, now, ...(copy && { copy }) }) : undefined;
  if (alerting !== undefined) closing.add('alerting', () => alerting.close());

  const ingest = await startIngest({ settings, store, metrics, logger, readiness, now, ...(alerting && { alerting }) });
  closing.add('ingest', () => ingest.close());

  const operations = await startOperations({ ...settings.api, readiness, metrics, deadLetters: ingest.deadLetters });
  closing.add('operations', () => operations.close());
  return { ...ingest.addresses, operations: operations.address };
}

import type { Settings } from '#libs/config';
import { DiscoverLinks } from '#libs/kibana';
import { type LogStore, openDocumentCopy, openStore } from '#libs/store';
import { JsonLogger, type Logger, Metrics, Readiness } from '#libs/telemetry';
import { Access } from './access.js';
import { Alerting } from './alerting.js';
import { Closing } from './closing.js';
import { Endpoints } from './endpoints.js';
import type { RunningService } from './run-service.js';

export interface PartsOptions {
  readonly settings: Settings;
  /** Where the process's own log goes, one JSON object a line. */
  readonly write: (line: string) => void;
  /** Wall clock, milliseconds since the epoch. */
  readonly now: () => number;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** `open` opens what the process is made of and gives its addresses. What was opened is closed again when a thing after it cannot. */
export async function startParts(options: PartsOptions, open: (parts: Parts) => Promise<Record<string, string>>): Promise<RunningService> {
  const parts = new Parts(options);
  try {
    const addresses = await open(parts);
    const { delay: delayMs, timeout: timeoutMs } = options.settings.shutdown;
    return { addresses, shutdown: { delayMs, timeoutMs }, drain: () => parts.readiness.drain(), close: () => parts.close() };
  } catch (error) {
    await parts.close();
    throw error;
  }
}

/** What every process has, and what more than one of them opens: each in one way, closed in reverse order. */
export class Parts {
  readonly settings: Settings;
  readonly now: () => number;
  readonly logger: Logger;
  readonly metrics = new Metrics();
  readonly readiness = new Readiness();
  private readonly env: PartsOptions['env'];
  private readonly closing = new Closing();

  constructor({ settings, write, now, env }: PartsOptions) {
    this.settings = settings;
    this.now = now;
    this.env = env;
    this.logger = new JsonLogger({ level: settings.log.level, write, now });
    this.metrics.collectProcess();
    this.metrics.watch(this.readiness);
  }

  /** Opens a thing that is closed with the process. */
  async open<T extends { close(): Promise<void> | void }>(name: string, opening: Promise<T> | T): Promise<T> {
    const opened = await opening;
    this.closing.add(name, () => opened.close());
    return opened;
  }

  async openStore(): Promise<LogStore> {
    const { logger, metrics, now } = this;
    const log = (level: 'info' | 'warn' | 'error', message: string): void => logger[level](message);
    const count = (event: string): void => metrics.storeEvents.inc({ event });
    const { store } = await this.open('store', openStore(this.settings, { now, random: Math.random, log, count }));
    this.readiness.add('store', () => store.health());
    return store;
  }

  async openAlerting(): Promise<Alerting> {
    const { settings, env, now, readiness, logger } = this;
    const copy = openDocumentCopy(settings);
    if (copy !== undefined) await this.open('copy', copy);
    const alerting = await this.open('alerting', Alerting.open({ settings, env, log: logger, readiness, now, ...(copy && { copy }) }));
    this.metrics.atScrape(() => {
      const { rules, silences, routing } = alerting;
      this.metrics.alertRules.set(rules.all.filter(({ enabled }) => enabled).length);
      this.metrics.alertSilences.set(silences.all.length);
      this.metrics.alertReceivers.set(routing.allReceivers.length);
    });
    return alerting;
  }

  /** Keys and audit records: on the server of `alerting` when that is shared, else in the data folder. */
  openAccess(alerting?: Alerting): Promise<Access> {
    const { settings, now, logger: log, metrics } = this;
    return this.open('access', Access.open({ settings, log, metrics, now, ...(alerting && { alerting }) }));
  }

  /** Where `alerting` may send to. Tell it the process's own addresses when they are known. */
  openEndpoints({ routing }: Alerting): Promise<Endpoints> {
    const { settings, env, now } = this;
    const { url } = settings.kibana;
    const kibana = url === '' ? undefined : new DiscoverLinks(url);
    return this.open('endpoints', new Endpoints({ ...settings.alerts, routing, env, now, ...(kibana && { kibana }) }));
  }

  close(): Promise<void> {
    return this.closing.close();
  }
}

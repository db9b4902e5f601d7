/**
 * Looks after alerts: rule files, the evaluator (while this process owns it) and the delivery of what it decided. Starts
 * to work when there is something to look after, so that who has no rule pays for none of it.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Settings } from '#libs/config';
import { type Alerting, Closing, type Endpoints } from '#libs/service';
import type { Logger, Metrics } from '#libs/telemetry';
import { alertsOfRules } from './alerts-of-rules.js';
import { Deadman } from './deadman.js';
import { Delivery } from './delivery.js';
import { Gauges } from './gauges.js';
import { OUTBOX } from './outbox.js';
import { Owner } from './owner.js';
import { tellReceiverProblems } from './receiver-problems.js';
import { RuleFiles } from './rule-files.js';
import { serveTerm } from './session.js';

/** Asked so often whether there is something to look after. */
const LOOK_MS = 500;
const AGAIN_MS = 1_000;
/** What is on its way to a receiver may arrive; the rest is in the outbox. */
const DELIVERY_DEADLINE_MS = 2_000;

export interface AlerterOptions {
  readonly settings: Settings;
  readonly alerting: Alerting;
  readonly endpoints: Endpoints;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Wall clock, milliseconds since the epoch. */
  readonly now: () => number;
}

export interface RunningAlerter {
  close(): Promise<void>;
}

export async function openAlerter(options: AlerterOptions): Promise<RunningAlerter> {
  const { settings, alerting, endpoints, metrics, log } = options;
  const files = new RuleFiles({ folder: settings.alerts.rules, rules: alerting.rules, metrics, log });
  await files.start();
  const stop = new AbortController();
  const closing = new Closing();
  closing.add('rule files', () => files.close());
  closing.add('receiver problems', tellReceiverProblems(alerting, endpoints, log));
  const running = begin(options, closing, stop.signal);
  return {
    close: async () => {
      stop.abort();
      await running;
      await closing.close();
    },
  };
}

async function begin(options: AlerterOptions, closing: Closing, signal: AbortSignal): Promise<void> {
  const { alerting, endpoints, metrics, log, now, settings } = options;
  if (!(await needed(alerting, signal))) return;
  const delivery = new Delivery({ alerting, endpoints, metrics, log, wall: now, random: Math.random });
  const end = await untilStarted(() => delivery.start(), log, signal);
  if (end === undefined) return;
  closing.add('delivery', () => end(DELIVERY_DEADLINE_MS));
  const alertOf = alertsOfRules({ rule: (name) => alerting.rules.get(name), externalUrl: endpoints.externalUrl });
  const session = { alerting, alertOf, metrics, gauges: new Gauges(metrics, now), log, wall: now };
  const owner = new Owner({ alerting, metrics, log, serve: (lease, stopped) => serveTerm(session, lease, stopped) });
  owner.start();
  closing.add('owner', () => owner.close());
  const deadman = new Deadman({ ...settings.alerts, isAlive: () => owner.isAlive, log });
  deadman.start();
  closing.add('dead man', () => deadman.close());
}

/** False when the end came first. */
async function needed(alerting: Alerting, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    if (await isNeeded(alerting).catch(() => alerting.isShared)) return true;
    await pause(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
  return false;
}

async function isNeeded({ isShared, rules, coordination, checkpoint }: Alerting): Promise<boolean> {
  if (isShared || rules.all.length > 0 || coordination.isOpen) return true;
  return (await checkpoint.read('alert/')).size > 0 || (await checkpoint.read(OUTBOX)).size > 0;
}

async function untilStarted<T>(start: () => Promise<T>, log: Logger, signal: AbortSignal): Promise<T | undefined> {
  while (!signal.aborted) {
    try {
      return await start();
    } catch (error) {
      log.error('alerts cannot be delivered yet', { reason: (error as Error).message });
      await pause(AGAIN_MS, undefined, { signal }).catch(() => undefined);
    }
  }
  return undefined;
}

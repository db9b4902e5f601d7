/** What ingest counts, as a person would scrape it. */
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../support/eventually.js';
import type { Stage } from './stage.js';

export const POLL_MS = 50;
/** Some faults show after a time-out only, and on a busy machine later. */
export const SHOWN_WITHIN_MS = 20_000;
/** The longest wait of the store's back-off, and time to catch up. */
const DRAIN_TIMEOUT_MS = 120_000;

export interface Figures {
  readonly stored: number;
  readonly journal: number;
  readonly balanced: boolean;
}

/** Asked again when a busy machine gives no answer in time. */
export async function figures(stage: Stage): Promise<Figures> {
  const metrics = await eventually(() => stage.metrics(), SHOWN_WITHIN_MS);
  const of = (name: string): number => metrics.get(`logweir_${name}`) ?? 0;
  const settled = ['stored', 'joined', 'duplicate', 'dead_lettered', 'dropped'].reduce((sum, name) => sum + of(`records_${name}_total`), 0);
  const journal = of('journal_records');
  return { stored: of('records_stored_total'), journal, balanced: of('records_in_total') === settled + journal };
}

/** The moment at which it held, as `performance.now()`. */
export async function until(stage: Stage, holds: (now: Figures) => boolean): Promise<number> {
  const deadline = performance.now() + DRAIN_TIMEOUT_MS;
  for (;;) {
    const now = await figures(stage);
    if (holds(now)) return performance.now();
    if (performance.now() > deadline)
      throw new Error(`not stored in time: ${JSON.stringify(now)}; the end of the log:\n${stage.log.slice(-2_000)}`);
    await pause(POLL_MS);
  }
}

import type { Settings } from '#libs/config';
import { examineStore } from '#libs/store';
import { examineAlertFiles } from './alert-files.js';
import { examineDataFolder } from './data-folder.js';
import { findingsOf, type Finding } from './finding.js';
import { examineMachine } from './machine.js';
import { examineQueues } from './queues.js';
import { examineRunning } from './running.js';

export interface DoctorOptions {
  readonly settings: Settings;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Wall clock, milliseconds since the epoch. */
  readonly now: () => number;
  /** As `process.version`. */
  readonly nodeVersion: string;
}

/** A part that does not answer within it is told so. */
const PART_MS = 20_000;

/** Looks at every part, with the settings that Logweir would have here. Reads only: it may run beside a running one. */
export async function examine({ settings, env, now, nodeVersion }: DoctorOptions): Promise<Finding[]> {
  const parts: Readonly<Record<string, () => Promise<readonly Finding[]>>> = {
    machine: () => examineMachine(settings, nodeVersion),
    'data folder': () => examineDataFolder(settings),
    process: () => examineRunning(settings),
    store: () => examineRecords(settings, now),
    queues: () => examineQueues(settings, now),
    alerts: () => examineAlertFiles({ settings: settings.alerts, env }),
  };
  return (await Promise.all(Object.entries(parts).map(([part, look]) => guarded(part, look)))).flat();
}

/** No part keeps the others from being told. */
async function guarded(part: string, look: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  let timer: NodeJS.Timeout | undefined;
  const found = findingsOf(part);
  const late = new Promise<readonly Finding[]>((resolve) => {
    timer = setTimeout(
      () => resolve([found.fail(`no answer within ${PART_MS / 1000} s`, 'see whether its server runs and can be reached')]),
      PART_MS,
    );
  });
  try {
    return await Promise.race([look(), late]);
  } catch (error) {
    return [found.fail((error as Error).message, 'look at the log of Logweir')];
  } finally {
    clearTimeout(timer);
  }
}

async function examineRecords(settings: Settings, now: () => number): Promise<readonly Finding[]> {
  const { kind } = settings.store;
  const found = findingsOf(kind);
  if (kind === 'duckdb') return [found.ok('built in, its files are in the data folder')];
  const remarks = await examineStore(settings, now);
  return remarks.map(({ verdict, says, advice }) => (verdict === 'ok' ? found.ok(says) : found[verdict](says, advice)));
}

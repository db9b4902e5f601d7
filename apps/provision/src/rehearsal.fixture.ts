import { loadSettings } from '#libs/config';
import { Patience } from './patience.js';
import type { ProvisionOptions } from './provision-elasticsearch.js';

export interface Rehearsal {
  /** Lines of progress. */
  readonly said: string;
  /** Why it ended; empty when all was done. */
  readonly error: string;
}

/** One run of provisioning in this process, with these settings and a clock that only waiting moves. */
export async function rehearse(
  run: (options: ProvisionOptions) => Promise<void>,
  env: Readonly<Record<string, string>>,
): Promise<Rehearsal> {
  const settings = loadSettings({ env: { LOGWEIR_STORE_KIND: 'elasticsearch', ...env }, readFile: () => undefined });
  const lines: string[] = [];
  const say = (line: string): void => void lines.push(line);
  let nowMs = Date.UTC(2026, 10, 21);
  const now = (): number => nowMs;
  const wait = async (ms: number): Promise<void> => void (nowMs += ms);
  const patience = new Patience({ timeoutMs: settings.provision.timeout, now, wait, say });
  const error = await run({ settings, patience, say, now }).then(
    () => '',
    (reason: unknown) => (reason as Error).message,
  );
  return { said: lines.map((line) => `${line}\n`).join(''), error };
}

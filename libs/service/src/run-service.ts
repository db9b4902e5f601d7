import { setTimeout as pause } from 'node:timers/promises';
import { startLine } from './start-line.js';

/** A process between its start line and its end. */
export interface RunningService {
  /** Name → URL, with the real ports. */
  readonly addresses: Readonly<Record<string, string>>;
  readonly shutdown: Shutdown;
  /** `/readyz` says from now on that nothing new should come; what comes is still taken. */
  drain(): void;
  close(): Promise<void>;
}

export interface Shutdown {
  /** Between `drain` and `close`: how long balancers need to notice. */
  readonly delayMs: number;
  /** How long `close` may take; what is not closed until then is what a restart recovers. */
  readonly timeoutMs: number;
}

/** What is used of `process`. */
export interface ServiceHost {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  on(signal: Signal, listener: () => void): unknown;
  exit(code: number): void;
  /** Seconds since the process began. */
  uptime(): number;
}

type Signal = 'SIGTERM' | 'SIGINT';

/**
 * The life of a process: starts, prints one line, waits for SIGTERM or SIGINT, tells balancers, closes and exits with 0.
 * A start that fails or a close that does not end exits with 1 and says why; a second signal exits at once. SIGINT comes
 * from a person at a keyboard, for whom no balancer has to be told.
 */
export async function runService(host: ServiceHost, start: () => Promise<RunningService>): Promise<void> {
  const asked = firstSignal(host);
  try {
    const service = await start();
    host.stdout.write(`${startLine(service.addresses, host.uptime())}\n`);
    const signal = await asked;
    service.drain();
    if (signal === 'SIGTERM') await pause(service.shutdown.delayMs);
    await withDeadline(service.close(), service.shutdown.timeoutMs);
    host.exit(0);
  } catch (error) {
    host.stderr.write(`${describe(error)}\n`);
    host.exit(1);
  }
}

function firstSignal(host: ServiceHost): Promise<Signal> {
  let signals = 0;
  return new Promise((resolve) => {
    const listen = (signal: Signal): void => {
      host.on(signal, () => {
        signals++;
        if (signals > 1) host.exit(1);
        resolve(signal);
      });
    };
    listen('SIGTERM');
    listen('SIGINT');
  });
}

async function withDeadline(closing: Promise<void>, deadlineMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not everything closed within ${deadlineMs} ms; the next start recovers it`)), deadlineMs);
  });
  try {
    await Promise.race([closing, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Errors that name what to do stand for themselves; a bug needs its stack. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const bug = error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError;
  return bug ? (error.stack ?? error.message) : error.message;
}

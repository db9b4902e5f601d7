import { startLine } from './start-line.js';

/** A process between its start line and its end. */
export interface RunningService {
  /** Name → URL, with the real ports. */
  readonly addresses: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** What is used of `process`. */
export interface ServiceHost {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  on(signal: 'SIGTERM' | 'SIGINT', listener: () => void): unknown;
  exit(code: number): void;
  /** Seconds since the process began. */
  uptime(): number;
}

/** Docker kills 10 s after its SIGTERM; what is not closed until then is what a restart recovers. */
const CLOSE_DEADLINE_MS = 9_000;

/**
 * The life of a process: starts, prints one line, waits for SIGTERM or SIGINT, closes and exits with 0. A start that
 * fails or a close that does not end exits with 1 and says why; a second signal exits at once.
 */
export async function runService(host: ServiceHost, start: () => Promise<RunningService>, deadlineMs = CLOSE_DEADLINE_MS): Promise<void> {
  const asked = firstSignal(host);
  try {
    const service = await start();
    host.stdout.write(`${startLine(service.addresses, host.uptime())}\n`);
    await asked;
    await withDeadline(service.close(), deadlineMs);
    host.exit(0);
  } catch (error) {
    host.stderr.write(`${describe(error)}\n`);
    host.exit(1);
  }
}

function firstSignal(host: ServiceHost): Promise<void> {
  let signals = 0;
  return new Promise((resolve) => {
    const listener = (): void => {
      signals++;
      if (signals > 1) host.exit(1);
      resolve();
    };
    host.on('SIGTERM', listener);
    host.on('SIGINT', listener);
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

import { Import } from './import.js';
import { readOptions, USAGE, UsageError, type ImportOptions } from './options.js';
import { showProgress, summary } from './report.js';

const WRONG_OPTIONS = 2;
const UNREADABLE = 3;
const INTERRUPTED = 130;

async function run(options: ImportOptions): Promise<number> {
  const interrupted = new AbortController();
  const interrupt = (): void => {
    if (interrupted.signal.aborted) process.exit(INTERRUPTED);
    interrupted.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  const say = (message: string): void => void process.stderr.write(`${message}\n`);
  let endProgress = (): void => undefined;
  const work = new Import({
    options,
    now: Date.now,
    signal: interrupted.signal,
    say,
    onStart: (view) => (endProgress = showProgress(view, process.stderr, () => performance.now())),
  });
  const result = await work.run().finally(() => endProgress());
  process.stdout.write(summary(result, options.dryRun));
  if (result.interrupted) return INTERRUPTED;
  return result.troubles.length > 0 ? UNREADABLE : 0;
}

try {
  process.exitCode = process.argv.includes('--help')
    ? (process.stdout.write(USAGE), 0)
    : await run(readOptions(process.argv.slice(2), process.env, Date.now()));
} catch (error) {
  const isUsage = error instanceof UsageError;
  process.stderr.write(`${(error as Error).message}${isUsage ? '\n--help tells the options' : ''}\n`);
  process.exitCode = isUsage ? WRONG_OPTIONS : 1;
}

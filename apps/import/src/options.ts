import { parseArgs } from 'node:util';
import { parseTime } from '#libs/query';

export const USAGE = `Sends log files that are there already to a running hub, each line once.

  npm run import -- [options] <files or folders>

  Docker's own logs:  npm run import -- /var/lib/docker/containers
  plain files:        npm run import -- --service shop --time-zone Europe/Berlin /var/log/shop

  --to <host:port>         forward door of the hub (127.0.0.1:24224)
  --state <file>           what was imported so far (logweir-import.state); keep it between runs
  --dry-run                read and count only
  --since, --until <time>  only lines of this time: 2026-11-20T00:00:00Z, now-2d
  --service <name>         service.name of the records (containers have their own)
  --container <name>       container.name of plain files
  --time-zone <zone>       of times in plain files that tell none (UTC)
  --tag <tag>              forward tag (import)
  --retention-days <days>  older lines are left out: the hub would not keep them (LOGWEIR_STORE_RETENTION_DAYS, 14)
  --give-up <seconds>      without an answer of the hub (300)
  --api <url>              asked after a long break whether the last chunks arrived (http://127.0.0.1:4280)
  --under-way <send|skip>  decides that without asking
  --api-key-file <file>    key with the role read, where the API wants one
  --dedupe-window <time>   how long the hub remembers chunks (LOGWEIR_JOURNAL_DEDUPE_WINDOW, 10m)

Exit codes: 0 all imported, 1 the hub or the state failed, 2 wrong options, 3 some files could not be read, 130 interrupted.
`;

export interface ImportOptions {
  readonly paths: readonly string[];
  readonly host: string;
  readonly port: number;
  readonly state: string;
  readonly dryRun: boolean;
  /** Seconds since the epoch. */
  readonly since: number;
  readonly until: number;
  readonly keptSince: number;
  readonly service: string | undefined;
  readonly container: string | undefined;
  readonly zone: string;
  readonly tag: string;
  readonly giveUpMs: number;
  readonly api: string;
  readonly apiKeyFile: string | undefined;
  readonly underWay: 'ask' | 'send' | 'skip';
  readonly dedupeMs: number;
}

export class UsageError extends Error {}

const DAY_SECONDS = 86_400;
/** Lines that are about to expire would do so on the way, and be filed under the time of their arrival. */
const MARGIN_SECONDS = 3_600;

/** `env`: what the hub itself is set to, where the import runs beside it. Throws `UsageError`. */
export function readOptions(args: readonly string[], env: Readonly<Record<string, string | undefined>>, nowMs: number): ImportOptions {
  const { values, paths } = parse(args, env);
  if (paths.length === 0) throw new UsageError('name at least one file or folder');
  const [host, port] = address(values.to);
  return {
    paths,
    host,
    port,
    state: values.state,
    dryRun: values['dry-run'],
    since: time('since', values.since, { nowMs, none: -Infinity }),
    until: time('until', values.until, { nowMs, none: Infinity }),
    keptSince: Math.floor(nowMs / 1000) - number('retention-days', values['retention-days']) * DAY_SECONDS + MARGIN_SECONDS,
    service: values.service,
    container: values.container,
    zone: zone(values['time-zone']),
    tag: values.tag,
    giveUpMs: number('give-up', values['give-up']) * 1000,
    api: values.api,
    apiKeyFile: values['api-key-file'],
    underWay: underWay(values['under-way']),
    dedupeMs: durationOf('dedupe-window', values['dedupe-window']),
  };
}

function parse(args: readonly string[], env: Readonly<Record<string, string | undefined>>) {
  const text = (fallback: string) => ({ type: 'string', default: fallback }) as const;
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        to: text('127.0.0.1:24224'),
        state: text('logweir-import.state'),
        'dry-run': { type: 'boolean', default: false },
        since: { type: 'string' },
        until: { type: 'string' },
        service: { type: 'string' },
        container: { type: 'string' },
        'time-zone': text('UTC'),
        tag: text('import'),
        'retention-days': text(env['LOGWEIR_STORE_RETENTION_DAYS'] ?? '14'),
        'give-up': text('300'),
        api: text('http://127.0.0.1:4280'),
        'api-key-file': { type: 'string' },
        'under-way': text('ask'),
        'dedupe-window': text(env['LOGWEIR_JOURNAL_DEDUPE_WINDOW'] ?? '10m'),
      },
    });
    return { values, paths: positionals };
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function underWay(text: string): ImportOptions['underWay'] {
  if (text === 'ask' || text === 'send' || text === 'skip') return text;
  throw new UsageError('--under-way: send or skip');
}

function address(text: string): [string, number] {
  const found = /^(?:tcp:\/\/)?(?:\[(.+)\]|([^:]+)):(\d{1,5})$/.exec(text);
  if (found === null) throw new UsageError(`--to: "${text}" is not host:port`);
  return [found[1] ?? found[2] ?? '', Number(found[3])];
}

function number(name: string, text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1) throw new UsageError(`--${name}: "${text}" is not a whole number from 1 on`);
  return value;
}

function time(name: string, text: string | undefined, { nowMs, none }: { nowMs: number; none: number }): number {
  if (text === undefined) return none;
  const span = parseTime(text, BigInt(nowMs) * 1_000_000n);
  if (span === undefined) throw new UsageError(`--${name}: "${text}" is not a time: give 2026-11-20T00:00:00Z or now-2d`);
  return Number(span.fromNs / 1_000_000_000n);
}

function zone(name: string): string {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
    return name;
  } catch {
    throw new UsageError(`--time-zone: there is no zone "${name}": give Europe/Berlin or UTC`);
  }
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** As the hub's own setting is written: `10m`. */
function durationOf(name: string, text: string): number {
  const [, value, unit = ''] = /^(\d+)(ms|s|m|h|d)$/.exec(text) ?? [];
  if (value === undefined) throw new UsageError(`--${name}: "${text}" is no duration: give 10m`);
  return Number(value) * (UNITS[unit] ?? 1);
}

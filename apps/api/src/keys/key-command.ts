/** `npm run key -- create|list|revoke`: the only way to make a key, so that whoever has the machine decides. */
import { parseArgs } from 'node:util';
import { isRole, type KeyDesk, type ListedKey, ROLES } from '#libs/access';
import type { Settings } from '#libs/config';
import { openKeyDesk } from '#libs/service';
import { JsonLogger } from '#libs/telemetry';

export interface KeyCommandHost {
  /** Throws an error that names every mistake. */
  readonly openSettings: () => Settings;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Wall clock, milliseconds since the epoch. */
  readonly now: () => number;
}

const USAGE = `usage:
  create --name <name> --role ${ROLES.join('|')} [--expires 90d]
  list
  revoke <id or name>
`;
const DAY_MS = 86_400_000;
const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, d: DAY_MS, w: 7 * DAY_MS, y: 365 * DAY_MS };

class UsageError extends Error {}

/** Gives the exit code: 0 done, 1 not done, 2 not understood. */
export async function runKeys(args: readonly string[], host: KeyCommandHost): Promise<number> {
  try {
    const run = commandOf(args);
    const { openSettings, now, err } = host;
    const log = new JsonLogger({ level: 'warn', write: err, now });
    const { desk, close } = await openKeyDesk({ settings: openSettings(), log, now, actor: 'command' });
    try {
      await run(desk, host);
    } finally {
      await close();
    }
    return 0;
  } catch (error) {
    host.err(`${(error as Error).message}\n`);
    if (!(error instanceof UsageError)) return 1;
    host.err(USAGE);
    return 2;
  }
}

type Run = (desk: KeyDesk, host: KeyCommandHost) => Promise<void>;

function commandOf(args: readonly string[]): Run {
  const [command = '', ...rest] = args;
  if (command === 'create') return create(rest);
  if (command === 'list' && rest.length === 0) return async (desk, { out, now }) => out(table(await desk.list(), now()));
  if (command === 'revoke' && rest.length === 1) {
    return async (desk, { err }) => {
      const { id, name } = await desk.revoke(rest[0] ?? '');
      err(`revoked ${id} (${name}); every process refuses it within a second\n`);
    };
  }
  throw new UsageError(command === '' ? 'what is to be done with keys?' : `${args.join(' ')}: not understood`);
}

function create(args: readonly string[]): Run {
  const { name = '', role = '', expires } = options(args);
  if (!isRole(role)) throw new UsageError(`--role is one of ${ROLES.join(', ')}`);
  const expiresMs = expires === undefined ? undefined : span(expires);
  return async (desk, { out, err }) => {
    const { id, text } = await desk.create(name, role, expiresMs);
    err(`key ${id} for ${name}, role ${role}${expires === undefined ? '' : `, for ${expires}`}; it is shown this once:\n`);
    out(`${text}\n`);
  };
}

function options(args: readonly string[]): { name?: string; role?: string; expires?: string } {
  try {
    const text = { type: 'string' } as const;
    return parseArgs({ args: [...args], options: { name: text, role: text, expires: text } }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function span(text: string): number {
  const [, amount, unit = ''] = /^(\d{1,4})([hdwy])$/.exec(text) ?? [];
  const ms = Number(amount) * (UNITS[unit] ?? NaN);
  if (ms > 0) return ms;
  throw new UsageError('--expires is a number with h, d, w or y, such as 90d');
}

function table(keys: readonly ListedKey[], nowMs: number): string {
  const rows = keys.map((key) => [
    key.id,
    key.role,
    stateOf(key, nowMs),
    key.created.slice(0, 10),
    key.expires?.slice(0, 10) ?? 'never',
    key.name,
  ]);
  const all = [['ID', 'ROLE', 'STATE', 'CREATED', 'EXPIRES', 'NAME'], ...rows];
  return all.map((row) => `${row.map((cell, at) => cell.padEnd([14, 8, 9, 12, 12, 0][at] ?? 0)).join('')}\n`).join('');
}

function stateOf({ revoked, expires }: ListedKey, nowMs: number): string {
  if (revoked !== undefined) return 'revoked';
  return expires !== undefined && Date.parse(expires) <= nowMs ? 'expired' : 'in use';
}

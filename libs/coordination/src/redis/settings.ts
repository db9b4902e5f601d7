import type { Redis } from 'ioredis';
import type { Logger } from '#libs/telemetry';
import { CoordinationError } from '../errors.js';

/** What BullMQ 6 needs: streams, BZPOPMIN with fractions of a second. */
const OLDEST_REDIS = 6.2;

/**
 * Refuses a server that may drop jobs: one that evicts keys when its memory is full, or forgets everything in a restart.
 * Only INFO is asked, which every hosted Redis answers; CONFIG is often forbidden.
 */
export async function checkSettings(redis: Redis, requireAppendOnly: boolean, log: Logger): Promise<void> {
  const info = parseInfo(await redis.info());
  const where = `Redis at ${redis.options.host}:${redis.options.port}`;
  const wrong: string[] = [];
  const version = info.get('redis_version') ?? '0';
  if (Number.parseFloat(version) < OLDEST_REDIS) wrong.push(`it is version ${version}: use ${OLDEST_REDIS} or newer`);
  const policy = info.get('maxmemory_policy') ?? 'noeviction';
  if (policy !== 'noeviction') {
    wrong.push(`maxmemory-policy is "${policy}" and may throw jobs away: set "maxmemory-policy noeviction"`);
  }
  if (requireAppendOnly && info.get('aof_enabled') === '0') {
    wrong.push('it forgets everything in a restart: set "appendonly yes" (and "appendfsync always", so that a power cut loses nothing)');
  }
  if (wrong.length > 0) throw new CoordinationError('coordination_settings', `${where} cannot be used: ${wrong.join('; ')}`);
  await adviseSync(redis, where, log);
}

async function adviseSync(redis: Redis, where: string, log: Logger): Promise<void> {
  const answer: unknown = await redis.config('GET', 'appendfsync').catch(() => undefined);
  const sync = Array.isArray(answer) ? String(answer[1]) : undefined;
  if (sync !== undefined && sync !== 'always') {
    log.info(`${where} syncs its append-only file "${sync}": "appendfsync always" is advised, a power cut then loses nothing`);
  }
}

function parseInfo(text: string): Map<string, string> {
  const lines = text.split('\r\n').map((line) => line.split(':', 2));
  return new Map(lines.flatMap(([name, value]) => (name !== undefined && value !== undefined ? [[name, value] as const] : [])));
}

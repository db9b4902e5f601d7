import { openCoordination } from '#libs/coordination';
import type { Settings } from '#libs/config';
import { openDocuments } from '#libs/documents';
import type { Logger } from '#libs/telemetry';
import { findingsOf, type Finding } from './finding.js';

const CONNECT_MS = 3_000;
const silent: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

function ignore(): void {
  // What is wrong is a finding.
}

/** Redis and PostgreSQL, where they are set. Queues that are built in need nothing. */
export async function examineQueues(settings: Settings, now: () => number): Promise<Finding[]> {
  const { redis, postgres } = settings;
  if (redis.url !== '') return examineRedis(settings, now);
  if (postgres.url !== '') return examinePostgres(postgres.url, now);
  return [findingsOf('queues').ok('built in, nothing to reach')];
}

async function examineRedis({ redis }: Settings, now: () => number): Promise<Finding[]> {
  const found = findingsOf('redis');
  const where = withoutPassword(redis.url);
  try {
    const queues = await openCoordination(
      { kind: 'redis', url: redis.url, prefix: redis.prefix, connectMs: CONNECT_MS },
      { log: silent, now },
    );
    await queues.close();
  } catch (error) {
    return [found.fail((error as Error).message, `see that ${where} is what LOGWEIR_REDIS_URL should name, and that it runs`)];
  }
  const documents = await openDocuments({ kind: 'redis', url: redis.url, prefix: `${redis.prefix}:` }, { now, report: ignore });
  try {
    const wrong = await documents.check();
    const told = wrong.map(({ setting, found: value, advised, severity, reason }) => {
      const says = `${setting} is ${value || 'not told'}: ${reason}`;
      return severity === 'refuse' ? found.fail(says, `set ${setting} ${advised}`) : found.warn(says, `set ${setting} ${advised}`);
    });
    return [found.ok(`${where} answers and may be used`), ...told];
  } finally {
    await documents.close();
  }
}

async function examinePostgres(url: string, now: () => number): Promise<Finding[]> {
  const found = findingsOf('postgres');
  try {
    const queues = await openCoordination({ kind: 'postgres', url }, { log: silent, now });
    await queues.close();
    return [found.ok(`${withoutPassword(url)} answers and may be used`)];
  } catch (error) {
    return [
      found.fail((error as Error).message, `see that ${withoutPassword(url)} is what LOGWEIR_POSTGRES_URL should name, and that it runs`),
    ];
  }
}

function withoutPassword(text: string): string {
  const url = new URL(text);
  url.username = '';
  url.password = '';
  return url.href;
}

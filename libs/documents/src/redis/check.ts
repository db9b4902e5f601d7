import type { Redis } from 'ioredis';
import type { Finding } from '../documents.js';

const UNREADABLE = 'the server does not tell (CONFIG is forbidden there): see to it yourself';

/** Empty when all is well. */
export async function checkSettings(redis: Redis): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const settings = new Map<string, string | undefined>();
  for (const name of ['maxmemory-policy', 'appendonly', 'appendfsync']) settings.set(name, await readSetting(redis, name));
  const expect = (setting: string, advised: string, severity: Finding['severity'], reason: string): void => {
    const found = settings.get(setting);
    if (found === advised) return;
    findings.push(
      found === undefined
        ? { setting, found: '', advised, severity: 'warn', reason: UNREADABLE }
        : { setting, found, advised, severity, reason },
    );
  };
  expect('maxmemory-policy', 'noeviction', 'refuse', 'under memory pressure Redis would throw alerts away without a word');
  expect('appendonly', 'yes', 'warn', 'after its crash or restart Redis has only what the copy in Elasticsearch has');
  if (settings.get('appendonly') === 'yes') expect('appendfsync', 'always', 'warn', 'a power cut loses about the last second');
  return findings;
}

async function readSetting(redis: Redis, name: string): Promise<string | undefined> {
  try {
    const reply = (await redis.config('GET', name)) as readonly string[];
    return reply[1];
  } catch (error) {
    if (error instanceof Error && /^(ERR|NOPERM)/.test(error.message)) return undefined;
    throw error;
  }
}

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { loadSettings } from '#libs/config';

/** docker-compose.yml as far as it can be read without Docker. */
interface Service {
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, unknown>>;
}

const ROOT = path.join(import.meta.dirname, '..');
const TEXT = readFileSync(path.join(ROOT, 'docker-compose.yml'), 'utf8');
const { services } = parse(TEXT, { merge: true }) as { services: Readonly<Record<string, Service>> };

/** `${NAME:-default}` as it is without a .env file. */
const plain = (value: string): string => value.replace(/\$\{\w+:-([^}]*)\}/g, '$1');

describe('docker-compose.yml', () => {
  it.each(['ingest', 'alerter', 'api'])('gives %s settings that it takes', (name) => {
    const env = Object.fromEntries(Object.entries(services[name]?.environment ?? {}).map(([key, value]) => [key, plain(String(value))]));
    const settings = loadSettings({ env, readFile: () => undefined });
    expect(settings.redis.url).toBe('redis://redis:6379');
    expect(settings.store.kind).toBe('elasticsearch');
  });

  it.each(['alerter', 'api'])('lets %s see rules, routes and their secrets', (name) => {
    const dockerfile = readFileSync(path.join(ROOT, 'docker/Dockerfile'), 'utf8');
    const [workdir] = [...dockerfile.matchAll(/^WORKDIR (.*)$/gm)].map(([, folder]) => folder).slice(-1);
    expect(services[name]).toMatchObject({
      volumes: [`./config:${workdir}/config:ro`],
      env_file: [{ path: 'config/secrets.env', required: false }],
      depends_on: { redis: { condition: 'service_healthy' } },
    });
  });

  it('has a Redis that answers when it has written, and throws nothing away', () => {
    const words = services['redis']?.command ?? [];
    const valueOf = (flag: string) => words[words.indexOf(flag) + 1];
    expect([valueOf('--appendonly'), valueOf('--appendfsync'), valueOf('--maxmemory-policy')]).toEqual(['yes', 'always', 'noeviction']);
  });
});

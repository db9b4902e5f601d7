import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { loadSettings } from '#libs/config';

/** docker-compose.yml as far as it can be read without Docker. */
interface Service {
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly depends_on?: Readonly<Record<string, unknown>>;
  readonly [key: string]: unknown;
}

const ROOT = path.join(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');
const { services } = parse(read('docker-compose.yml'), { merge: true }) as { services: Readonly<Record<string, Service>> };
const example = new Map([...read('.env.example').matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]));
const OURS = ['ingest', 'alerter', 'api'];

/** `${NAME:-default}` as it is without a .env file; a secret is its own name. */
const plain = (value: string): string => value.replace(/\$\{\w+:?-([^}]*)\}/g, '$1').replace(/\$\{(\w+)[^}]*\}/g, '$1');

describe('docker-compose.yml', () => {
  it.each(OURS)('gives %s settings that it takes', (name) => {
    const env = Object.fromEntries(Object.entries(services[name]?.environment ?? {}).map(([key, value]) => [key, plain(String(value))]));
    const settings = loadSettings({ env, readFile: (file) => (file === '/secrets/elasticsearch-api-key' ? 'key\n' : undefined) });
    expect(settings.redis.url).toBe('redis://:REDIS_PASSWORD@redis:6379');
    expect(settings.store.kind).toBe('elasticsearch');
    expect(settings.elasticsearch.apiKey).toBe('key');
  });

  it.each(['alerter', 'api'])('lets %s see rules, routes and their secrets', (name) => {
    const [workdir] = [...read('docker/Dockerfile').matchAll(/^WORKDIR (.*)$/gm)].map(([, folder]) => folder).slice(-1);
    expect(services[name]).toMatchObject({
      volumes: expect.arrayContaining([`./config:${workdir}/config:ro`]) as unknown,
      env_file: [{ path: 'config/secrets.env', required: false }],
      depends_on: { redis: { condition: 'service_healthy' } },
    });
  });

  it('has a Redis that answers when it has written, and throws nothing away', () => {
    const words = services['redis']?.command ?? [];
    const valueOf = (flag: string) => words[words.indexOf(flag) + 1];
    expect([valueOf('--appendonly'), valueOf('--appendfsync'), valueOf('--maxmemory-policy')]).toEqual(['yes', 'always', 'noeviction']);
  });

  it.each(Object.keys(services).filter((name) => !name.startsWith('demo-')))('bounds %s: memory, log files, rights', (name) => {
    expect(services[name]).toMatchObject({
      mem_limit: expect.any(String) as string,
      logging: { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '3' } },
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
  });

  it.each([...OURS, 'provision', 'redis', 'nginx'])('lets %s write to its volumes only', (name) => {
    expect(services[name]?.['read_only']).toBe(true);
  });

  it('publishes on 127.0.0.1 unless told otherwise, and neither Elasticsearch nor Redis', () => {
    const published = Object.entries(services).filter(([, { ports }]) => ports !== undefined);
    expect(published.map(([name]) => name)).toEqual(['ingest', 'api', 'kibana', 'nginx']);
    for (const port of published.flatMap(([, { ports = [] }]) => ports)) expect(plain(port)).toMatch(/^127\.0\.0\.1:\d+:\d+(\/\w+)?$/);
  });

  it('lets nothing of ours wait for Kibana', () => {
    const waits = OURS.flatMap((name) => Object.keys(services[name]?.depends_on ?? {}));
    expect([...new Set(waits)].toSorted()).toEqual(['provision', 'redis']);
  });
});

describe('.env.example', () => {
  const used = [
    ...`${read('docker-compose.yml')}${read('docker/production.yml')}`
      .replace(/^ *#.*$/gm, '')
      .matchAll(/\$\{(\w+)(?::?-([^}]*)|[^}]*)\}/g),
  ];
  const defaults = new Map(used.filter(([, , value]) => value !== undefined).map(([, name = '', value = '']) => [name, value]));
  const ofCompose = ['COMPOSE_PROFILES', 'COMPOSE_FILE'];

  it('names every variable of the compose files, and no other', () => {
    expect([...example.keys()].filter((name) => !ofCompose.includes(name)).toSorted()).toEqual(
      [...new Set(used.map(([, name = '']) => name))].toSorted(),
    );
  });

  it.each([...defaults])('has the default of %s', (name, value) => expect(example.get(name)).toBe(value));
});

describe('docker/env.sh', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'logweir-env-'));
  const file = path.join(folder, '.env');
  const run = (): string => execFileSync(path.join(folder, 'docker/env.sh'), { encoding: 'utf8' });

  beforeAll(() => {
    mkdirSync(path.join(folder, 'docker'));
    cpSync(path.join(ROOT, 'docker/env.sh'), path.join(folder, 'docker/env.sh'));
    cpSync(path.join(ROOT, '.env.example'), path.join(folder, '.env.example'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('writes each secret anew, for its owner only, and no secret to the screen', () => {
    const said = run();
    const written = new Map(
      [...readFileSync(file, 'utf8').matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
    );
    const secrets = [...example].filter(([, value]) => value === '(generated)').map(([name]) => written.get(name) ?? '');
    expect([...written.keys()]).toEqual([...example.keys()]);
    expect(new Set(secrets).size).toBe(5);
    for (const secret of secrets) expect(secret).toMatch(/^[0-9a-f]{48}$/);
    for (const secret of secrets) expect(said).not.toContain(secret);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('changes nothing that is there, and adds what is missing', () => {
    const before = readFileSync(file, 'utf8');
    run();
    expect(readFileSync(file, 'utf8')).toBe(before);
    writeFileSync(file, 'ELASTIC_PASSWORD=mine');
    run();
    expect(readFileSync(file, 'utf8').split('\n').slice(0, 2)).toEqual([
      'ELASTIC_PASSWORD=mine',
      expect.stringMatching(/^KIBANA_PASSWORD=/),
    ]);
    expect(readdirSync(folder).toSorted()).toEqual(['.env', '.env.example', 'docker']);
  });
});

import { loadSettings } from '#libs/config';
import { Compose, describeWithCompose } from '../support/compose.js';
import { SECRETS } from './services.js';

interface Project {
  readonly services: Readonly<Record<string, Service>>;
}

interface Service {
  readonly image?: string;
  readonly hostname?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly { readonly host_ip?: string }[];
  readonly volumes?: readonly { readonly source: string; readonly target: string; readonly type: string }[];
}

const BASE = 'docker-compose.yml';
const PRODUCTION = 'docker/production.yml';
const PROFILES = ['', 'kibana', 'nginx', 'demo', 'kibana,nginx,demo'];
const OURS = /^(ingest|alerter|api)/;

const FILES: Readonly<Record<string, string>> = {
  '/secrets/elasticsearch-api-key': 'key\n',
  '/certs/ca/ca.crt': '-----BEGIN CERTIFICATE-----\n',
};

async function config(files: readonly string[], profiles: string, env: Readonly<Record<string, string>> = SECRETS): Promise<Project> {
  const compose = new Compose({ project: 'logweir-test-config', files, env: { ...env, COMPOSE_PROFILES: profiles } });
  return JSON.parse(await compose.run('config', '--format', 'json')) as Project;
}

describeWithCompose('docker compose config', () => {
  const cases = [[BASE], [BASE, PRODUCTION]].flatMap((files) => PROFILES.map((profiles) => ({ files, profiles })));

  it.each(cases)('is valid for $files with the profiles "$profiles"', async ({ files, profiles }) => {
    const { services } = await config(files, profiles);
    expect(Object.keys(services).includes('kibana')).toBe(profiles.includes('kibana'));
    for (const { ports = [] } of Object.values(services)) for (const port of ports) expect(port.host_ip).toBe('127.0.0.1');
  });

  it('says what to do where there is no .env', async () => {
    await expect(config([BASE], '', {})).rejects.toThrow('run docker/env.sh first');
  });

  it('publishes elsewhere when LOGWEIR_PUBLISH says so', async () => {
    const { services } = await config([BASE, PRODUCTION], '', { ...SECRETS, LOGWEIR_PUBLISH: '10.0.0.5' });
    expect(services['balancer']?.ports?.map(({ host_ip: host }) => host)).toEqual(Array(6).fill('10.0.0.5'));
    expect(services['ingest']?.ports).toBeUndefined();
  });

  it('gives each node of ingest and of Elasticsearch a name and volumes of its own', async () => {
    const { services } = await config([BASE, PRODUCTION], '');
    const dataOf = (name: string, target: string): string | undefined =>
      services[name]?.volumes?.find((volume) => volume.target === target)?.source;
    expect(['ingest', 'ingest-2'].map((name) => [services[name]?.hostname, dataOf(name, '/data')])).toEqual([
      ['ingest-1', 'ingest'],
      ['ingest-2', 'ingest-2'],
    ]);
    const nodes = ['elasticsearch', 'elasticsearch-2', 'elasticsearch-3'];
    expect(nodes.map((name) => dataOf(name, '/usr/share/elasticsearch/data'))).toEqual(nodes);
    for (const name of nodes) {
      expect(services[name]?.environment).toMatchObject({ 'discovery.type': 'multi-node', 'node.name': name });
      expect(services[name]?.environment?.['xpack.security.http.ssl.enabled']).toBe('true');
    }
  });

  it.each([[[BASE]], [[BASE, PRODUCTION]]])('gives each program of %j settings that it takes', async (files) => {
    const { services } = await config(files, 'kibana');
    const programs = Object.entries(services).filter(([name]) => OURS.test(name) || name.startsWith('provision'));
    for (const [name, { environment = {} }] of programs) {
      const settings = loadSettings({ env: environment, readFile: (file) => FILES[file] });
      expect([name, settings.store.kind]).toEqual([name, 'elasticsearch']);
    }
  });
});

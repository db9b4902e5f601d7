import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../bench/rig.js';
import { Compose } from '../support/compose.js';
import { docker, importImage } from '../support/docker.js';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/hub.js';

const RULE = `rules:
  - { name: any-error, level: error, group_by: [container], severity: critical, annotations: { summary: '{{ samples[0].message }}' } }
`;
const ROUTES = `route: { receiver: me, groupBy: ['...'] }
receivers: [{ name: me, webhook: { url: 'http://receiver:9999/' } }]
`;
/** Secrets as docker/env.sh would write them. */
export const SECRETS = Object.fromEntries(
  ['ELASTIC_PASSWORD', 'KIBANA_PASSWORD', 'KIBANA_ENCRYPTION_KEY', 'REDIS_PASSWORD', 'LOGWEIR_FILTERS_HASH_KEY'].map((name, at) => [
    name,
    String(at).repeat(48),
  ]),
);

const PORTS = [
  ...['FORWARD', 'JSON', 'INTAKE', 'OTLP', 'API', 'HTTPS', 'KIBANA_HTTPS'].map((name) => `LOGWEIR_PUBLISH_${name}`),
  'LOGWEIR_TEST_OPERATIONS',
  'LOGWEIR_TEST_ELASTICSEARCH',
];

function alertsConfig(): string {
  const folder = temporaryFolder();
  for (const name of ['rules', 'filters']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'rules/first.yml'), RULE);
  writeFileSync(join(folder, 'routes.yml'), ROUTES);
  // Read by another user.
  chmodSync(folder, 0o755);
  return folder;
}

/** What docker/nginx/setup.sh writes, and the password that it shows. */
function behindNginx(): { folder: string; password: string } {
  const folder = temporaryFolder();
  const setup = join(import.meta.dirname, '../../docker/nginx/setup.sh');
  const said = execFileSync(setup, { env: { ...process.env, NGINX_PRIVATE: folder }, encoding: 'utf8' });
  return { folder, password: /password (\w+)/.exec(said)?.[1] ?? '' };
}

export interface Message {
  readonly id: string;
  readonly body: { readonly status: string; readonly alerts: readonly Alert[] };
}

export interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** On this machine; URLs but for the forward door. */
interface Addresses {
  readonly forwardPort: number;
  readonly api: string;
  /** Metrics of ingest. */
  readonly operations: string;
  readonly elasticsearch: string;
  /** TLS in front of the API, for the user logweir. */
  readonly nginx: { readonly port: number; readonly certificate: Buffer; readonly password: string; readonly folder: string };
}

/** docker-compose.yml on stand-in images, with its ports on free ones of this machine. */
export class Services {
  private constructor(
    readonly compose: Compose,
    readonly at: Addresses,
  ) {}

  /** Builds our image and waits until everything is healthy. */
  static async up(): Promise<Services> {
    const ports: Record<string, string> = {};
    for (const name of PORTS) ports[name] = String(await freePort());
    const { folder, password } = behindNginx();
    const env = {
      ...SECRETS,
      ...ports,
      LOGWEIR_TEST_CONFIG: alertsConfig(),
      LOGWEIR_IMAGE: 'logweir-test:local',
      NODE_IMAGE: 'logweir-test-node',
      DEMO_IMAGE: importImage(),
      NGINX_PRIVATE: folder,
      COMPOSE_PROFILES: 'nginx,demo',
      ES_HEAP: '512m',
    };
    const compose = new Compose({
      project: `logweir-test-${process.pid}`,
      files: ['docker-compose.yml', 'test/compose/stand-ins.yml'],
      env,
    });
    const services = new Services(compose, {
      forwardPort: Number(ports['LOGWEIR_PUBLISH_FORWARD']),
      api: `http://127.0.0.1:${ports['LOGWEIR_PUBLISH_API']}`,
      operations: `http://127.0.0.1:${ports['LOGWEIR_TEST_OPERATIONS']}`,
      elasticsearch: `http://127.0.0.1:${ports['LOGWEIR_TEST_ELASTICSEARCH']}`,
      nginx: { port: Number(ports['LOGWEIR_PUBLISH_HTTPS']), certificate: readFileSync(join(folder, 'tls.crt')), password, folder },
    });
    try {
      await compose.run('up', '--detach', '--build', '--wait', '--wait-timeout', '180');
      return services;
    } catch (error) {
      const logs = await compose.run('logs', '--tail', '15').catch(String);
      await services.down();
      throw new Error(`${String(error)}\n${logs}`, { cause: error });
    }
  }

  async down(): Promise<void> {
    await this.compose.run('down', '--volumes', '--timeout', '5', '--remove-orphans');
  }

  /** As `docker inspect --format` says of a service's container. */
  async inspect(service: string, format: string): Promise<string> {
    return docker('inspect', '--format', format, await this.compose.container(service));
  }

  healthy(service: string): Promise<void> {
    const look = async (): Promise<void> => {
      const health = await this.inspect(service, '{{json .State.Health}}');
      if (!health.includes('"Status":"healthy"')) throw new Error(`${service}: ${health}`);
    };
    return eventually(look, 90_000, 500);
  }

  /** What came at the webhook. */
  async messages(): Promise<Message[]> {
    return (await this.compose.lines('receiver')).map((line) => JSON.parse(line) as Message);
  }
}

/** Two of each program over one Redis and one Elasticsearch, with a balancer before the doors and one before the APIs. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import net from 'node:net';
import { join } from 'node:path';
import { rules, sparedIn } from '../crash/alerts-cast.js';
import { Ledger } from '../crash/alerts-ledger.js';
import { removeStream } from '../crash/stored.js';
import { Collector } from '../support/collector.js';
import { eventually } from '../support/eventually.js';
import { type Hub, type HubOptions, startHub, temporaryFolder } from '../support/hub.js';
import { type RedisServer, startRedis } from '../support/redis.js';
import { TcpBalancer } from '../support/tcp-balancer.js';
import { STREAMS } from './stream.js';

export type App = 'ingest' | 'alerter' | 'api';
export const NAMES = ['ingest-1', 'ingest-2', 'alerter-1', 'alerter-2', 'api-1', 'api-2'] as const;
export type Name = (typeof NAMES)[number];

export interface ClusterOptions {
  /** Of the Elasticsearch that the programs talk to. */
  readonly elasticsearch: string;
}

/** Each group is told of by itself. */
export const routesTo = (url: string): string => `
route: { receiver: hook, groupBy: ['...'], groupInterval: 100ms }
receivers:
  - { name: hook, webhook: { url: '${url}' } }
`;

/** Only what both ingest nodes saw makes it true. */
const SHARED_RULE = `
  - name: shared
    where: 'message: quota'
    group_by: [shop]
    count: { over: 10s, at_least: ${STREAMS} }
    severity: critical
`;

/** A balancer that asks every 100 ms has noticed within this. */
const DRAIN_MS = 400;
const DRAINED_MS = 120_000;

interface Program {
  readonly options: HubOptions;
  readonly port: number;
  hub: Hub;
}

export class Cluster {
  readonly programs = new Map<Name, Program>();
  doors!: TcpBalancer;
  apis!: TcpBalancer;
  /** Of all traffic: what was told once must not be told again after a later outage. */
  readonly ledger = new Ledger(false);
  /** Of the next record: no two runs of traffic share one. */
  nextNumber = 0;
  private readonly past: string[] = [];

  private constructor(
    readonly folder: string,
    readonly namespace: string,
    readonly redis: RedisServer,
    readonly receiver: Collector,
  ) {}

  static async start(options: ClusterOptions): Promise<Cluster> {
    const folder = temporaryFolder();
    const receiver = await new Collector().open();
    const redis = await startRedis({ appendfsync: 'always' });
    const cluster = new Cluster(folder, `cluster${randomBytes(4).toString('hex')}`, redis, receiver);
    mkdirSync(cluster.rules);
    writeFileSync(join(cluster.rules, 'a.yml'), rules('10m').trimEnd() + SHARED_RULE);
    writeFileSync(cluster.routes, routesTo(receiver.url));
    await cluster.open(options);
    return cluster;
  }

  get rules(): string {
    return join(this.folder, 'rules');
  }

  get routes(): string {
    return join(this.folder, 'routes.yml');
  }

  /** Of its API, or of where it answers for its health. */
  url(name: Name): string {
    return `http://127.0.0.1:${this.of(name).port}`;
  }

  hub(name: Name): Hub {
    return this.of(name).hub;
  }

  /** Ends it by this signal and starts it again; how long each took. */
  async restart(name: Name, signal: 'SIGTERM' | 'SIGKILL'): Promise<{ readonly exit: number | null; readonly stopMs: number }> {
    const began = performance.now();
    const exit = await this.end(name, signal);
    const stopMs = performance.now() - began;
    await this.begin(name);
    return { exit, stopMs };
  }

  async end(name: Name, signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    const { hub } = this.of(name);
    const exit = signal === 'SIGTERM' ? await hub.stop() : await hub.kill().then(() => null);
    this.past.push(...sparedIn(hub.output()));
    return exit;
  }

  async begin(name: Name): Promise<void> {
    const program = this.of(name);
    program.hub = await startHub(program.options);
  }

  /** Notices that were never sent because a newer one made them needless. */
  get spared(): string[] {
    return [...this.past, ...[...this.programs.values()].flatMap(({ hub }) => sparedIn(hub.output()))];
  }

  /** The value of a metric without labels. */
  async metric(name: Name, metric: string): Promise<number> {
    const text = await (await fetch(`${this.url(name)}/metrics`)).text();
    return Number(new RegExp(`^${metric} (\\S+)`, 'm').exec(text)?.[1] ?? NaN);
  }

  /** Waits until the journals have nothing left for the store. */
  async drained(): Promise<void> {
    await eventually(async () => {
      for (const name of ['ingest-1', 'ingest-2'] as const) {
        const left = await this.metric(name, 'logweir_journal_records');
        if (left !== 0) throw new Error(`${left} records still in the journal of ${name}`);
      }
    }, DRAINED_MS);
  }

  logs(): string {
    return [...this.programs].map(([name, { hub }]) => `--- ${name}\n${hub.output()}`).join('\n');
  }

  async close(): Promise<void> {
    await this.doors.close();
    await this.apis.close();
    await Promise.all([...this.programs.values()].map(({ hub }) => hub.stop()));
    await this.receiver.close();
    await this.redis.close();
    await removeStream(this.namespace);
    await rm(this.folder, { recursive: true, force: true });
  }

  private async open(options: ClusterOptions): Promise<void> {
    const [forward, ports] = [await fixedPorts(2), await fixedPorts(NAMES.length)];
    const health = (at: number): string => `http://127.0.0.1:${ports[at]}`;
    this.doors = await TcpBalancer.open(forward.map((port, at) => ({ address: `tcp://127.0.0.1:${port}`, health: health(at) })));
    this.apis = await TcpBalancer.open([4, 5].map((at) => ({ address: health(at), health: health(at) })));
    const env = {
      LOGWEIR_STORE_KIND: 'elasticsearch',
      LOGWEIR_ELASTICSEARCH_NODES: options.elasticsearch,
      LOGWEIR_ELASTICSEARCH_NAMESPACE: this.namespace,
      LOGWEIR_REDIS_URL: this.redis.url,
      LOGWEIR_ALERTS_RULES: this.rules,
      LOGWEIR_ALERTS_ROUTING: this.routes,
      LOGWEIR_API_ALLOWED_HOSTS: `127.0.0.1:${this.apis.port}`,
      LOGWEIR_JSON_PORT: 'off',
      LOGWEIR_INTAKE_PORTS: '',
      LOGWEIR_SHUTDOWN_DELAY: `${DRAIN_MS}ms`,
    };
    await Promise.all(
      NAMES.map(async (name, at) => {
        const port = ports[at] ?? 0;
        const door = forward[at] === undefined ? {} : { LOGWEIR_FORWARD_PORT: String(forward[at]), LOGWEIR_NODE_NAME: name };
        const program: HubOptions = {
          app: name.split('-')[0] as App,
          dataDir: join(this.folder, name),
          env: { ...env, ...door, LOGWEIR_API_PORT: String(port) },
          timeoutMs: 60_000,
        };
        this.programs.set(name, { options: program, port, hub: await startHub(program) });
      }),
    );
  }

  private of(name: Name): Program {
    const program = this.programs.get(name);
    if (program === undefined) throw new Error(`there is no ${name}`);
    return program;
  }
}

/** Below those that the system gives to others while a program restarts. */
async function fixedPorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const server = net.createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (isFree && !ports.includes(port)) ports.push(port);
  }
  return ports;
}

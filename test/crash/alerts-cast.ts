/** Who may be killed: the hub alone, or ingest, two alerters and their Redis; and the receiver. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../bench/rig.js';
import { Collector } from '../support/collector.js';
import { type Hub, type HubOptions, startHub, temporaryFolder } from '../support/hub.js';
import { type RedisServer, startRedis } from '../support/redis.js';

export type Mode = 'embedded' | 'redis';

/** Who dies next: shares of all deaths. */
const SHARES: Readonly<Record<Mode, readonly (readonly [Victim, number])[]>> = {
  embedded: [
    ['hub', 0.75],
    ['receiver', 0.25],
  ],
  redis: [
    ['ingest', 0.25],
    ['alerter', 0.4],
    ['redis', 0.2],
    ['receiver', 0.15],
  ],
};
/** The receiver and Redis stay away for as long, at most. */
const AWAY_MS = 1_500;

type Victim = 'hub' | 'ingest' | 'alerter' | 'redis' | 'receiver';

/** `cooldown`: of an order, which comes twice where a chunk is sent to two nodes. */
export const rules = (cooldown: string): string => `
rules:
  - name: refused
    where: 'message: refused'
    match: {}
    group_by: [order]
    max_groups: 1000000
    cooldown: ${cooldown}
    severity: critical
  - name: outage
    where: 'message: timeout'
    group_by: [shop]
    count: { over: 2s, at_least: 3 }
    severity: critical
`;

const routes = (url: string): string => `
route:
  receiver: hook
  groupBy: ['...']
  groupInterval: 100ms
  routes:
    - matchers: ['alertname="refused"']
      receiver: digest
      groupBy: [alertname]
      groupInterval: 1s
      continue: true
    - matchers: ['alertname=~".+"']
      receiver: hook
receivers:
  - name: hook
    webhook: { url: '${url}' }
  - name: digest
    webhook: { url: '${url}' }
`;

/** A notice that was never sent because a newer one made it needless, as the log says it. */
const SPARED = /"notice":"(firing|resolved)".*attributes_shop=\\"([^\\"]+)\\"/;

interface Stage {
  readonly folder: string;
  readonly forwardPort: number;
  readonly receiver: Collector;
  readonly redis: RedisServer | undefined;
}

export class Cast {
  private readonly past: string[] = [];
  readonly deaths: Record<string, number> = {};
  private readonly apps = new Map<string, { readonly options: HubOptions; hub: Hub }>();

  private constructor(
    private readonly mode: Mode,
    private readonly random: () => number,
    private readonly stage: Stage,
  ) {}

  get forwardPort(): number {
    return this.stage.forwardPort;
  }

  get receiver(): Collector {
    return this.stage.receiver;
  }

  get folder(): string {
    return this.stage.folder;
  }

  private get redis(): RedisServer | undefined {
    return this.stage.redis;
  }

  static async start(mode: Mode, random: () => number): Promise<Cast> {
    const folder = temporaryFolder();
    const receiver = await new Collector().open();
    await mkdir(path.join(folder, 'rules'));
    await writeFile(path.join(folder, 'rules', 'crash.yml'), rules('0s'));
    await writeFile(path.join(folder, 'routes.yml'), routes(receiver.url));
    const redis = mode === 'redis' ? await startRedis({ appendfsync: 'always' }) : undefined;
    const cast = new Cast(mode, random, { folder, forwardPort: await freePort(), receiver, redis });
    await cast.startAll();
    return cast;
  }

  /** Notices that were never sent because a newer one made them needless, as `<firing|resolved>/<shop>`. */
  get spared(): string[] {
    return [...this.past, ...[...this.apps.values()].flatMap(({ hub }) => sparedIn(hub.output()))];
  }

  /** Kills one at random, and starts it again. */
  async kill(): Promise<void> {
    const victim = this.choose();
    this.deaths[victim] = (this.deaths[victim] ?? 0) + 1;
    if (victim === 'receiver')
      await this.away(
        () => this.receiver.close(),
        () => this.receiver.open(),
      );
    else if (victim === 'redis')
      await this.away(
        () => this.redis?.stop('SIGKILL'),
        () => this.redis?.restart(),
      );
    else await this.killApp(victim === 'alerter' ? `alerter-${this.random() < 0.5 ? 1 : 2}` : victim);
  }

  async stop(): Promise<void> {
    for (const { hub } of this.apps.values()) await hub.stop();
    await this.redis?.close();
    await this.receiver.close();
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  /** The last lines of everybody's log. */
  logs(): string {
    return [...this.apps].map(([name, { hub }]) => `--- ${name}\n${hub.output()}`).join('\n');
  }

  private async startAll(): Promise<void> {
    const env = {
      LOGWEIR_FORWARD_PORT: String(this.forwardPort),
      LOGWEIR_ALERTS_RULES: path.join(this.folder, 'rules'),
      LOGWEIR_ALERTS_ROUTING: path.join(this.folder, 'routes.yml'),
      ...(this.redis === undefined ? {} : { LOGWEIR_REDIS_URL: this.redis.url }),
    };
    const names = this.mode === 'embedded' ? (['hub'] as const) : (['ingest', 'alerter-1', 'alerter-2'] as const);
    for (const name of names) {
      const app = name === 'hub' || name === 'ingest' ? name : 'alerter';
      const options = { app, env, dataDir: path.join(this.folder, name) } as const;
      this.apps.set(name, { options, hub: await startHub(options) });
    }
  }

  private choose(): Victim {
    let rest = this.random();
    return (SHARES[this.mode].find(([, share]) => (rest -= share) < 0) ?? SHARES[this.mode][0])?.[0] ?? 'hub';
  }

  private async away(close: () => Promise<unknown> | undefined, open: () => Promise<unknown> | undefined): Promise<void> {
    await close();
    await pause(this.random() * AWAY_MS);
    await open();
  }

  private async killApp(name: string): Promise<void> {
    const app = this.apps.get(name);
    if (app === undefined) return;
    await app.hub.kill();
    // What it wrote last may still be in the pipe.
    await pause(20);
    this.past.push(...sparedIn(app.hub.output()));
    app.hub = await startHub(app.options);
  }
}

/** Notices that the delivery found needless, by its own log. */
export function sparedIn(output: string): string[] {
  return output.split('\n').flatMap((line) => {
    const [, status, shop] = SPARED.exec(line) ?? [];
    return status === undefined ? [] : [`${status}/${shop}`];
  });
}

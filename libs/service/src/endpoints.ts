import type { ReceiverConfig } from '#libs/alerts';
import { readOptional } from '#libs/disk';
import {
  AddressPolicy,
  describeReceiver,
  type EndpointConfig,
  openReceiver,
  parseReceiver,
  type Receiver,
  type ReceiverOptions,
  revisionOf,
} from '#libs/notify';
import type { DiscoverLinks } from '#libs/kibana';
import { discoverLink } from './discover-link.js';
import type { RoutingFile } from './routing-file.js';

export interface Endpoint {
  readonly config: EndpointConfig;
  /** Changes when it becomes another endpoint. */
  readonly revision: string;
  readonly receiver: Receiver;
}

export interface EndpointsOptions {
  readonly routing: RoutingFile;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Hosts and networks that messages may go to; empty: all but those that nobody should. */
  readonly allowedTargets: readonly string[];
  /** Where people reach Logweir; empty: at the API's own address. */
  readonly externalUrl: string;
  /** Messages then say where Discover shows the records behind them. */
  readonly kibana?: DiscoverLinks;
  /** Wall clock, milliseconds since the epoch. */
  readonly now: () => number;
}

/** What may be told of a receiver: no secret, and what is wrong with it. */
export interface ListedReceiver {
  readonly name: string;
  readonly origin: 'file' | 'rest';
  readonly settings: Readonly<Record<string, unknown>>;
  readonly problems: readonly string[];
}

/** Receivers by name, opened when first used and again when they change. */
export class Endpoints {
  private readonly opened = new Map<string, Endpoint>();
  private policy: AddressPolicy;
  private url: string;

  constructor(private readonly options: EndpointsOptions) {
    this.policy = new AddressPolicy({ allowed: options.allowedTargets });
    this.url = options.externalUrl;
  }

  get externalUrl(): string {
    return this.url;
  }

  /** Call it when the process's doors are open: no message goes back into one of them. */
  keepOff(addresses: Readonly<Record<string, string>>): void {
    const ports = Object.values(addresses).map((address) => Number(/:(\d+)$/.exec(address)?.[1] ?? 0));
    this.policy = new AddressPolicy({ allowed: this.options.allowedTargets, ownPorts: ports });
    this.url = this.options.externalUrl || (addresses['api'] ?? addresses['alerter'] ?? '');
  }

  /** False while receivers made over REST could not be read yet: that there is none of a name does not say much then. */
  get isLoaded(): boolean {
    return this.options.routing.receivers.isLoaded;
  }

  /** undefined when there is none of this name; throws when its settings are not right. */
  get(name: string): Endpoint | undefined {
    const found = this.options.routing.allReceivers.find((receiver) => receiver.name === name);
    if (found === undefined) return undefined;
    const config = this.parse(found);
    const revision = revisionOf(config);
    const before = this.opened.get(name);
    if (before?.revision === revision) return before;
    void before?.receiver.close();
    const endpoint = {
      config,
      revision,
      receiver: openReceiver(config, { policy: this.policy, now: this.options.now, externalUrl: this.url, ...this.furtherLinks() }),
    };
    this.opened.set(name, endpoint);
    return endpoint;
  }

  private furtherLinks(): Pick<ReceiverOptions, 'links'> {
    const { kibana } = this.options;
    if (kibana === undefined) return {};
    return { links: (notification) => discoverLink(notification, { kibana, externalUrl: this.url }) };
  }

  list(): readonly ListedReceiver[] {
    return this.options.routing.allReceivers.map((receiver) => {
      const { name } = receiver;
      const origin = this.options.routing.isOfFile(name) ? 'file' : 'rest';
      try {
        return { name, origin, settings: describeReceiver(this.parse(receiver)), problems: [] };
      } catch (error) {
        return { name, origin, settings: {}, problems: [(error as Error).message] };
      }
    });
  }

  async close(): Promise<void> {
    await Promise.all([...this.opened.values()].map(({ receiver }) => receiver.close()));
    this.opened.clear();
  }

  /** Receivers made over REST read neither our environment nor our files. */
  private parse({ name, sendResolved, settings }: ReceiverConfig): EndpointConfig {
    const sources = this.options.routing.isOfFile(name) ? { env: this.options.env, readFile: readOrThrow } : {};
    const parsed = parseReceiver(name, { sendResolved, ...settings }, sources);
    if ('endpoint' in parsed) return parsed.endpoint;
    throw new Error(`receiver ${name}: ${parsed.problems.map(({ path, message }) => `${path} ${message}`.trim()).join('; ')}`);
  }
}

function readOrThrow(path: string): string {
  const text = readOptional(path);
  if (text === undefined) throw new Error(`there is no file ${path}`);
  return text;
}

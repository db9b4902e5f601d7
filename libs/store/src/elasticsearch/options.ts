/** What the store asks of its owner; a lib has no clock, no dice and no log of its own. */
export interface ElasticsearchStoreOptions {
  /** Base URLs, `https://user:password@host:9200/path` allowed; used in turn, with failover. */
  readonly nodes: readonly string[];
  /** Last part of the stream's name, `logs-logweir-<namespace>`: lower case, no `-`. */
  readonly namespace: string;
  /** Becomes the stream's `data_retention`. */
  readonly retentionDays: number;
  /** Longest wait for the answer to one bulk request; its outcome is unknown afterwards. */
  readonly requestTimeoutMs: number;
  /** Encoded API key; wins over user and password. */
  readonly apiKey?: string;
  readonly username?: string;
  readonly password?: string;
  /** PEM text of the authority that signed the nodes' certificates. */
  readonly ca?: string;
  /** Wall clock in milliseconds. */
  readonly now: () => number;
  /** 0 up to, not including, 1: jitter of the back-off. */
  readonly random: () => number;
  /** One line for the log, about something that changed. */
  readonly log?: (level: 'info' | 'warn' | 'error', message: string) => void;
  /** Called once per oddity, for the counters. */
  readonly count?: (reason: ElasticsearchOddity) => void;
}

/** Bounded, as they become metric labels. */
export type ElasticsearchOddity =
  'attributes_folded' | 'batch_split' | 'copy_removed' | 'node_down' | 'template_installed' | 'throttled' | 'write_failed';

/** Kibana and the built-in templates expect `<type>-<dataset>-<namespace>`; the namespace is the only part that we leave open. */
export function streamName(namespace: string): string {
  return `logs-logweir-${namespace}`;
}

/** Node URLs without their credentials, which must not reach a message. */
export function withoutCredentials(node: string): URL {
  const url = new URL(node);
  url.username = '';
  url.password = '';
  return url;
}

/** The `Authorization` header, or undefined: API key over user and password over what the first URL carries. */
export function authorisation(options: Pick<ElasticsearchStoreOptions, 'nodes' | 'apiKey' | 'username' | 'password'>): string | undefined {
  if (options.apiKey) return `ApiKey ${options.apiKey}`;
  const url = new URL(options.nodes[0] ?? 'http://localhost');
  const username = options.username ?? decodeURIComponent(url.username);
  const password = options.password ?? decodeURIComponent(url.password);
  return username ? `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` : undefined;
}

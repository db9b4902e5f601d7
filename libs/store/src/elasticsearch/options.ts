/** What the store asks of its owner; a lib has no clock, no dice and no log of its own. */
export interface ElasticsearchStoreOptions {
  /** Base URLs, `https://user:password@host:9200/path` allowed; used in turn, with failover. */
  readonly nodes: readonly string[];
  /** Last part of the stream's name, `logs-logweir-<namespace>`: lower case, no `-`. */
  readonly namespace: string;
  /** Becomes the stream's `data_retention`. */
  readonly retentionDays: number;
  /** Records may name a dataset, which then has a data stream of its own. */
  readonly datasets?: boolean;
  /** Plain indices, one a day, by a pattern such as `docker-logs-{yyyy.MM.dd}`, in place of data streams. */
  readonly index?: string;
  readonly shape?: IndexShape;
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

/** What new indices look like; left out: as `logweir@settings` or `logweir@custom` has it, `mode` standard. */
export interface IndexShape {
  readonly mode?: 'standard' | 'logsdb';
  readonly codec?: 'default' | 'best_compression';
  readonly shards?: number;
  readonly replicas?: number;
  /** Looks after hot and warm tiers, rollover and retention in place of ours. */
  readonly ilmPolicy?: string;
}

/** Bounded, as they become metric labels. */
export type ElasticsearchOddity =
  'answer_cut' | 'attributes_folded' | 'batch_split' | 'copy_removed' | 'node_down' | 'template_installed' | 'throttled' | 'write_failed';

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

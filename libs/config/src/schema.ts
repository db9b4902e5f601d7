/**
 * Every setting: its section, key, meaning, default and what is allowed. `LOGWEIR_<SECTION>_<KEY>` names it in the
 * environment, `<section>.<key>` in config/logweir.yml. docs/configuration.md is made from this file.
 */
import type { z } from 'zod';
import {
  bytes,
  DATASETS,
  DOOR,
  duration,
  HTTP_URL,
  INDEX_PATTERN,
  integer,
  list,
  OPTIONAL_TEXT,
  OPTIONAL_URL,
  ORIGIN,
  PEM,
  PORT,
  REDIS_URL,
  REPLICAS,
  SWITCH,
  TEXT,
  ZONE,
} from './values.js';
import { enumeration } from './enumeration.js';

export interface Setting<T extends z.ZodType = z.ZodType> {
  readonly type: T;
  /** As a person would write it; absent means: derived, see `about`. */
  readonly fallback: string;
  readonly about: string;
  /** Never shown; may also come from the file that `<NAME>_FILE` names. */
  readonly secret?: true;
}

function setting<T extends z.ZodType>(type: T, fallback: string, about: string): Setting<T> {
  return { type, fallback, about };
}

function secret<T extends z.ZodType>(type: T, about: string): Setting<T> {
  return { type, fallback: '', about, secret: true };
}

const MIB = 1024 * 1024;
const DAY_MS = 86_400_000;

/** Certificates of a listener; read again when the files change. */
const TLS = {
  tlsCert: setting(OPTIONAL_TEXT, '', 'PEM file of the certificate chain; switches TLS on'),
  tlsKey: setting(OPTIONAL_TEXT, '', 'PEM file of its private key'),
  tlsCa: setting(OPTIONAL_TEXT, '', 'PEM file of the authority that signs client certificates; switches mutual TLS on'),
};

export const SCHEMA = {
  data: { dir: setting(TEXT, 'data', 'folder of everything that must survive a restart: journal, store, dead letters') },
  node: {
    name: setting(
      OPTIONAL_TEXT,
      '',
      'name of this node in every record (`logweir.node`) and `host.name` of lines that bring none; the host name when empty',
    ),
  },
  time: { zone: setting(ZONE, 'UTC', 'zone of times that lines carry without one') },
  log: { level: setting(enumeration('debug', 'info', 'warn', 'error'), 'info', 'what Logweir says about itself on stderr') },
  forward: {
    host: setting(TEXT, '127.0.0.1', 'address of the Fluentd forward door'),
    port: setting(DOOR, '24224', 'its port, TCP and UDP; 0 picks a free one, `off` shuts the door'),
    maxFrame: setting(bytes(64 * 1024, 512 * MIB), '32MiB', 'largest frame on the wire; a longer one closes its connection'),
    maxInflated: setting(bytes(64 * 1024, 1024 * MIB), '256MiB', 'largest compressed chunk after inflating'),
    maxConnections: setting(integer(1, 100_000), '4096', 'connections read at once; more wait unread'),
  },
  forwardSecure: {
    host: setting(
      TEXT,
      '127.0.0.1',
      'address of the secured forward door (shared key and TLS; Docker can use neither a shared key nor client certificates)',
    ),
    port: setting(DOOR, 'off', 'its port'),
    sharedKey: secret(OPTIONAL_TEXT, 'shared key of the handshake; without one the door only has TLS'),
    users: secret(list(TEXT), '`name:password` pairs, with commas; each client then needs one'),
    hostname: setting(
      OPTIONAL_TEXT,
      '',
      'name told in the handshake; must differ from every client’s; `logweir-` and the node’s name when empty',
    ),
    ...TLS,
  },
  json: {
    host: setting(TEXT, '127.0.0.1', 'address of the JSON lines door'),
    port: setting(DOOR, '5000', 'its TCP port'),
    maxLine: setting(bytes(1024, 256 * MIB), '1MiB', 'longest line; the rest of a longer one is cut off and counted'),
    maxConnections: setting(integer(1, 100_000), '1024', 'connections read at once; more wait unread'),
    ...TLS,
  },
  intake: {
    host: setting(TEXT, '127.0.0.1', 'address of the HTTP intake'),
    ports: setting(list(PORT), '8088,4318', 'its ports, with commas; empty shuts the door'),
    maxBody: setting(bytes(1024, 512 * MIB), '16MiB', 'largest body on the wire; inflated it may be 20 times as large'),
    requestTimeout: setting(duration(1_000, 600_000), '60s', 'how long a request with its body may take to arrive; then 408'),
    ...TLS,
  },
  api: {
    host: setting(TEXT, '127.0.0.1', 'address of the API, /metrics, /healthz and /readyz'),
    port: setting(PORT, '4280', 'its port'),
    allowedHosts: setting(list(TEXT), '', 'further values of the Host header that are ours: what a proxy or a compose network calls us'),
    requestTimeout: setting(duration(1_000, 600_000), '30s', 'how long a request with its body may take to arrive; then 408'),
    nodeUrl: setting(
      OPTIONAL_URL,
      '',
      'where ingest nodes reach this process of the API, for live tails, without a path; its address when empty, or the host name where it listens at all of them',
    ),
    corsOrigins: setting(
      list(ORIGIN),
      '',
      'origins such as https://dash.example.com whose pages may call the API from a browser, with commas; none when empty',
    ),
    ...TLS,
  },
  access: {
    open: setting(
      SWITCH,
      'false',
      'lets listeners be bound wider than loopback without keys: something in front of them keeps strangers away. Once there is a key, HTTP needs one in any case',
    ),
  },
  limits: {
    keyRecords: setting(integer(0, 1_000_000_000), '0', 'records a second that one key may send; 0, as in all of these, means no limit'),
    keyBytes: setting(bytes(0), '0', 'bytes a second that one key may send'),
    addressRecords: setting(
      integer(0, 1_000_000_000),
      '0',
      'records a second that one address may send: IPv4, or the first 64 bits of IPv6',
    ),
    addressBytes: setting(bytes(0), '0', 'bytes a second that one address may send'),
    addressConnections: setting(integer(0, 100_000), '0', 'connections that one address may have open at each listener'),
    wrongKeys: setting(integer(1, 100_000), '30', 'wrong keys a minute that are looked at from one address; then 429'),
  },
  shutdown: {
    delay: setting(
      duration(0, 600_000),
      '1s',
      'after SIGTERM `/readyz` says 503 for as long before doors close: at least twice the interval in which a balancer asks',
    ),
    timeout: setting(
      duration(1_000, 600_000),
      '25s',
      'how long closing may take then; both together below the grace period of who starts the process (Docker: 10s unless set)',
    ),
  },
  join: { traces: setting(SWITCH, 'true', 'stack traces become one record; Docker’s 16 KiB parts always do') },
  filters: {
    folder: setting(TEXT, 'config/filters', 'folder of filter files (*.yml): redaction, drop and sample; watched'),
    redact: setting(
      list(enumeration('card', 'token', 'url_password', 'email')),
      '',
      'what is masked in every record before it is written anywhere, with commas: card, token, url_password, email',
    ),
    hashKey: secret(OPTIONAL_TEXT, 'key of the hashes that filters with `action: hash` leave; the same on every node'),
  },
  journal: {
    maxBytes: setting(bytes(64 * MIB), '8GiB', 'how far the store may be behind before senders have to wait'),
    freeFloor: setting(bytes(0), '512MiB', 'senders wait when the disk has less left'),
    segmentBytes: setting(bytes(MIB, 512 * MIB), '64MiB', 'size of one journal file'),
    dedupeWindow: setting(duration(1_000, DAY_MS), '10m', 'how long a chunk id is remembered, so that a resent chunk is stored once'),
    dedupeBytes: setting(bytes(MIB, 1024 * MIB), '64MiB', 'memory for them'),
  },
  store: {
    kind: setting(enumeration('duckdb', 'elasticsearch'), 'duckdb', 'where records are kept'),
    retentionDays: setting(integer(1, 3650), '14', 'whole days kept'),
    retentionBytes: setting(bytes(0), '0', 'DuckDB: the oldest day goes when all are larger; 0 means no limit'),
    memory: setting(bytes(64 * MIB), '256MiB', 'DuckDB: memory limit of the engine'),
  },
  elasticsearch: {
    nodes: setting(list(HTTP_URL), 'http://127.0.0.1:9200', 'URLs of the nodes, with commas'),
    namespace: setting(
      TEXT.regex(/^[a-z0-9_.]{1,100}$/, 'lower-case letters, digits, _ and ., at most 100'),
      'default',
      'records go to the data stream logs-logweir-<namespace>',
    ),
    datasets: setting(
      DATASETS,
      'off',
      'a data stream of its own, logs-logweir.<name>-<namespace>, for each forward tag (`tag`) or part of it (`tag[0]`)',
    ),
    maxDatasets: setting(
      integer(1, 200),
      '20',
      'how many of them one ingest node begins; records of further tags go to logs-logweir-<namespace>',
    ),
    index: setting(
      INDEX_PATTERN,
      '',
      'in place of data streams one plain index for each UTC day, such as `docker-logs-{yyyy.MM.dd}`; `{namespace}` may stand in it',
    ),
    indexMode: setting(enumeration('standard', 'logsdb'), 'standard', 'index mode of new indices'),
    codec: setting(enumeration('best_compression', 'default'), 'best_compression', 'how new indices are compressed'),
    shards: setting(integer(1, 64), '1', 'primary shards of new indices'),
    replicas: setting(REPLICAS, 'auto', 'copies of new indices; `auto`: one as soon as there is a second node'),
    ilmPolicy: setting(
      OPTIONAL_TEXT.refine((value) => /^[A-Za-z0-9_.-]{0,100}$/.test(value), 'the name of a policy'),
      '',
      'ILM policy of new indices; it then decides about rollover and retention',
    ),
    apiKey: secret(OPTIONAL_TEXT, 'API key (base64 form)'),
    username: setting(OPTIONAL_TEXT, '', 'user, when there is no API key'),
    password: secret(OPTIONAL_TEXT, 'its password'),
    ca: secret(
      PEM,
      'certificate (PEM) of the authority behind https nodes, when it is one of your own; usually by `LOGWEIR_ELASTICSEARCH_CA_FILE`',
    ),
    requestTimeout: setting(duration(1_000, 600_000), '60s', 'how long one bulk request may take'),
  },
  kibana: {
    url: setting(OPTIONAL_URL, '', 'where people open Kibana; answers of the API then have links into Discover'),
    internalUrl: setting(OPTIONAL_URL, '', 'where the provisioning program reaches it; LOGWEIR_KIBANA_URL when empty'),
  },
  provision: {
    kibanaPassword: secret(
      OPTIONAL_TEXT,
      'password that the provisioning program gives to kibana_system, the user that Kibana itself logs in with',
    ),
    apiKeyPath: setting(
      OPTIONAL_TEXT,
      '',
      'file that the provisioning program writes an API key for Elasticsearch to; LOGWEIR_ELASTICSEARCH_API_KEY_FILE of the others names it',
    ),
    timeout: setting(duration(1_000, 3_600_000), '5m', 'how long the provisioning program waits for a server before it gives up'),
  },
  deadletters: { maxBytes: setting(bytes(MIB), '1GiB', 'room for records the store refused; the oldest go first, and are counted') },
  alerts: {
    rules: setting(TEXT, 'config/rules', 'folder of rule files (*.yml); watched, what is in them is read-only over REST'),
    routing: setting(TEXT, 'config/routes.yml', 'file of routes, receivers, inhibitions and time intervals; watched'),
    externalUrl: setting(OPTIONAL_TEXT, '', 'where people reach Logweir, for links in messages; the address of the API when empty'),
    allowedTargets: setting(
      list(TEXT),
      '',
      'hosts or networks (10.0.0.0/8) that messages may go to, with commas; when empty all but link-local addresses and our own ports',
    ),
    deadmanUrl: secret(OPTIONAL_TEXT, 'URL that is asked as long as alerts are looked after, so that somebody else sees when they are not'),
    deadmanInterval: setting(duration(10_000, DAY_MS), '1m', 'how often'),
  },
  redis: {
    url: setting(REDIS_URL, '', 'Redis for queues, silences and the state of alerts; without one they are kept in the data folder'),
    prefix: setting(
      TEXT.regex(/^[A-Za-z0-9_{}:-]{1,64}$/, 'letters, digits, _, -, : and braces, at most 64'),
      '{logweir}',
      'first part of every key there; in braces, so that a Redis cluster keeps all of them on one node',
    ),
  },
  postgres: { url: secret(OPTIONAL_TEXT, 'PostgreSQL for the queues instead of the built-in one; state stays in the data folder') },
} as const;

export type Schema = typeof SCHEMA;
export type Settings = {
  readonly [S in keyof Schema]: { readonly [K in keyof Schema[S]]: Schema[S][K] extends Setting<infer T> ? z.output<T> : never };
};

import { join } from 'node:path';
import { DuckDbStore } from './duckdb/duckdb-store.js';
import { type DocumentCopyOptions, ElasticsearchDocumentCopy } from './elasticsearch/document-copy.js';
import { examineElasticsearch, type Remark } from './elasticsearch/examine.js';
import { ElasticsearchStore } from './elasticsearch/elasticsearch-store.js';
import type { ElasticsearchStoreOptions, IndexShape } from './elasticsearch/options.js';
import { ElasticsearchProvisioning } from './elasticsearch/provisioning.js';
import { recordsPattern } from './elasticsearch/role.js';
import type { LogStore } from './log-store.js';
import { dropOldDays, maintainStore } from './maintenance.js';
import type { StoreOwner } from './store-owner.js';

/** What of the settings is about stores; `Settings` of libs/config has it. */
export interface StoreSettings {
  readonly data: { readonly dir: string };
  readonly store: {
    readonly kind: 'duckdb' | 'elasticsearch';
    readonly retentionDays: number;
    readonly retentionBytes: number;
    /** Bytes. */
    readonly memory: number;
  };
  readonly elasticsearch: {
    readonly nodes: readonly string[];
    readonly namespace: string;
    readonly apiKey: string;
    readonly username: string;
    readonly password: string;
    /** PEM; empty: what the system trusts. */
    readonly ca: string;
    /** Not `off`: records may name a dataset. */
    readonly datasets: string;
    /** Pattern of plain daily indices; empty: data streams. */
    readonly index: string;
    readonly indexMode: 'standard' | 'logsdb';
    readonly codec: 'best_compression' | 'default';
    readonly shards: number;
    readonly replicas: number | 'auto';
    /** Empty: our own retention. */
    readonly ilmPolicy: string;
    /** Milliseconds. */
    readonly requestTimeout: number;
  };
}

type LayoutOptions = Pick<ElasticsearchStoreOptions, 'retentionDays' | 'datasets' | 'index' | 'shape'>;

const MIB = 1024 * 1024;

export interface OpenStore {
  readonly store: LogStore;
  /** Ends what looks after the store, then closes it. */
  close(): Promise<void>;
}

/** The store that the settings name, started. DuckDB's files belong to one process; Elasticsearch may be away now and come later. */
export async function openStore(settings: StoreSettings, owner: StoreOwner): Promise<OpenStore> {
  if (settings.store.kind === 'elasticsearch') {
    const store = new ElasticsearchStore({ ...elasticsearchOptions(settings), ...owner });
    await store.start();
    const hasPolicy = settings.elasticsearch.ilmPolicy !== '';
    return maintained(store, hasPolicy ? undefined : dropOldDays(store, owner, settings.store));
  }
  const store = duckDbStore(settings, owner);
  await store.start();
  return maintained(store, maintainStore(store, owner));
}

function maintained(store: LogStore, endMaintenance?: () => Promise<void>): OpenStore {
  return {
    store,
    close: async () => {
      await endMaintenance?.();
      await store.close();
    },
  };
}

/** What somebody who looks after Elasticsearch should know; changes nothing there. `now` is the wall clock. */
export function examineStore(settings: StoreSettings, now: () => number): Promise<readonly Remark[]> {
  return examineElasticsearch({ ...elasticsearchOptions(settings), now });
}

/** Sets up Elasticsearch's security for us. A user wins over an API key here: a key cannot make keys. */
export function openProvisioning({ elasticsearch }: StoreSettings, now: () => number): ElasticsearchProvisioning {
  const apiKey = elasticsearch.username === '' ? elasticsearch.apiKey : '';
  const { index } = elasticsearch;
  return new ElasticsearchProvisioning({ ...connectionOf({ ...elasticsearch, apiKey }), ...(index !== '' && { index }), now });
}

/** Writes the templates once, with the same credentials. Throws `StoreError`. */
export async function installTemplates(settings: StoreSettings, owner: StoreOwner): Promise<void> {
  const apiKey = settings.elasticsearch.username === '' ? settings.elasticsearch.apiKey : '';
  const options = elasticsearchOptions({ ...settings, elasticsearch: { ...settings.elasticsearch, apiKey } });
  const store = new ElasticsearchStore({ ...options, ...owner });
  try {
    await store.install();
  } finally {
    await store.close();
  }
}

/** Which indices hold records, as a data view of Kibana names them. */
export function patternOf({ elasticsearch: { namespace, index } }: Pick<StoreSettings, 'elasticsearch'>): string {
  return recordsPattern({ namespace, ...(index !== '' && { index }) });
}

/** Where a copy of what Redis holds of alerts goes: beside the records, when those are in Elasticsearch. */
export function openDocumentCopy({ store, elasticsearch }: StoreSettings): ElasticsearchDocumentCopy | undefined {
  if (store.kind !== 'elasticsearch') return undefined;
  return new ElasticsearchDocumentCopy(connectionOf(elasticsearch));
}

function duckDbStore({ data, store }: StoreSettings, owner: StoreOwner): DuckDbStore {
  return new DuckDbStore({
    folder: join(data.dir, 'store'),
    now: owner.now,
    memoryLimitMb: Math.floor(store.memory / MIB),
    retentionDays: store.retentionDays,
    retentionBytes: store.retentionBytes,
    count: owner.count,
    report: ({ type, message }) => {
      owner.count(type);
      owner.log('error', message);
    },
  });
}

function elasticsearchOptions({ store, elasticsearch }: StoreSettings): DocumentCopyOptions & LayoutOptions {
  const { datasets, index } = elasticsearch;
  return {
    ...connectionOf(elasticsearch),
    retentionDays: store.retentionDays,
    datasets: datasets !== 'off',
    ...(index !== '' && { index }),
    shape: shapeOf(elasticsearch),
  };
}

/** Only what differs from `logweir@settings`, so that `logweir@custom` has a say in the rest. */
function shapeOf({ indexMode, codec, shards, replicas, ilmPolicy }: StoreSettings['elasticsearch']): IndexShape {
  return {
    mode: indexMode,
    ...(codec !== 'best_compression' && { codec }),
    ...(shards !== 1 && { shards }),
    ...(replicas !== 'auto' && { replicas }),
    ...(ilmPolicy !== '' && { ilmPolicy }),
  };
}

function connectionOf(settings: StoreSettings['elasticsearch']): DocumentCopyOptions {
  const { nodes, namespace, apiKey, username, password, ca, requestTimeout } = settings;
  return {
    nodes,
    namespace,
    requestTimeoutMs: requestTimeout,
    ...(apiKey !== '' && { apiKey }),
    ...(username !== '' && { username }),
    ...(password !== '' && { password }),
    ...(ca !== '' && { ca }),
  };
}

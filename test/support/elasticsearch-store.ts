import { randomBytes } from 'node:crypto';
import { Client } from '@elastic/elasticsearch';
import { ElasticsearchStore, type ElasticsearchStoreOptions } from '#libs/store';

/** A started store with a stream of its own, and a client to look behind its back. */
export interface ElasticsearchScene {
  readonly store: ElasticsearchStore;
  readonly client: Client;
  readonly namespace: string;
  readonly stream: string;
  /** How often each oddity was counted. */
  readonly counts: Map<string, number>;
  /** Closes the store, and takes stream and template out of the server. */
  remove(): Promise<void>;
}

export type StoreWords = Partial<ElasticsearchStoreOptions> & { readonly start?: boolean };

/** `url` is where the client looks; the store asks `words.nodes` where given, for example a proxy before it. */
export async function elasticsearchScene(url: string, words: StoreWords = {}): Promise<ElasticsearchScene> {
  const namespace = words.namespace ?? `test_${randomBytes(6).toString('hex')}`;
  const stream = `logs-logweir-${namespace}`;
  const counts = new Map<string, number>();
  const { start = true, ...options } = words;
  const store = new ElasticsearchStore({
    nodes: [url],
    namespace,
    retentionDays: 14,
    requestTimeoutMs: 30_000,
    now: Date.now,
    random: () => 0,
    count: (reason) => counts.set(reason, (counts.get(reason) ?? 0) + 1),
    ...options,
  });
  if (start) await store.start();
  const client = new Client({ node: url, maxRetries: 0 });
  const remove = async () => {
    await store.close();
    await client.indices.deleteDataStream({ name: stream }, { ignore: [404] });
    await client.indices.deleteIndexTemplate({ name: `logweir-${namespace}` }, { ignore: [404] });
    await client.close();
  };
  return { store, client, namespace, stream, counts, remove };
}

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
  /** What lies in the server, oldest first, by index; of data streams the name of the stream. */
  stored(): Promise<readonly (readonly [index: string, sequence: unknown])[]>;
  /** Makes what was written findable now, in every index; of itself the server does so within a second, each index at its own time. */
  refresh(): Promise<void>;
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
  const index =
    options.index === undefined ? `logs-logweir*-${namespace}` : options.index.replaceAll('{namespace}', namespace).replace(/\{.*\}/, '*');
  const refresh = async () => void (await client.indices.refresh({ index, ignore_unavailable: true }));
  const stored = async () => {
    await refresh();
    const { hits } = await client.search<{ event?: { sequence?: number } }>({ index, size: 1_000, sort: '@timestamp' });
    return hits.hits.map((hit) => [hit._index.replace(/^\.ds-|-[\d.]{10}-\d{6}$/g, ''), hit._source?.event?.sequence] as const);
  };
  const remove = async () => {
    await store.close();
    await client.indices.deleteDataStream({ name: [`logs-logweir*-${namespace}`] }, { ignore: [404] });
    const plain = await client.indices.get({ index: `*${namespace}*`, filter_path: '*.settings.index.uuid' });
    for (const index of Object.keys(plain)) await client.indices.delete({ index }, { ignore: [404] });
    for (const kind of ['', 'datasets-', 'days-']) {
      await client.indices.deleteIndexTemplate({ name: `logweir-${kind}${namespace}` }, { ignore: [404] });
    }
    await client.close();
  };
  return { store, client, namespace, stream, counts, stored, refresh, remove };
}

/**
 * The copy of the documents that live in Redis: one hidden index, `logweir-documents-<namespace>-1` behind the hidden alias
 * `logweir-documents-<namespace>` (no dot first: Elasticsearch keeps those names for itself). One document per key; its `_id`
 * is a hash, as keys may be longer than the 512 bytes of an `_id`; its external version is the round that wrote it, so that
 * nothing older comes over something newer.
 */
import { createHash } from 'node:crypto';
import type { Client, estypes } from '@elastic/elasticsearch';
import type { DocumentIndex, IndexEntry } from '#libs/documents';
import { StoreError } from '../errors.js';
import { createClient, isStatus, toStoreError } from './client.js';
import type { ElasticsearchStoreOptions } from './options.js';

/** What one page of reading brings, about. The first pages are short, as the longest entries come first. */
const PAGE_BYTES = 4 * 1024 * 1024;
const PAGE_ENTRIES = 2_000;
/** Of 1 MiB each at most. */
const FIRST_ENTRIES = 4;
const KEEP_ALIVE = '1m';
/** A removal is remembered so long against a copier that stopped for a while. */
const GC_DELETES = '1h';

export type DocumentCopyOptions = Pick<
  ElasticsearchStoreOptions,
  'nodes' | 'namespace' | 'requestTimeoutMs' | 'apiKey' | 'username' | 'password' | 'ca'
>;

interface Source {
  readonly key: string;
  readonly text: string;
  readonly bytes: number;
}

type BulkItem = Readonly<
  Record<string, { readonly status: number; readonly error?: { readonly type: string; readonly reason?: string | null } }>
>;

/** Throws `StoreError`, retryable while the server is away. */
export class ElasticsearchDocumentCopy implements DocumentIndex {
  readonly #client: Client;
  readonly #alias: string;
  #ready = false;

  constructor(options: DocumentCopyOptions) {
    this.#client = createClient(options);
    this.#alias = `logweir-documents-${options.namespace}`;
  }

  async write(entries: readonly IndexEntry[], round: number): Promise<void> {
    if (entries.length === 0) return;
    const operations = entries.flatMap(({ key, text }) => linesOf(key, text, round));
    await this.#try('copying documents', async () => {
      await this.#ensure();
      // Without the alias the server must not make an index of its own, without our mappings.
      const answer = await this.#client.bulk<Source>({ index: this.#alias, require_alias: true, operations });
      if (answer.errors) this.#check(answer.items);
    });
  }

  async *read(prefix: string): AsyncGenerator<{ key: string; text: string }> {
    const pit = await this.#try('reading the copy of the documents', () => this.#openReader());
    try {
      let size = FIRST_ENTRIES;
      let after: estypes.SortResults | undefined;
      for (;;) {
        const hits = await this.#try('reading the copy of the documents', () => this.#page(pit, prefix, size, after));
        for (const { _source } of hits) if (_source !== undefined) yield { key: _source.key, text: _source.text };
        if (hits.length < size) return;
        const last = hits.at(-1);
        after = last?.sort;
        size = Math.max(1, Math.min(PAGE_ENTRIES, Math.floor(PAGE_BYTES / Math.max(1, last?._source?.bytes ?? 1))));
      }
    } finally {
      await this.#client.closePointInTime({ id: pit }).catch(() => undefined);
    }
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  async #openReader(): Promise<string> {
    await this.#ensure();
    await this.#client.indices.refresh({ index: this.#alias });
    return (await this.#client.openPointInTime({ index: this.#alias, keep_alive: KEEP_ALIVE, allow_partial_search_results: false })).id;
  }

  async #page(id: string, prefix: string, size: number, after: estypes.SortResults | undefined): Promise<estypes.SearchHit<Source>[]> {
    const { hits } = await this.#client.search<Source>({
      pit: { id, keep_alive: KEEP_ALIVE },
      size,
      query: { prefix: { key: prefix } },
      // Longest first: no later entry is longer than the last one, which bounds the next page.
      sort: [{ bytes: 'desc' }, { _shard_doc: 'asc' }],
      track_total_hits: false,
      allow_partial_search_results: false,
      ...(after !== undefined && { search_after: after }),
    });
    return hits.hits;
  }

  async #ensure(): Promise<void> {
    if (this.#ready) return;
    if (!(await this.#client.indices.existsAlias({ name: this.#alias }))) await this.#create();
    this.#ready = true;
  }

  async #create(): Promise<void> {
    try {
      await this.#client.indices.create({
        index: `${this.#alias}-1`,
        aliases: { [this.#alias]: { is_hidden: true } },
        settings: { index: { hidden: true, number_of_shards: 1, auto_expand_replicas: '0-1', gc_deletes: GC_DELETES } },
        mappings: {
          dynamic: false,
          properties: { key: { type: 'keyword' }, bytes: { type: 'integer' }, text: { type: 'object', enabled: false } },
        },
      });
    } catch (error) {
      // Another process was faster.
      if (!isStatus(error, 400) || !(await this.#client.indices.existsAlias({ name: this.#alias }))) throw error;
    }
  }

  #check(items: readonly BulkItem[]): void {
    for (const item of items) {
      const { status, error } = Object.values(item)[0] ?? { status: 0 };
      // 409: a higher round was there; 404: what is removed was not there.
      if (status < 300 || status === 409 || (status === 404 && error === undefined)) continue;
      const reason = `copying documents: Elasticsearch answered ${status}: ${error?.reason ?? error?.type ?? 'no reason was given'}`;
      throw new StoreError('store_unavailable', reason, true);
    }
  }

  async #try<T>(what: string, attempt: () => Promise<T>): Promise<T> {
    try {
      return await attempt();
    } catch (error) {
      // Whatever it was, the index may be gone by now.
      this.#ready = false;
      throw toStoreError(error, what);
    }
  }
}

function linesOf(key: string, text: string | null, round: number): (estypes.BulkOperationContainer | Source)[] {
  const action = { _id: createHash('sha256').update(key).digest('hex'), version: round, version_type: 'external_gte' as const };
  if (text === null) return [{ delete: action }];
  return [{ index: action }, { key, text, bytes: Buffer.byteLength(text) }];
}

import type { Client } from '@elastic/elasticsearch';
import type { Query } from '#libs/query';
import type {
  DeleteProgress,
  HistogramRequest,
  HistogramResult,
  LogStore,
  OrderKey,
  SearchRequest,
  SearchResult,
  StoredRecord,
  StoreHealth,
  WriteBatch,
  WriteOutcome,
} from '../log-store.js';
import { BackOff } from './back-off.js';
import { BackingIndices } from './backing-indices.js';
import { BulkNodes } from './bulk-nodes.js';
import { BulkSender } from './bulk-sender.js';
import { BulkWriter } from './bulk-writer.js';
import { createClient } from './client.js';
import { Deletion } from './deletion.js';
import { checkHealth } from './health.js';
import { Installer } from './installer.js';
import { streamName, type ElasticsearchStoreOptions } from './options.js';
import { filterOf, SearchReader } from './search-reader.js';
import { dropIndicesBefore } from './retention.js';

/** Records in one Elasticsearch data stream, `logs-logweir-<namespace>`; see docs/elasticsearch.md. */
export class ElasticsearchStore implements LogStore {
  readonly #client: Client;
  readonly #nodes: BulkNodes;
  readonly #installer: Installer;
  readonly #writer: BulkWriter;
  readonly #reader: SearchReader;
  readonly #indices: BackingIndices;
  readonly #backOff: BackOff;
  readonly #stream: string;
  readonly #options: ElasticsearchStoreOptions;

  constructor(options: ElasticsearchStoreOptions) {
    this.#options = options;
    this.#stream = streamName(options.namespace);
    this.#client = createClient(options);
    this.#nodes = new BulkNodes(options);
    this.#installer = new Installer(this.#client, this.#nodes, options);
    this.#indices = new BackingIndices(this.#client, this.#stream);
    this.#backOff = new BackOff(options.random);
    this.#reader = new SearchReader(this.#client, this.#stream, options.now);
    this.#writer = new BulkWriter({
      sender: new BulkSender(this.#nodes, this.#stream, options.now, options.requestTimeoutMs),
      indices: this.#indices,
      backOff: this.#backOff,
      ready: () => this.#installer.ensure(),
      templateMissing: () => this.#installer.missing(),
      count: (reason) => options.count?.(reason),
    });
  }

  get concurrency(): number {
    return this.#backOff.concurrency;
  }

  /** Does not fail while the server is away, or is none that we know: that is a matter of health, and tried again. */
  start(): Promise<void> {
    return this.#installer.start();
  }

  /** The templates, now or not at all. */
  install(): Promise<void> {
    return this.#installer.ensure();
  }

  mark(): Promise<string> {
    return this.#writer.mark();
  }

  write(batch: WriteBatch): Promise<WriteOutcome> {
    return this.#writer.write(batch);
  }

  search(request: SearchRequest): Promise<SearchResult> {
    return this.#reader.search(request);
  }

  get(key: OrderKey): Promise<StoredRecord | undefined> {
    return this.#reader.get(key);
  }

  histogram(request: HistogramRequest): Promise<HistogramResult> {
    return this.#reader.histogram(request);
  }

  deleteMatching(query: Query, range: Pick<SearchRequest, 'fromNs' | 'toNs'>, signal: AbortSignal): AsyncIterable<DeleteProgress> {
    const { now, random, requestTimeoutMs } = this.#options;
    const options = { client: this.#client, stream: this.#stream, random, requestTimeoutMs };
    return new Deletion(options, filterOf({ query, ...range }, now()), signal).run();
  }

  /** The stream's lifecycle does the same on its own; this only makes it exact to the day. */
  dropBefore(day: string): Promise<void> {
    return dropIndicesBefore(this.#client, this.#indices, day);
  }

  async health(): Promise<StoreHealth> {
    const known = this.#installer.trouble || this.#writer.trouble;
    return known ? { ok: false, reason: known } : checkHealth(this.#client, this.#stream);
  }

  async close(): Promise<void> {
    this.#installer.close();
    await this.#nodes.close();
    await this.#client.close();
  }
}

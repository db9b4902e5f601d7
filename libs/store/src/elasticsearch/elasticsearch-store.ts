import type { Client } from '@elastic/elasticsearch';
import type { Query } from '#libs/query';
import { ANSWER_CUT } from '../answer-size.js';
import type { ExportChunk, ExportRequest } from '../export.js';
import type { FacetsRequest, FacetsResult } from '../facets.js';
import type { FieldsRequest, FieldsResult } from '../fields.js';
import type { PatternsRequest, PatternsResult } from '../patterns.js';
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
import { chooseLayout } from './choose-layout.js';
import { createClient } from './client.js';
import { DayIndices } from './day-indices.js';
import { DayLayout } from './day-layout.js';
import { Deletion } from './deletion.js';
import { checkHealth } from './health.js';
import { Installer } from './installer.js';
import type { Layout } from './layout.js';
import type { ElasticsearchStoreOptions } from './options.js';
import { filterOf, SearchReader } from './search-reader.js';
import { dropIndicesBefore } from './retention.js';

/** Records in data streams, or in one plain index a day; see docs/elasticsearch.md. */
export class ElasticsearchStore implements LogStore {
  readonly #options: ElasticsearchStoreOptions;
  readonly #client: Client;
  readonly #nodes: BulkNodes;
  readonly #layout: Layout;
  readonly #installer: Installer;
  readonly #writer: BulkWriter;
  readonly #reader: SearchReader;
  readonly #indices: BackingIndices;
  /** When records lie in plain indices. */
  readonly #days: DayIndices | undefined;
  readonly #backOff: BackOff;

  constructor(options: ElasticsearchStoreOptions) {
    this.#options = options;
    this.#client = createClient(options);
    this.#nodes = new BulkNodes(options);
    const layout = chooseLayout(options);
    this.#layout = layout;
    this.#installer = new Installer({ client: this.#client, nodes: this.#nodes, layout: this.#layout, options });
    this.#days = layout instanceof DayLayout ? new DayIndices(this.#client, layout, this.#installer) : undefined;
    this.#indices = new BackingIndices(this.#client, this.#layout.all);
    this.#backOff = new BackOff(options.random);
    this.#reader = new SearchReader(this.#client, this.#layout, options.now);
    this.#writer = new BulkWriter({
      sender: new BulkSender(this.#nodes, options.now, { streams: this.#layout.rolls, requestTimeoutMs: options.requestTimeoutMs }),
      layout: this.#layout,
      indices: this.#indices,
      mark: () => this.#readMark(),
      backOff: this.#backOff,
      ready: (targets) => this.#days?.ready(targets) ?? this.#installer.ensure(),
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

  async search(request: SearchRequest): Promise<SearchResult> {
    const result = await this.#reader.search(request);
    if (result.cut === true) this.#options.count?.(ANSWER_CUT);
    return result;
  }

  get(key: OrderKey): Promise<StoredRecord | undefined> {
    return this.#reader.get(key);
  }

  histogram(request: HistogramRequest): Promise<HistogramResult> {
    return this.#reader.histogram(request);
  }

  facets(request: FacetsRequest): Promise<FacetsResult> {
    return this.#reader.facets(request);
  }

  patterns(request: PatternsRequest): Promise<PatternsResult> {
    return this.#reader.patterns(request);
  }

  fields(request: FieldsRequest): Promise<FieldsResult> {
    return this.#reader.fields(request);
  }

  export(request: ExportRequest): AsyncIterable<ExportChunk> {
    return this.#reader.export(request);
  }

  deleteMatching(query: Query, range: Pick<SearchRequest, 'fromNs' | 'toNs'>, signal: AbortSignal): AsyncIterable<DeleteProgress> {
    const { now, random, requestTimeoutMs } = this.#options;
    const options = { client: this.#client, stream: this.#layout.all, random, requestTimeoutMs };
    return new Deletion(options, filterOf({ query, ...range }, now(), this.#layout), signal).run();
  }

  /** The streams' lifecycle does the same on its own; this only makes it exact to the day. Plain indices have nothing else. */
  dropBefore(day: string): Promise<void> {
    return this.#days?.dropBefore(day) ?? dropIndicesBefore(this.#client, this.#indices, day);
  }

  async health(): Promise<StoreHealth> {
    const known = this.#installer.trouble || this.#writer.trouble;
    return known ? { ok: false, reason: known } : checkHealth(this.#client, this.#layout, this.#options.now());
  }

  async close(): Promise<void> {
    this.#installer.close();
    await this.#nodes.close();
    await this.#client.close();
  }

  /** Plain indices never roll over: there is nothing to remember, and time to look whether they are still as they should be. */
  async #readMark(): Promise<string> {
    if (this.#days === undefined) return this.#indices.mark();
    this.#days.forget();
    return '';
  }
}

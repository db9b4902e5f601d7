import { resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { needsOf, toSql, type Query } from '#libs/query';
import { ANSWER_CUT } from '../answer-size.js';
import { StoreError } from '../errors.js';
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
import type { CallName, Calls, ExportPage, ExportPlace, Filter, FromWorker, Maintenance, Range, StoreReport } from './protocol.js';

export interface DuckDbStoreOptions {
  /** Where the day files are; one process at a time. */
  readonly folder: string;
  /** Wall clock in milliseconds: what `now` in a query and retention go by. */
  readonly now: () => number;
  /** What DuckDB may hold in memory; the thread itself needs about as much again. */
  readonly memoryLimitMb?: number;
  readonly threads?: number;
  /** Whole UTC days kept beside today; 0 keeps all. */
  readonly retentionDays?: number;
  /** Bytes of all day files together, the oldest day goes first; 0 keeps all. */
  readonly retentionBytes?: number;
  /** A damaged file that was set aside, or the thread that ended. */
  readonly report?: (report: StoreReport) => void;
  /** Called for each answer that had to leave records out. */
  readonly count?: (event: typeof ANSWER_CUT) => void;
}

const DEFAULT_MEMORY_MB = 256;
const DEFAULT_THREADS = 2;
const DEFAULT_RETENTION_DAYS = 14;
const RETRY_MS = 1_000;
/** Parsed records die young: with room for a few slices of them hardly one is copied by the collector. */
const YOUNG_MB = 48;

/** File locks hold between processes only, and a second instance on the same files would show old rows for ever. */
const openFolders = new Set<string>();

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** The embedded store: a thin client of the one worker thread that owns DuckDB. */
export class DuckDbStore implements LogStore {
  /** Positions rise over batches and a file keeps one mark per journal, so batches come one after the other. */
  readonly concurrency = 1;

  private worker: Worker | undefined;
  private ended = 'the store is not started';
  private lastId = 0;
  private readonly pending = new Map<number, Pending>();

  constructor(private readonly options: DuckDbStoreOptions) {}

  /** Throws `StoreError` `store_locked` when another process, or another store of this one, has the folder. */
  async start(): Promise<void> {
    const folder = resolve(this.options.folder);
    if (openFolders.has(folder)) {
      throw new StoreError('store_locked', `the store folder ${folder} is already open in this process: use that store`, false);
    }
    openFolders.add(folder);
    this.ended = "the store's thread ended; restart the process";
    const worker = new Worker(new URL('./worker.js', import.meta.url), { resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } });
    this.worker = worker;
    worker.on('message', (message: FromWorker) => this.receive(message));
    worker.on('error', (error) => this.end(`the store's thread failed: ${error.message}; restart the process`));
    worker.on('exit', () => {
      openFolders.delete(folder);
      this.end(this.ended);
    });
    await this.open(folder).catch(async (error: unknown) => {
      await this.stop(worker);
      throw error;
    });
  }

  async write(batch: WriteBatch): Promise<WriteOutcome> {
    // The bytes may be a slice of a larger buffer that the caller keeps: one copy of just these travels.
    const bulk = new Uint8Array(batch.bulk);
    try {
      return await this.call(
        'write',
        { journal: batch.journal, bulk, positions: batch.positions, nowMs: this.options.now() },
        { transfer: bulk },
      );
    } catch (error) {
      const retry = Array.from({ length: batch.count }, (_, index) => index);
      return { stored: 0, duplicate: 0, rejected: [], retry, expired: 0, retryAfterMs: RETRY_MS, reason: (error as Error).message };
    }
  }

  /** The day files know what they hold. */
  async mark(): Promise<string> {
    return '';
  }

  async search(request: SearchRequest): Promise<SearchResult> {
    const { limit, order, after, fields, count, signal } = request;
    const call = {
      ...this.rangeOf(request),
      limit,
      order,
      ...(after && { after }),
      ...(fields && { fields }),
      ...(count === false && { count }),
    };
    const result = await this.call('search', call, { signal });
    if (result.cut === true) this.options.count?.(ANSWER_CUT);
    return result;
  }

  get(key: OrderKey): Promise<StoredRecord | undefined> {
    return this.call('get', key);
  }

  async histogram(request: HistogramRequest): Promise<HistogramResult> {
    const { intervalMs, by, signal } = request;
    return this.call('histogram', { ...this.rangeOf(request), intervalMs, ...(by !== undefined && { by }) }, { signal });
  }

  patterns(request: PatternsRequest): Promise<PatternsResult> {
    const { order, limit, intervalMs, signal } = request;
    return this.call('patterns', { ...this.rangeOf(request), order, limit, intervalMs }, { signal });
  }

  facets(request: FacetsRequest): Promise<FacetsResult> {
    const { fields, limit, prefix, signal } = request;
    return this.call('facets', { ...this.rangeOf(request), fields, limit, ...(prefix !== undefined && { prefix }) }, { signal });
  }

  fields(request: FieldsRequest): Promise<FieldsResult> {
    const { limit, prefix, signal } = request;
    return this.call('fields', { ...this.rangeOf(request), limit, ...(prefix !== undefined && { prefix }) }, { signal });
  }

  async *export(request: ExportRequest): AsyncGenerator<ExportChunk> {
    const { query, fromNs, toNs, format, order, fields, signal } = request;
    const call = { filter: this.filterOf(query), fromNs, toNs, format, order, ...(fields && { fields }) };
    let place: ExportPlace | undefined;
    do {
      const page: ExportPage = await this.call('exportPage', { ...call, ...(place && { place }) }, { signal });
      if (page.records > 0) yield page;
      place = page.next;
    } while (place);
  }

  /** A step is a day: its file is written anew without them. */
  async *deleteMatching(
    query: Query,
    { fromNs, toNs }: Pick<SearchRequest, 'fromNs' | 'toNs'>,
    signal: AbortSignal,
  ): AsyncGenerator<DeleteProgress> {
    const call = { filter: this.filterOf(query), fromNs, toNs };
    const days = await this.call('matchingDays', call, { signal });
    const total = days.reduce((sum, { records }) => sum + records, 0);
    let deleted = 0;
    yield { deleted, total };
    for (const { day } of days) {
      deleted += await this.call('deleteFrom', { ...call, day }, { signal });
      yield { deleted, total: Math.max(deleted, total) };
    }
  }

  dropBefore(day: string): Promise<void> {
    return this.call('dropBefore', day);
  }

  /** Retention and the rewrite of a closed day; to be called every minute or so. A rewrite of 10 M records takes about a minute. */
  maintain(): Promise<Maintenance> {
    return this.call('maintain', this.options.now());
  }

  async health(): Promise<StoreHealth> {
    if (this.worker === undefined) return { ok: false, reason: this.ended };
    return this.call('health', undefined);
  }

  async close(): Promise<void> {
    const { worker } = this;
    if (worker === undefined) return;
    await this.call('close', undefined);
    await this.stop(worker);
  }

  private open(folder: string): Promise<void> {
    const { memoryLimitMb = DEFAULT_MEMORY_MB, threads = DEFAULT_THREADS, retentionDays = DEFAULT_RETENTION_DAYS } = this.options;
    const { retentionBytes = 0 } = this.options;
    return this.call('start', { folder, memoryLimitMb, threads, retentionDays, retentionBytes, nowMs: this.options.now() });
  }

  private async stop(worker: Worker): Promise<void> {
    this.ended = 'the store is closed';
    this.worker = undefined;
    await worker.terminate();
    this.refusePending(this.ended);
    openFolders.delete(resolve(this.options.folder));
  }

  private rangeOf(request: Pick<SearchRequest, 'query' | 'fromNs' | 'toNs' | 'timeoutMs'>): Range {
    const { fromNs, toNs, timeoutMs } = request;
    return { filter: this.filterOf(request.query), fromNs, toNs, timeoutMs };
  }

  private filterOf(query: Query): Filter {
    const at = { nowNs: BigInt(this.options.now()) * 1_000_000n };
    const needs = needsOf(query, at);
    return { ...toSql(query, at), ...(needs && { needs }), reads: readsOf(query) };
  }

  private call<Name extends CallName>(
    name: Name,
    argument: Calls[Name]['argument'],
    options: { readonly signal?: AbortSignal | undefined; readonly transfer?: Uint8Array<ArrayBuffer> } = {},
  ): Promise<Calls[Name]['result']> {
    const { worker } = this;
    if (worker === undefined) return Promise.reject(new StoreError('store_closed', this.ended, false));
    const { signal, transfer } = options;
    if (signal?.aborted) return Promise.reject(aborted());
    const id = (this.lastId += 1);
    const abort = () => worker.postMessage({ abort: id });
    signal?.addEventListener('abort', abort);
    const reply = new Promise<unknown>((resolve, reject) => this.pending.set(id, { resolve, reject }));
    worker.postMessage({ id, name, argument }, transfer ? [transfer.buffer] : []);
    return reply.finally(() => signal?.removeEventListener('abort', abort)) as Promise<Calls[Name]['result']>;
  }

  private receive(message: FromWorker): void {
    if ('report' in message) {
      this.options.report?.(message.report);
      return;
    }
    const pending = this.pending.get(message.id);
    this.pending.delete(message.id);
    if (!('error' in message)) pending?.resolve(message.value);
    else pending?.reject(new StoreError(message.error.code, message.error.message, message.error.retryable));
  }

  private end(reason: string): void {
    if (this.worker === undefined) return;
    this.worker = undefined;
    this.ended = reason;
    this.options.report?.({ type: 'worker_ended', message: reason });
    this.refusePending(reason);
  }

  private refusePending(reason: string): void {
    for (const { reject } of this.pending.values()) reject(new StoreError('store_unavailable', reason, true));
    this.pending.clear();
  }
}

/** Names of `log.level` in a query. */
const LEVEL_FIELDS: ReadonlySet<string | undefined> = new Set(['level', 'log.level']);

function readsOf(query: Query): Filter['reads'] {
  switch (query.type) {
    case 'all':
      return 'nothing';
    case 'and':
    case 'or':
      return query.clauses.every((clause) => readsOf(clause) !== 'records') ? 'level' : 'records';
    case 'not':
      return readsOf(query.clause) === 'records' ? 'records' : 'level';
    case 'match':
    case 'range':
    case 'exists':
      return LEVEL_FIELDS.has(query.field) ? 'level' : 'records';
  }
}

const aborted = (): StoreError => new StoreError('store_aborted', 'aborted by its caller', false);

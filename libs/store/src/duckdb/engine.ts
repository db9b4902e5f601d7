import { StoreError } from '../errors.js';
import type { FacetsResult } from '../facets.js';
import { sampleFields, type FieldsResult } from '../fields.js';
import type { PatternsResult } from '../patterns.js';
import type { OrderKey, StoredRecord, StoreHealth, WriteOutcome, SearchResult, HistogramResult } from '../log-store.js';
import { Catalog } from './catalog.js';
import { compact, wantsCompaction } from './compaction.js';
import type { DayFile } from './day-file.js';
import { deleteFrom, matchingDays } from './deletion.js';
import { facets } from './facets.js';
import { patterns } from './patterns.js';
import { exportPage } from './export.js';
import { histogram } from './histogram.js';
import type {
  DeleteCall,
  ExportCall,
  ExportPage,
  FacetsCall,
  FieldsCall,
  PatternsCall,
  HistogramCall,
  Maintenance,
  MatchCall,
  MatchingDay,
  SearchCall,
  StartOptions,
  StoreReport,
  WriteCall,
} from './protocol.js';
import { Deadline } from './readers.js';
import { countAll, search } from './search.js';
import { DAY_MS, dayOf } from './timestamp.js';
import { Turns } from './turns.js';
import { Writing } from './writing.js';

/** A day closes this long after its end: late records mostly came by then. */
const CLOSING_MS = 60 * 60_000;
const GET_MS = 10_000;

/** The store inside its thread: everything that owns the DuckDB instance. */
export class Engine {
  private readonly turns = new Turns();
  /** One after the other: two rewrites of a day would undo each other. */
  private readonly rewrites = new Turns();
  private readonly writing: Writing;

  private constructor(
    private readonly catalog: Catalog,
    private readonly options: StartOptions,
  ) {
    this.writing = new Writing(catalog, (day, nowMs) => catalog.isDropped(day) || this.isPastDays(day, nowMs));
  }

  static async start(options: StartOptions, report: (report: StoreReport) => void): Promise<Engine> {
    return new Engine(await Catalog.open(options, report), options);
  }

  write(call: WriteCall): Promise<WriteOutcome> {
    return this.turns.take(() => this.writing.write(call));
  }

  search(call: SearchCall, signal: AbortSignal): Promise<SearchResult> {
    return search(this.catalog, call, new Deadline(call.timeoutMs, signal));
  }

  histogram(call: HistogramCall, signal: AbortSignal): Promise<HistogramResult> {
    return histogram(this.catalog, call, new Deadline(call.timeoutMs, signal));
  }

  facets(call: FacetsCall, signal: AbortSignal): Promise<FacetsResult> {
    return facets(this.catalog, call, new Deadline(call.timeoutMs, signal));
  }

  patterns(call: PatternsCall, signal: AbortSignal): Promise<PatternsResult> {
    return patterns(this.catalog, call, new Deadline(call.timeoutMs, signal));
  }

  fields(call: FieldsCall, signal: AbortSignal): Promise<FieldsResult> {
    const { filter, fromNs, toNs, timeoutMs } = call;
    const deadline = new Deadline(timeoutMs, signal);
    const range = { filter, fromNs, toNs, timeoutMs, count: false } as const;
    const count = async () => (await countAll(this.catalog, range, deadline)).value;
    return sampleFields(call, (page) => search(this.catalog, { ...range, ...page }, deadline), count);
  }

  exportPage(call: ExportCall, signal: AbortSignal): Promise<ExportPage> {
    return exportPage(this.catalog, call, signal);
  }

  async get(key: OrderKey, signal: AbortSignal): Promise<StoredRecord | undefined> {
    const at = BigInt(key.timestampNs);
    const filter = { sql: 'seq = ? AND node = ?', params: [BigInt(key.sequence), key.node], reads: 'records' as const };
    const call: SearchCall = { filter, fromNs: at, toNs: at + 1n, limit: 1, order: 'desc', timeoutMs: GET_MS };
    const result = await this.search(call, signal);
    if (result.partial) throw new StoreError('store_unavailable', `the record could not be read: ${result.warnings.join('; ')}`, true);
    return result.hits[0]?.record;
  }

  matchingDays(call: MatchCall, signal: AbortSignal): Promise<MatchingDay[]> {
    return matchingDays(this.catalog, call, signal);
  }

  deleteFrom(call: DeleteCall, signal: AbortSignal): Promise<number> {
    return this.rewrites.take(() => deleteFrom(this.catalog, this.turns, call, signal));
  }

  async dropBefore(day: string): Promise<void> {
    await this.turns.take(() => this.catalog.dropBefore(day));
  }

  /** Retention, then at most one rewrite of a closed day. */
  async maintain(nowMs: number): Promise<Maintenance> {
    const dropped = await this.turns.take(async () => [...(await this.dropByDays(nowMs)), ...(await this.dropByBytes(nowMs))]);
    const closed = this.catalog.list().find((day) => day.endMs + CLOSING_MS < nowMs && wantsCompaction(day));
    const sizes = closed && (await this.rewrites.take(() => compact(this.catalog, this.turns, closed)));
    return { dropped, compacted: closed && sizes ? [{ day: closed.day, ...sizes }] : [] };
  }

  async health(): Promise<StoreHealth> {
    try {
      await this.catalog.readers.rows('SELECT 1', [], new Deadline(GET_MS, new AbortController().signal));
      return { ok: this.writing.failure === '', reason: this.writing.failure };
    } catch (error) {
      return { ok: false, reason: `DuckDB does not answer: ${(error as Error).message}` };
    }
  }

  async close(): Promise<void> {
    await this.turns.take(() => this.catalog.close());
  }

  private isPastDays(day: string, nowMs: number): boolean {
    return this.options.retentionDays > 0 && day < this.firstDay(nowMs);
  }

  private firstDay(nowMs: number): string {
    return dayOf(nowMs - this.options.retentionDays * DAY_MS);
  }

  private async dropByDays(nowMs: number): Promise<Maintenance['dropped']> {
    return this.options.retentionDays > 0 ? this.drop(this.firstDay(nowMs), 'days') : [];
  }

  /** Oldest day first; today stays whatever its size. */
  private async dropByBytes(nowMs: number): Promise<Maintenance['dropped']> {
    const limit = this.options.retentionBytes;
    const days = this.catalog.list();
    let bytes = 0;
    for (const day of days) bytes += await day.bytes();
    const dropped: Maintenance['dropped'][number][] = [];
    for (const day of days) {
      if (limit === 0 || bytes <= limit || day.endMs > nowMs) break;
      bytes -= await day.bytes();
      dropped.push(...(await this.drop(dayOf(day.endMs), 'bytes')));
    }
    return dropped;
  }

  private async drop(before: string, reason: 'days' | 'bytes'): Promise<Maintenance['dropped']> {
    const sizes = new Map<DayFile, number>();
    for (const day of this.catalog.list()) sizes.set(day, await day.bytes());
    const dropped = await this.catalog.dropBefore(before);
    return dropped.map((day) => ({ day: day.day, reason, records: day.counts.total, bytes: sizes.get(day) ?? 0 }));
  }
}

import { Injectable } from '@nestjs/common';
import type { DiscoverLink } from '#libs/kibana';
import { storedField } from '#libs/query';
import type { OrderKey, SearchHit, SearchRequest, SearchResult, StoredRecord } from '#libs/store';
import { ApiParts } from '../api-parts.js';
import { ApiError } from '../errors.js';
import { decodeCursor, encodeCursor, type Cursor } from './cursor.js';
import { composeQuery } from './filter.js';
import type { SearchParameters } from './logs.parameters.js';
import { formatRecordId, parseRecordId } from './record-id.js';
import { SearchSlots } from './search-slots.js';
import { NS_PER_MS } from './time.js';
import { timeRange, type TimeRange } from './time-range.js';

/** A stored record (ECS names, objects as in Elasticsearch's `_source`) and its public id. */
export type LogItem = StoredRecord & { readonly id: string };

/** One record, and where Kibana shows it. */
export type LogAnswer = LogItem & { readonly kibana?: DiscoverLink };

export interface LogPage {
  readonly items: readonly LogItem[];
  /** Absent on the last page. */
  readonly next?: string;
  /** Absent on the first page. */
  readonly prev?: string;
  readonly total: SearchResult['total'];
  readonly took_ms: number;
  /** Not everything was looked at; `warnings` says why. */
  readonly partial: boolean;
  readonly warnings: readonly string[];
  /** The same search in Discover; only where LOGWEIR_KIBANA_URL is set. */
  readonly kibana?: DiscoverLink;
}

/** What stays the same from page to page, and where this page begins. */
interface Place extends TimeRange {
  readonly order: 'asc' | 'desc';
  readonly cursor?: Cursor;
}

@Injectable()
export class LogSearch {
  constructor(
    private readonly parts: ApiParts,
    private readonly slots: SearchSlots,
  ) {}

  async search(parameters: SearchParameters, disconnected: AbortSignal): Promise<LogPage> {
    const startedMs = this.parts.now();
    const place = this.place(parameters);
    const request = searchRequest(parameters, place);
    const result = await this.slots.run({ kind: 'search', timeoutMs: parameters.timeout, disconnected }, (signal) =>
      this.parts.reader.search({ ...request, signal }),
    );
    return {
      ...page(result, place, parameters.limit),
      took_ms: Math.max(0, this.parts.now() - startedMs),
      ...this.discover(request, place, startedMs),
    };
  }

  async get(id: string): Promise<LogAnswer> {
    const key = parseRecordId(id);
    return { id: formatRecordId(key), ...this.discoverOne(key), ...(await this.read(key)) };
  }

  /** Throws `ApiError` when there is none. */
  async read(key: OrderKey): Promise<StoredRecord> {
    const record = await this.parts.reader.get(key);
    if (record === undefined) {
      throw new ApiError(404, 'record_not_found', 'no record has this id', { hint: 'it may have been removed by retention' });
    }
    return record;
  }

  private discover(request: SearchRequest, { order }: Place, nowMs: number): { kibana?: DiscoverLink } {
    const { query, fromNs, toNs, fields } = request;
    const columns = fields === undefined ? {} : { columns: fields };
    const kibana = this.parts.kibana?.link({ query, fromNs, toNs, order, ...columns, nowNs: BigInt(Math.trunc(nowMs)) * NS_PER_MS });
    return kibana === undefined ? {} : { kibana };
  }

  private discoverOne({ timestampNs, sequence, node }: OrderKey): { kibana?: DiscoverLink } {
    const fromNs = BigInt(timestampNs);
    const query = composeQuery('', [`event.sequence:${sequence}`, `logweir.node:${node}`]);
    const kibana = this.parts.kibana?.link({ query, fromNs, toNs: fromNs + 1n, nowNs: fromNs });
    return kibana === undefined ? {} : { kibana };
  }

  private place(parameters: SearchParameters): Place {
    if (parameters.cursor === undefined) return { ...timeRange(parameters, this.parts.now()), order: parameters.order };
    const cursor = decodeCursor(parameters.cursor);
    return { fromNs: cursor.fromNs, toNs: cursor.toNs, order: cursor.order, cursor };
  }
}

/** Asks for one record more than the page holds: whether it comes tells whether there is another page. */
function searchRequest(parameters: SearchParameters, place: Place): SearchRequest {
  return {
    query: composeQuery(parameters.q, parameters.filter),
    fromNs: place.fromNs,
    toNs: place.toNs,
    limit: parameters.limit + 1,
    order: place.cursor?.direction === 'prev' ? opposite(place.order) : place.order,
    ...(place.cursor === undefined ? {} : { after: place.cursor.key }),
    ...(parameters.fields === undefined ? {} : { fields: parameters.fields.map((name) => storedField(name).name) }),
    timeoutMs: parameters.timeout,
  };
}

function page(result: SearchResult, place: Place, limit: number): Omit<LogPage, 'took_ms'> {
  const more = result.hits.length > limit || result.cut === true;
  const backwards = place.cursor?.direction === 'prev';
  const found = result.hits.slice(0, limit);
  const hits = backwards ? found.reverse() : found;
  return {
    items: hits.map((hit) => ({ id: formatRecordId(hit.key), ...hit.record })),
    ...link('next', hits.at(-1), place, backwards || more),
    ...link('prev', hits[0], place, backwards ? more : place.cursor !== undefined),
    total: result.total,
    partial: result.partial,
    warnings: result.warnings,
  };
}

/** An empty page has no record to go on from; its neighbours are where its own cursor came from. */
function link(direction: 'next' | 'prev', hit: SearchHit | undefined, place: Place, exists: boolean): { next?: string; prev?: string } {
  if (!exists || hit === undefined) return {};
  const { order, fromNs, toNs } = place;
  return { [direction]: encodeCursor({ direction, order, fromNs, toNs, key: hit.key }) };
}

function opposite(order: 'asc' | 'desc'): 'asc' | 'desc' {
  return order === 'asc' ? 'desc' : 'asc';
}

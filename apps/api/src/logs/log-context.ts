import { Injectable } from '@nestjs/common';
import { fieldOf, storedField, type Query } from '#libs/query';
import type { OrderKey, SearchResult, StoredRecord } from '#libs/store';
import { ApiParts } from '../api-parts.js';
import { composeQuery } from './filter.js';
import { LogSearch, type LogItem } from './log-search.js';
import type { ContextParameters, ContextScope } from './logs.parameters.js';
import { formatRecordId, parseRecordId } from './record-id.js';
import { SearchSlots } from './search-slots.js';

export interface LogContextAnswer {
  /** Rising in time, as `after`: the three together read like the log did. */
  readonly before: readonly LogItem[];
  readonly record: LogItem;
  readonly after: readonly LogItem[];
  /** What was looked at: wider than asked when the record does not say where it is from. */
  readonly scope: ContextScope;
  readonly took_ms: number;
  readonly partial: boolean;
  readonly warnings: readonly string[];
}

/** The end of time, as the stores count it. */
const LAST_NS = 2n ** 63n - 1n;

const CUT = 'the lines are so long that fewer than were asked for fit into one answer';

/** What was written around a record. */
@Injectable()
export class LogContext {
  constructor(
    private readonly parts: ApiParts,
    private readonly logs: LogSearch,
    private readonly slots: SearchSlots,
  ) {}

  async around(id: string, parameters: ContextParameters, disconnected: AbortSignal): Promise<LogContextAnswer> {
    const startedMs = this.parts.now();
    const key = parseRecordId(id);
    const answer = await this.slots.run({ kind: 'context', timeoutMs: parameters.timeout, disconnected }, (signal) =>
      this.read(key, parameters, signal),
    );
    return { ...answer, took_ms: Math.max(0, this.parts.now() - startedMs) };
  }

  private async read(key: OrderKey, parameters: ContextParameters, signal: AbortSignal): Promise<Omit<LogContextAnswer, 'took_ms'>> {
    const record = await this.logs.read(key);
    const { scope, query } = scopeOf(record, parameters.scope);
    const { fields, timeout: timeoutMs } = parameters;
    const names = fields?.map((name) => storedField(name).name);
    const base = { query, after: key, count: false, timeoutMs, signal, ...(names && { fields: names }) } as const;
    const at = BigInt(key.timestampNs);
    const [before, after] = await Promise.all([
      this.search({ ...base, order: 'desc', fromNs: 0n, toNs: at + 1n, limit: parameters.before }),
      this.search({ ...base, order: 'asc', fromNs: at, toNs: LAST_NS, limit: parameters.after }),
    ]);
    const cut = before.cut === true || after.cut === true ? [CUT] : [];
    return {
      before: itemsOf(before).reverse(),
      record: { ...record, id: formatRecordId(key) },
      after: itemsOf(after),
      scope,
      partial: before.partial || after.partial || cut.length > 0,
      warnings: [...new Set([...before.warnings, ...after.warnings, ...cut])],
    };
  }

  private search(request: Parameters<ApiParts['reader']['search']>[0]): Promise<SearchResult> {
    if (request.limit > 0) return this.parts.reader.search(request);
    return Promise.resolve({ hits: [], total: { value: 0, exact: false }, partial: false, warnings: [] });
  }
}

const itemsOf = (result: SearchResult): LogItem[] => result.hits.map((hit) => ({ id: formatRecordId(hit.key), ...hit.record }));

/** Fields that say where a record is from, the narrowest first; all of a list must be there, or the next is taken. */
const ORIGINS: Readonly<Record<ContextScope, readonly (readonly string[])[]>> = {
  stream: [
    ['container.id', 'stream'],
    ['container.name', 'stream'],
    ['container.id'],
    ['container.name'],
    ['host.name', 'service.name'],
    ['service.name'],
    ['host.name'],
  ],
  service: [['service.name']],
  all: [],
};

function scopeOf(record: StoredRecord, wanted: ContextScope): { readonly scope: ContextScope; readonly query: Query } {
  for (const names of ORIGINS[wanted]) {
    const filters = names.map((name) => [name, textAt(record, name)] as const);
    if (filters.every(([, value]) => value !== undefined && value !== '')) {
      return {
        scope: wanted,
        query: composeQuery(
          '',
          filters.map(([name, value]) => `${name}:${value}`),
        ),
      };
    }
  }
  return { scope: 'all', query: composeQuery('', []) };
}

function textAt(record: StoredRecord, name: string): string | undefined {
  let at: unknown = record;
  for (const key of fieldOf(name).path) at = typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[key] : undefined;
  return typeof at === 'string' ? at : undefined;
}

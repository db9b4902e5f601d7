import { Injectable } from '@nestjs/common';
import { parseQuery, type Query } from '#libs/query';
import type { HistogramResult, LogReader, SearchRequest, StoredRecord } from '#libs/store';
import { ApiParts } from '../api-parts.js';
import { ApiError } from '../errors.js';
import { composeQuery } from '../logs/filter.js';
import { SearchSlots } from '../logs/search-slots.js';
import { everything, timeRange, type TimeRange } from '../logs/time-range.js';
import { NS_PER_MS } from '../logs/time.js';
import { nearestOf } from '../nearest.js';
import type { ContainersParameters } from './containers.parameters.js';

/** Each costs a small search of its own; more are no list that somebody reads. */
const MAX_LISTED = 200;
/** Searches at once for one list: they share two or four cores with everybody else's. */
const AT_ONCE = 4;
/** To find a container by its name in all that is kept. */
const FIND_TIMEOUT_MS = 10_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Docker itself takes any prefix; fewer characters are more often a word than an id. */
const ID_PREFIX = /^[0-9a-f]{4,64}$/;
const FULL_ID = 64;
const MAX_TOLD = 20;
const NEAREST = 3;

const COLUMNS = ['container.name', 'container.id', 'container.image.name', 'service.name', 'host.name'];

/** Empty texts where no record says it. */
export interface Container {
  readonly name: string;
  readonly id: string;
  readonly image: string;
  readonly service: string;
  readonly host: string;
  readonly records: number;
  /** Time of its newest record. */
  readonly last: string;
}

export interface ContainersAnswer {
  readonly items: readonly Container[];
  readonly took_ms: number;
  readonly partial: boolean;
  readonly warnings: readonly string[];
}

type Asked = TimeRange & Pick<SearchRequest, 'timeoutMs' | 'signal'>;

/** A container by one of its two names, its records and when there were any last. */
interface Seen {
  readonly field: 'container.id' | 'container.name';
  readonly value: string;
  readonly records: number;
  readonly lastMs: number;
}

/** Which containers there were, by their records: one that was removed is still here as long as those are. */
@Injectable()
export class ContainerDirectory {
  private readonly reader: LogReader;

  constructor(
    private readonly parts: ApiParts,
    private readonly slots: SearchSlots,
  ) {
    this.reader = parts.reader;
  }

  /** Newest first. Those without an id are told apart by their names. */
  async list({ timeout: timeoutMs, ...times }: ContainersParameters, disconnected: AbortSignal): Promise<ContainersAnswer> {
    const startedMs = this.parts.now();
    const isWhole = times.from === undefined && times.to === undefined;
    const range = isWhole ? everything(startedMs) : timeRange({ from: '0', ...times }, startedMs);
    const found = await this.slots.run({ kind: 'search', timeoutMs, disconnected }, (signal) => this.look({ ...range, timeoutMs, signal }));
    return { ...found, took_ms: Math.max(0, this.parts.now() - startedMs) };
  }

  /**
   * `text` as Docker takes it: a full id, a name, or the beginning of an id. Gives the filter of its records; a name stands for every
   * container that had it. Throws `ApiError` when it names none, or more than one.
   */
  find(text: string, disconnected: AbortSignal): Promise<string> {
    const asked = { ...everything(this.parts.now()), timeoutMs: FIND_TIMEOUT_MS };
    return this.slots.run({ kind: 'search', timeoutMs: FIND_TIMEOUT_MS, disconnected }, (signal) =>
      this.filterOf(text, { ...asked, signal }),
    );
  }

  private async look(asked: Asked): Promise<Omit<ContainersAnswer, 'took_ms'>> {
    const [byId, byName] = await Promise.all([
      this.count('container.id', parseQuery('container.id:*'), asked),
      this.count('container.name', parseQuery('container.name:* and not container.id:*'), asked),
    ]);
    const seen = [...byId.seen, ...byName.seen].sort((a, b) => b.lastMs - a.lastMs || b.records - a.records);
    const listed = seen.slice(0, MAX_LISTED);
    const more = seen.length - listed.length;
    const items = await inTurns(listed, (each) => this.describe(each, { ...asked, widthMs: byId.widthMs }));
    return {
      items: items.sort((a, b) => (a.last === b.last ? 0 : a.last < b.last ? 1 : -1)),
      partial: byId.partial || byName.partial,
      warnings: [
        ...new Set([...byId.warnings, ...byName.warnings]),
        ...(more > 0 ? [`${more} containers whose last record is older are left out: take a narrower time range`] : []),
      ],
    };
  }

  private async filterOf(text: string, asked: Asked): Promise<string> {
    if (text.length === FULL_ID && ID_PREFIX.test(text) && (await this.has('container.id', text, asked))) return `container.id:${text}`;
    if (await this.has('container.name', text, asked)) return `container.name:${text}`;
    const ids = ID_PREFIX.test(text) ? (await this.count('container.id', parseQuery(`container.id:${text}*`), asked)).seen : [];
    const [only] = ids;
    if (only === undefined) return this.missing(text, asked);
    if (ids.length > 1) throw ambiguous(text, ids);
    return `container.id:${only.value}`;
  }

  private async has(field: Seen['field'], value: string, asked: Asked): Promise<boolean> {
    const query = composeQuery('', [`${field}:${value}`]);
    const { hits } = await this.reader.search({ ...asked, query, limit: 1, order: 'desc', fields: ['container.id'], count: false });
    return hits.length > 0;
  }

  private async missing(text: string, asked: Asked): Promise<never> {
    const { seen } = await this.count('container.name', parseQuery('container.name:*'), asked);
    const names = seen.map(({ value }) => value);
    const near = nearestOf(text, names, NEAREST);
    throw new ApiError(404, 'container_not_found', `no container has the name or id "${text.slice(0, 128)}"`, {
      hint: near.length === 0 ? 'GET /api/v1/containers lists them' : `did you mean ${near.join(', ')}?`,
    });
  }

  private async count(field: Seen['field'], query: Query, asked: Asked) {
    const rangeMs = Number((asked.toNs - asked.fromNs) / NS_PER_MS);
    const widthMs = rangeMs > 2 * DAY_MS ? DAY_MS : HOUR_MS;
    const result = await this.reader.histogram({ ...asked, query, intervalMs: widthMs, by: field });
    return { seen: sum(result, field), widthMs, partial: result.partial, warnings: result.warnings };
  }

  /** Looks at its newest record, where the counts say that it is. */
  private async describe({ field, value, records, lastMs }: Seen, asked: Asked & { readonly widthMs: number }): Promise<Container> {
    const { widthMs, ...rest } = asked;
    const place = { fromNs: latest(asked.fromNs, lastMs), toNs: earliest(asked.toNs, lastMs + widthMs) };
    const query = composeQuery('', [`${field}:${value}`]);
    const { hits } = await this.reader.search({ ...rest, ...place, query, limit: 1, order: 'desc', fields: COLUMNS, count: false });
    const record = hits[0]?.record ?? {};
    return {
      name: textAt(record, 'container', 'name') || (field === 'container.name' ? value : ''),
      id: textAt(record, 'container', 'id') || (field === 'container.id' ? value : ''),
      image: textAt(record, 'container', 'image', 'name'),
      service: textAt(record, 'service', 'name'),
      host: textAt(record, 'host', 'name'),
      records,
      last: textAt(record, '@timestamp'),
    };
  }
}

function sum({ buckets }: HistogramResult, field: Seen['field']): Seen[] {
  const seen = new Map<string, Seen>();
  for (const { startMs, counts } of buckets) {
    for (const [value, count] of Object.entries(counts)) {
      if (value === '') continue;
      const before = seen.get(value);
      seen.set(value, { field, value, records: count + (before?.records ?? 0), lastMs: Math.max(startMs, before?.lastMs ?? startMs) });
    }
  }
  return [...seen.values()];
}

function ambiguous(text: string, ids: readonly Seen[]): ApiError {
  const told = ids.slice(0, MAX_TOLD).map(({ value }) => value);
  const problems = told.map((id) => ({ field: 'container', message: id }));
  return new ApiError(409, 'container_ambiguous', `the ids of ${ids.length} containers begin with ${text}`, {
    problems,
    hint: `give more of the id: ${told.map((id) => id.slice(0, 16)).join(', ')}`,
  });
}

async function inTurns<From, To>(items: readonly From[], each: (item: From) => Promise<To>): Promise<To[]> {
  const done: To[] = [];
  for (let at = 0; at < items.length; at += AT_ONCE) done.push(...(await Promise.all(items.slice(at, at + AT_ONCE).map(each))));
  return done;
}

function textAt(record: StoredRecord, ...path: readonly string[]): string {
  const found = path.reduce<unknown>((at, key) => (typeof at === 'object' && at !== null ? (at as StoredRecord)[key] : undefined), record);
  return typeof found === 'string' ? found : '';
}

function latest(ns: bigint, ms: number): bigint {
  const other = BigInt(ms) * NS_PER_MS;
  return ns > other ? ns : other;
}

function earliest(ns: bigint, ms: number): bigint {
  const other = BigInt(ms) * NS_PER_MS;
  return ns < other ? ns : other;
}

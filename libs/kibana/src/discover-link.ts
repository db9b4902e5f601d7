import type { Query } from '#libs/query';
import { DATA_VIEW_ID, TIME_FIELD } from './data-view.js';
import { toKibana, type DslFilter } from './kql.js';
import { encodeRison, type RisonValue } from './rison.js';

/** Browsers take more; chats, mail programs and proxies that log addresses do not. */
const MAX_URL = 30_000;
/** Of the text on a pill. */
const MAX_ALIAS = 200;
const NS_PER_MS = 1_000_000n;

export interface DiscoverLink {
  /** Absent when it would be longer than programs take. */
  readonly url?: string;
  /** What in Kibana looks otherwise than it was asked, for a person. */
  readonly notes: readonly string[];
}

export interface DiscoverQuestion {
  readonly query: Query;
  /** Inclusive, nanoseconds since the epoch. */
  readonly fromNs: bigint;
  /** Exclusive. */
  readonly toNs: bigint;
  /** Full names; Discover's own choice for logs when absent. */
  readonly columns?: readonly string[];
  readonly order?: 'asc' | 'desc';
  /** What `now` in the query stands for. */
  readonly nowNs: bigint;
}

/** Links into Discover of the Kibana at `baseUrl`, which may have a path (`/s/ops` is a space). */
export class DiscoverLinks {
  readonly #baseUrl: string;

  constructor(baseUrl: string) {
    this.#baseUrl = baseUrl.replace(/\/+$/u, '');
  }

  link({ query, fromNs, toNs, columns, order = 'desc', nowNs }: DiscoverQuestion): DiscoverLink {
    const { kql, filters } = toKibana(query, { nowNs });
    const global = { time: { from: isoTime(fromNs), to: isoTime(toNs + NS_PER_MS - 1n) } };
    const app = {
      ...(columns !== undefined && { columns }),
      dataSource: { dataViewId: DATA_VIEW_ID, type: 'dataView' },
      filters: filters.map(pill),
      query: { language: 'kuery', query: kql },
      sort: [[TIME_FIELD, order]],
    };
    const url = `${this.#baseUrl}/app/discover#/?_g=${parameter(global)}&_a=${parameter(app)}`;
    if (url.length > MAX_URL) {
      return { notes: [`the link would have ${url.length} characters, more than the ${MAX_URL} that programs take: shorten the query`] };
    }
    return { url, notes: filters.map(({ text }) => `a filter beside the query, as Kibana's KQL cannot say it: ${cut(text)}`) };
  }
}

/** Whole milliseconds, as Kibana keeps times; the range never gets narrower. */
function isoTime(ns: bigint): string {
  return new Date(Number(ns / NS_PER_MS)).toISOString();
}

function pill({ text, query }: DslFilter): RisonValue {
  return {
    $state: { store: 'appState' },
    meta: { alias: cut(text), disabled: false, index: DATA_VIEW_ID, key: 'query', negate: false, type: 'custom' },
    query: query as { readonly [clause: string]: RisonValue },
  };
}

function cut(text: string): string {
  return text.length > MAX_ALIAS ? `${text.slice(0, MAX_ALIAS)}…` : text;
}

/** Rison's own signs are allowed in a fragment and stay readable. */
function parameter(state: RisonValue): string {
  return encodeURIComponent(encodeRison(state).replace(/[\ud800-\udfff]/gu, '\ufffd')).replace(/%(?:3A|2C|40|24|2F)/gu, decodeURIComponent);
}

import type { Query } from '#libs/query';

/** A record's place, unique everywhere: the sort order, the cursor and the public id. Nanoseconds are a decimal string. */
export interface OrderKey {
  readonly timestampNs: string;
  readonly sequence: number;
  readonly node: string;
}

/** What every question to a store says. */
export interface Question {
  readonly query: Query;
  /** Inclusive, nanoseconds since the epoch. */
  readonly fromNs: bigint;
  /** Exclusive. */
  readonly toNs: bigint;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export interface SearchRequest extends Question {
  readonly limit: number;
  readonly order: 'asc' | 'desc';
  /** Continue strictly behind this record in the given order. */
  readonly after?: OrderKey;
  /** ECS names to return; all when absent. `@timestamp` always comes. */
  readonly fields?: readonly string[];
  /** false: nobody looks at `total`, which then is a lower bound; counting costs more than a page further on. */
  readonly count?: false;
}

/** The stored record: ECS names as nested objects (as in `_source`), `attributes` with dotted keys. */
export type StoredRecord = Readonly<Record<string, unknown>>;

export interface SearchHit {
  readonly key: OrderKey;
  readonly record: StoredRecord;
}

export interface SearchResult {
  readonly hits: readonly SearchHit[];
  /** More match behind the last of them, which did not fit into one answer. */
  readonly cut?: boolean;
  readonly total: { readonly value: number; readonly exact: boolean };
  readonly partial: boolean;
  readonly warnings: readonly string[];
}

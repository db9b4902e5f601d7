/** What the REST API answers, as far as the page reads it; `/docs` describes all of it. */

/** ECS names, objects within objects as the store has them. */
export interface LogRecord {
  readonly id: string;
  readonly '@timestamp': string;
  readonly [name: string]: unknown;
}

/** How complete an answer is; `warnings` says why it is not. */
export interface Completeness {
  readonly took_ms: number;
  readonly partial: boolean;
  readonly warnings: readonly string[];
}

export interface LogPage extends Completeness {
  readonly items: readonly LogRecord[];
  readonly next?: string;
  readonly total: { readonly value: number; readonly exact: boolean };
}

export interface Bar {
  /** Start, epoch milliseconds. */
  readonly t: number;
  readonly count: number;
  readonly counts: Readonly<Record<string, number>>;
}

export interface HistogramAnswer extends Completeness {
  readonly interval_ms: number;
  readonly buckets: readonly Bar[];
  readonly total: number;
}

export interface Counted {
  readonly value: string;
  readonly count: number;
}

export interface Facet {
  readonly field: string;
  readonly values: readonly Counted[];
  /** Records with a value that is not listed. */
  readonly other: number;
  readonly distinct: number;
  readonly exact: boolean;
}

export interface FacetsAnswer extends Completeness {
  readonly facets: readonly Facet[];
  readonly total: number;
}

export interface FieldsAnswer extends Completeness {
  readonly fields: readonly { readonly name: string; readonly type: string }[];
}

export interface FieldValuesAnswer extends Completeness {
  readonly values: readonly Counted[];
}

export interface ContextAnswer extends Completeness {
  /** Both in the order of time. */
  readonly before: readonly LogRecord[];
  readonly record: LogRecord;
  readonly after: readonly LogRecord[];
}

export interface SavedSearch {
  readonly id: string;
  readonly version: number;
  readonly name: string;
  readonly q: string;
  readonly filter: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly columns: readonly string[];
}

/** What every request that looks at logs asks about. */
export interface Question {
  readonly q: string;
  readonly from: string;
  readonly to: string;
  readonly filter: readonly string[];
}

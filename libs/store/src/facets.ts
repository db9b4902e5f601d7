import type { Question } from './question.js';

export interface FacetsRequest extends Question {
  /** ECS names, each once. Not of text that is searched by words, nor of times: those have as many values as records. */
  readonly fields: readonly string[];
  /** Values in each list, at most `COUNTED_VALUES`. */
  readonly limit: number;
  /** Only values that begin with it, whatever their case. */
  readonly prefix?: string;
}

export interface FacetValue {
  readonly value: string;
  /** Records that have it; a record with several values of a field counts for each. */
  readonly count: number;
}

/** What a field holds. With a `prefix` everything but `missing` is about the values that begin with it. */
export interface Facet {
  readonly field: string;
  /** Most frequent first, those of equal counts in the order of their text. */
  readonly values: readonly FacetValue[];
  /** Counts of all values that are not listed, together. */
  readonly other: number;
  /** Different values. */
  readonly distinct: number;
  /** Records without the field. Values of more than `MAX_VALUE` characters count as none, as does text in a field of numbers. */
  readonly missing: number;
  /** False when `values`, `other` or `distinct` are estimates; never below `COUNTED_VALUES` different values. */
  readonly exact: boolean;
}

export interface FacetsResult {
  /** In the order of the request. */
  readonly facets: readonly Facet[];
  readonly total: number;
  readonly partial: boolean;
  readonly warnings: readonly string[];
}

/** Values of a field that are told apart. A list to pick from is far shorter; 20 fields of them stay within a few tens of MB. */
export const COUNTED_VALUES = 1_000;
/** Characters; what Elasticsearch's mapping keeps of a keyword. Longer ones are nothing to pick from a list. */
export const MAX_VALUE = 1_024;

/** What has been counted of a field so far, by day or by shard. */
export class ValueCounts {
  missing = 0;
  private readonly counts = new Map<string, number>();
  private uncounted = 0;
  private known = 0;
  private estimated = false;

  constructor(
    private readonly field: string,
    private readonly prefix = '',
  ) {}

  add(value: string, count: number): void {
    if (!beginsWith(value, this.prefix)) return;
    this.counts.set(value, (this.counts.get(value) ?? 0) + count);
  }

  /** A part whose list ended early: the count of all that was left out, and how many different values the part has; `whole` when there is no other part. */
  addRest(count: number, distinct: number, whole: boolean): void {
    this.uncounted += count;
    this.known = Math.max(this.known, distinct);
    if (!whole) this.estimated = true;
  }

  take(limit: number): Facet {
    const sorted = [...this.counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
    const values = sorted.slice(0, limit).map(([value, count]) => ({ value, count }));
    const unlisted = sorted.slice(limit).reduce((sum, [, count]) => sum + count, 0);
    return {
      field: this.field,
      values,
      other: unlisted + this.uncounted,
      distinct: Math.max(this.counts.size, this.known),
      missing: this.missing,
      exact: !this.estimated,
    };
  }
}

const beginsWith = (value: string, prefix: string): boolean => prefix === '' || value.toLowerCase().startsWith(prefix.toLowerCase());

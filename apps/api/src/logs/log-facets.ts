import { Injectable } from '@nestjs/common';
import type { Facet } from '#libs/store';
import { ApiParts } from '../api-parts.js';
import { countedField } from './counted-field.js';
import { composeQuery } from './filter.js';
import type { FacetParameters } from './logs.parameters.js';
import { SearchSlots } from './search-slots.js';
import { timeRange } from './time-range.js';

/** What people pick from, and what has few values. */
const USUAL_FIELDS = ['log.level', 'service.name', 'container.name', 'host.name', 'stream'];

export interface FacetAnswer extends Omit<Facet, 'values'> {
  /** `share` is the part of all records that were found, 0 to 1. */
  readonly values: readonly { readonly value: string; readonly count: number; readonly share: number }[];
}

export interface LogFacetsAnswer {
  readonly facets: readonly FacetAnswer[];
  readonly total: number;
  readonly took_ms: number;
  readonly partial: boolean;
  readonly warnings: readonly string[];
}

@Injectable()
export class LogFacets {
  constructor(
    private readonly parts: ApiParts,
    private readonly slots: SearchSlots,
  ) {}

  async count(parameters: FacetParameters & { readonly prefix?: string }, disconnected: AbortSignal): Promise<LogFacetsAnswer> {
    const startedMs = this.parts.now();
    const request = {
      query: composeQuery(parameters.q, parameters.filter),
      ...timeRange(parameters, startedMs),
      fields: [...new Set((parameters.fields ?? USUAL_FIELDS).map(countedField))],
      limit: parameters.limit,
      prefix: parameters.prefix ?? '',
      timeoutMs: parameters.timeout,
    };
    const result = await this.slots.run({ kind: 'facets', timeoutMs: parameters.timeout, disconnected }, (signal) =>
      this.parts.reader.facets({ ...request, signal }),
    );
    return {
      ...result,
      facets: result.facets.map((facet) => withShares(facet, result.total)),
      took_ms: Math.max(0, this.parts.now() - startedMs),
    };
  }
}

function withShares({ values, ...facet }: Facet, total: number): FacetAnswer {
  return { ...facet, values: values.map((value) => ({ ...value, share: value.count / total })) };
}
